// https://buildkite.com/docs/pipelines/security/oidc, by the address that `buildkite-agent oidc request-token` asks.

import { postJson } from '../http/client.ts';
import { askedBy, isSet, type AmbientSource } from './ambient-source.ts';
import { requestToken, requireTokenUrl } from './token-request.ts';

const DEFAULT_ENDPOINT = 'https://agent.buildkite.com/v3';

/** A job of Buildkite: its agent gives each job a credential. */
export const BUILDKITE_SOURCE: AmbientSource = {
  source: askedBy('Buildkite'),
  isThere: ({ environment }) =>
    isSet(environment['BUILDKITE_AGENT_ACCESS_TOKEN']) && isSet(environment['BUILDKITE_JOB_ID']),
  read: async ({ environment, audience }) => {
    const endpoint = environment['BUILDKITE_AGENT_ENDPOINT'];
    const service = {
      name: 'token service of Buildkite',
      variable: 'BUILDKITE_AGENT_ENDPOINT',
      address: isSet(endpoint) ? endpoint : DEFAULT_ENDPOINT,
      scheme: 'Token' as const,
      credential: environment['BUILDKITE_AGENT_ACCESS_TOKEN'] ?? '',
      ifRefused: 'sign in a job of Buildkite that is still running',
    };
    const url = requireTokenUrl(service);
    const job = encodeURIComponent(environment['BUILDKITE_JOB_ID'] ?? '');
    url.pathname = `${url.pathname.replace(/\/+$/, '')}/jobs/${job}/oidc/tokens`;
    return await requestToken(service, url, postJson({ audience }), 'token');
  },
};
