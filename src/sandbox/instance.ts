// A whole Sigstore: its identity, and which service answers which request.

import { orIfRefused } from '../errors/evidence-error.ts';
import { buildCertificateAuthority, type CertificateAuthority } from './certificate-authority.ts';
import { spkiOf, type KeyPair, type Validity } from './certificate.ts';
import { ADD_PRE_CHAIN_PATH, answerPreChain, ctLogId } from './ct-log.ts';
import { answerSigningCertificate, authorityChain } from './fulcio.ts';
import { GRPC, errorReply, jsonReply, type Reply, type Request } from './http.ts';
import { answerAmbientToken, answerDiscovery, answerKeys, type OpenIdProvider } from './oidc.ts';
import { REKOR_V1_PATH, RekorV1 } from './rekor-v1.ts';
import { REKOR_V2_PATH, RekorV2 } from './rekor-v2.ts';
import { TIMESTAMP_PATH, answerTimestamp, buildTimestampAuthority } from './timestamp-authority.ts';
import type { TimestampAuthority } from './timestamp-authority.ts';
import { CT_BASE, REKOR_V2_BASE, buildSigningConfigs, buildTrustedRoot } from './trust-material.ts';
import type { Json, SigningConfigName } from './trust-material.ts';

/** P-384: the three authorities. Ed25519: Rekor v2. RSA: the OpenID provider. P-256: the others. */
export interface SandboxKeys {
  readonly root: KeyPair;
  readonly intermediate: KeyPair;
  readonly timestampRoot: KeyPair;
  readonly timestamp: KeyPair;
  readonly ctLog: KeyPair;
  readonly rekorV1: KeyPair;
  readonly rekorV2: KeyPair;
  readonly openId: KeyPair;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/**
 * Authorities are valid from long before the start. Signed times have whole seconds, so they could be
 * earlier than a validity that begins now.
 */
const VALID_BEFORE_START_MS = DAY_MS;
/** As long as Fulcio's authorities. The keys are lost much earlier: they are only in memory. */
const VALID_AFTER_START_MS = 3650 * DAY_MS;

export interface Instance {
  readonly trustedRoot: Json;
  readonly signingConfigs: Readonly<Record<SigningConfigName, Json>>;
  readonly openId: OpenIdProvider;
  /** Answers every request, a malformed one too; only a bug throws. */
  answer(request: Request): Reply;
}

/** Everything that answers. */
interface Services {
  readonly url: string;
  readonly authority: CertificateAuthority;
  readonly openId: OpenIdProvider;
  readonly rekorV1: RekorV1;
  readonly rekorV2: RekorV2;
  readonly timestamps: TimestampAuthority;
  readonly documents: Readonly<Record<string, Json>>;
}

/**
 * @param url the sandbox's address, without a slash at the end
 * @param start when the sandbox starts
 */
export function buildInstance(
  keys: SandboxKeys,
  { url, issuer, start }: { readonly url: string; readonly issuer: string; readonly start: Date },
): Instance {
  const validity: Validity = {
    notBefore: new Date(start.getTime() - VALID_BEFORE_START_MS),
    notAfter: new Date(start.getTime() + VALID_AFTER_START_MS),
  };
  const authority = buildCertificateAuthority(keys, validity);
  const timestampKeys = { root: keys.timestampRoot, leaf: keys.timestamp };
  const timestamps = buildTimestampAuthority(timestampKeys, validity);
  const host = new URL(url).hostname;
  const rekorV1 = new RekorV1(keys.rekorV1, host);
  const rekorV2 = new RekorV2(keys.rekorV2, host);
  const openId = { issuer, keys: keys.openId };
  const trustedRoot = buildTrustedRoot({
    url,
    start: validity.notBefore,
    authorityChain: authorityChain(authority),
    timestampChain: [timestamps.leaf.der, timestamps.root.der],
    rekorV1: { spki: spkiOf(keys.rekorV1.publicKey), logId: rekorV1.logId },
    rekorV2: { spki: spkiOf(keys.rekorV2.publicKey), logId: rekorV2.logId },
    ctLog: { spki: spkiOf(keys.ctLog.publicKey), logId: ctLogId(keys.ctLog) },
  });
  const signingConfigs = buildSigningConfigs(url, validity.notBefore);
  const documents = { 'trusted_root.json': trustedRoot, ...signingConfigs };
  const routes = buildRoutes({ url, authority, openId, rekorV1, rekorV2, timestamps, documents });
  return { trustedRoot, signingConfigs, openId, answer: (request) => answer(routes, request) };
}

function buildRoutes(services: Services): Routes {
  const { url, authority, openId, rekorV1, rekorV2, timestamps } = services;
  const routes = new Map<string, Route>([
    ['POST /api/v2/signingCert', (request) => answerSigningCertificate(authority, openId, request)],
    [`POST ${CT_BASE}${ADD_PRE_CHAIN_PATH}`, (request) => answerPreChain(authority.ctLog, request)],
    [`POST ${REKOR_V1_PATH}`, (request) => rekorV1.answerProposal(request)],
    [`POST ${REKOR_V1_PATH}/retrieve`, (request) => rekorV1.answerSearch(request)],
    [
      `GET ${REKOR_V1_PATH}/*`,
      ({ path }) => rekorV1.answerEntry(path.slice(REKOR_V1_PATH.length + 1)),
    ],
    [`POST ${REKOR_V2_BASE}${REKOR_V2_PATH}`, (request) => rekorV2.answerRequest(request)],
    [`POST ${TIMESTAMP_PATH}`, (request) => answerTimestamp(timestamps, request)],
    ['GET /oidc', (request) => answerAmbientToken(openId, request)],
    ['GET /oidc/keys', () => answerKeys(openId)],
    ['GET /.well-known/openid-configuration', () => answerDiscovery(openId, url)],
  ]);
  for (const [name, document] of Object.entries(services.documents)) {
    routes.set(`GET /${name}`, () => jsonReply(200, document));
  }
  return routes;
}

type Route = (request: Request) => Reply;
type Routes = ReadonlyMap<string, Route>;

function answer(routes: Routes, request: Request): Reply {
  const { method, path } = request;
  const route = routes.get(`${method} ${path}`) ?? routes.get(`${method} ${parentOf(path)}/*`);
  if (route === undefined) {
    return errorReply(404, GRPC.notFound, 'no service of the sandbox answers this method and path');
  }
  // Errors of the readers of documents: here the client is wrong.
  return orIfRefused(
    () => route(request),
    ({ message, at }) =>
      errorReply(400, GRPC.invalidArgument, at === undefined ? message : `${message} at ${at}`),
  );
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}
