// https://docs.github.com/en/actions/reference/security/oidc

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
