// Whom Fulcio certifies for a token, where its published rules say it:
// https://github.com/sigstore/fulcio/blob/main/config/identity/config.yaml

import { fieldOf, isDataMap } from '../document/data.ts';
import type { ObjectReader } from '../document/object-reader.ts';
import type { CertificateClaims } from '../trust/trust.ts';

export interface ExpectedIdentity {
  /** The subject alternative name; undefined if no published rule says it. */
  readonly subject: string | undefined;
  /** The issuer of the certificate is one of these. */
  readonly issuers: readonly string[];
}

const GITHUB = /^https:\/\/token\.actions\.githubusercontent\.com(?:\/[^/]+)?$/;

/** For tokens without an e-mail address: the issuer, and the name as a text with claims in it. */
const RULES: readonly (readonly [issuer: RegExp, name: string])[] = [
  [GITHUB, 'https://github.com/{job_workflow_ref}'],
  [
    /^https:\/\/(?:gitlab\.com|dev\.gitlab\.org|gitlab\.archlinux\.org|ops\.gitlab\.net)$/,
    'https://{ci_config_ref_uri}',
  ],
  [
    /^https:\/\/agent\.buildkite\.com$/,
    'https://buildkite.com/{organization_slug}/{pipeline_slug}',
  ],
  [
    /^https:\/\/oidc\.circleci\.com(?:\/org\/[^/]+)?$/,
    'https://circleci.com/api/v2/projects/{oidc.circleci.com/project-id}/pipeline-definitions/{oidc.circleci.com/pipeline-definition-id}',
  ],
  [
    /^https:\/\/(?:oidc\.eks\.[^/]+\.amazonaws\.com\/id\/|(?:[^/]+\.oic|oidc)\.prod-aks\.azure\.com\/|container\.googleapis\.com\/v1\/projects\/)/,
    'https://kubernetes.io/namespaces/{namespace}/serviceaccounts/{serviceaccount}',
  ],
];

/**
 * @param issuer the token's `iss`
 * @param challenge what the caller signs for Fulcio: the verified e-mail address, else the token's `sub`
 */
export function expectedIdentity(
  claims: ObjectReader,
  issuer: string,
  challenge: string,
): ExpectedIdentity {
  if (claims.has('email')) return { subject: challenge, issuers: [issuer, ...connectorOf(claims)] };
  const issuers = [issuer];
  if (challenge.startsWith('spiffe://')) return { subject: challenge, issuers };
  const [, name] = RULES.find(([pattern]) => pattern.test(issuer)) ?? [];
  return { subject: name === undefined ? undefined : filled(name, namesIn(claims)), issuers };
}

/** What a certificate for GitHub Actions says beside that; undefined for other issuers. */
export function expectedClaims(
  claims: ObjectReader,
  issuer: string,
): CertificateClaims | undefined {
  if (!GITHUB.test(issuer)) return undefined;
  const claim = (name: string): string | undefined => {
    const value = claims.data(name);
    return typeof value === 'string' ? value : undefined;
  };
  return {
    runnerEnvironment: claim('runner_environment'),
    sourceRepositoryUri: `https://github.com/${claim('repository')}`,
    sourceRepositoryRef: claim('ref'),
    sourceRepositoryId: claim('repository_id'),
    sourceRepositoryOwnerId: claim('repository_owner_id'),
    buildTrigger: claim('event_name'),
  };
}

/** Sigstore's own login (Dex) says where somebody logged in, and Fulcio takes that as the issuer. */
function connectorOf(claims: ObjectReader): readonly string[] {
  const connector = fieldOf(claims.data('federated_claims'), 'connector_id');
  return typeof connector === 'string' ? [connector] : [];
}

/** The claims that are texts, and those of Kubernetes' own object. */
function namesIn(claims: ObjectReader): (name: string) => unknown {
  const cluster = claims.data('kubernetes.io');
  if (!isDataMap(cluster)) return (name) => claims.data(name);
  const serviceaccount = fieldOf(cluster.get('serviceaccount'), 'name');
  return (name) => (name === 'serviceaccount' ? serviceaccount : cluster.get(name));
}

function filled(text: string, claim: (name: string) => unknown): string | undefined {
  const parts = text.split(/[{}]/).map((part, index) => (index % 2 === 0 ? part : claim(part)));
  const isWhole = parts.every(
    (part, index) => typeof part === 'string' && (part !== '' || index % 2 === 0),
  );
  return isWhole ? parts.join('') : undefined;
}
