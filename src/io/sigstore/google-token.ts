// https://cloud.google.com/compute/docs/instances/verifying-instance-identity

import { readFileSync } from 'node:fs';

import type { EvidenceError } from '../../errors/evidence-error.ts';
import { refusal } from '../../place.ts';
import { isSystemError } from '../disk/system-error.ts';
import { postJson } from '../http/client.ts';
import { callService, readAnswer } from '../http/service-request.ts';
import { askedBy, isSet, type Ambience, type AmbientSource } from './ambient-source.ts';
import { requestToken, requireTokenUrl } from './token-request.ts';

/** What Google's machines say in the file. */
const PRODUCTS: ReadonlySet<string | undefined> = new Set(['Google', 'Google Compute Engine']);
const METADATA_HOST = 'metadata.google.internal';
const ACCOUNT = '/computeMetadata/v1/instance/service-accounts/default';
const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

/** The service account of a machine of Google, or another one that it may act for. The variables are Google's own. */
export const GOOGLE_SOURCE: AmbientSource = {
  source: askedBy('metadata service of Google'),
  isThere: ({ environment, productFile }) =>
    isSet(environment['GCE_METADATA_HOST']) ||
    isSet(environment['GOOGLE_SERVICE_ACCOUNT_NAME']) ||
    (environment['NO_GCE_CHECK'] !== 'true' && PRODUCTS.has(productIn(productFile))),
  read: async (ambience) => {
    const account = ambience.environment['GOOGLE_SERVICE_ACCOUNT_NAME'];
    if (isSet(account)) return await tokenOfAccount(account, ambience);
    const query = { audience: ambience.audience, format: 'full' };
    return await metadata(`${ACCOUNT}/identity`, query, ambience, (body) => body.trim());
  },
};

/** Undefined if the file cannot be read: then this is no machine of Google. */
function productIn(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

async function tokenOfAccount(account: string, ambience: Ambience): Promise<string> {
  const credential = await metadata(`${ACCOUNT}/token`, { scopes: SCOPE }, ambience, accessToken);
  const service = {
    name: 'credentials service of Google',
    variable: 'GOOGLE_SERVICE_ACCOUNT_NAME',
    address: ambience.googleCredentials,
    scheme: 'Bearer' as const,
    credential,
    ifRefused:
      'give this machine the role roles/iam.serviceAccountOpenIdTokenCreator on the account that GOOGLE_SERVICE_ACCOUNT_NAME names',
  };
  const url = requireTokenUrl(service);
  url.pathname = `/v1/projects/-/serviceAccounts/${encodeURIComponent(account)}:generateIdToken`;
  const init = postJson({ audience: ambience.audience, includeEmail: true });
  return await requestToken(service, url, init, 'token');
}

function accessToken(body: string): string {
  const answer: unknown = JSON.parse(body);
  if (typeof answer === 'object' && answer !== null && 'access_token' in answer) {
    if (typeof answer.access_token === 'string') return answer.access_token;
  }
  throw new TypeError('no access_token');
}

/** Asks this machine's own service, which answers only on it, and by http. */
async function metadata(
  path: string,
  query: Readonly<Record<string, string>>,
  { environment }: Ambience,
  read: (body: string) => string,
): Promise<string> {
  const named = environment['GCE_METADATA_HOST'];
  const address = `http://${isSet(named) ? named : METADATA_HOST}`;
  if (!URL.canParse(address)) throw noHost();
  const url = new URL(path, address);
  url.search = new URLSearchParams(query).toString();
  const service = {
    name: 'metadata service of Google',
    at: url.origin,
    url: url.href,
    secrets: [],
    ifRefused: 'give this machine a service account',
    init: { headers: { 'metadata-flavor': 'Google' } },
  };
  const outcome = await callService(service);
  return readAnswer(service, outcome, (body) => {
    // Whatever else answers under this name is no such service.
    const isGoogle = 'headers' in outcome && outcome.headers.get('metadata-flavor') === 'Google';
    if (!isGoogle) throw new TypeError('another service');
    return read(body.toString('utf8'));
  });
}

function noHost(): EvidenceError {
  const hint = 'unset the variable';
  const place = { code: 'SIGNING_FAILED', at: 'GCE_METADATA_HOST', hint } as const;
  return refusal(place, 'no name of a machine', 'a name or an address, with or without a port');
}
