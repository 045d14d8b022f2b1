// https://docs.github.com/en/actions/reference/security/oidc

import { postJson } from '../http/client.ts';
import { askedBy, isSet, type AmbientSource } from './ambient-source.ts';
import { requestToken, requireTokenUrl } from './token-request.ts';

export const GITHUB_PERMISSION = 'give the job the permission id-token: write';

/** A job of GitHub Actions with the permission `id-token: write`. */
export const GITHUB_SOURCE: AmbientSource = {
  source: askedBy('GitHub Actions'),
  isThere: ({ environment }) =>
    isSet(environment['ACTIONS_ID_TOKEN_REQUEST_URL']) &&
    isSet(environment['ACTIONS_ID_TOKEN_REQUEST_TOKEN']),
  read: async ({ environment, audience }) => {
    const service = {
      name: 'token service of GitHub Actions',
      variable: 'ACTIONS_ID_TOKEN_REQUEST_URL',
      address: environment['ACTIONS_ID_TOKEN_REQUEST_URL'] ?? '',
      scheme: 'Bearer' as const,
      credential: environment['ACTIONS_ID_TOKEN_REQUEST_TOKEN'] ?? '',
      ifRefused: GITHUB_PERMISSION,
    };
    const url = requireTokenUrl(service);
    url.searchParams.set('audience', audience);
    const init = { headers: { accept: 'application/json' } };
    return await requestToken(service, url, init, 'value');
  },
};

// https://buildkite.com/docs/pipelines/security/oidc, by the address that `buildkite-agent oidc request-token` asks.

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
