// An OpenID provider: tokens (RFC 7519), discovery and keys, and the endpoint from which a
// GitHub Actions job fetches its token.

import { createHash, sign, verify } from 'node:crypto';

import { Plain, isDataList, isDataMap, type Data, type DataMap } from '../document/data.ts';
import { decodeJson } from '../document/json.ts';
import { unlessRefused } from '../errors/evidence-error.ts';
import { spkiOf, type KeyPair } from './certificate.ts';
import { GRPC, errorReply, jsonReply, type Refused, type Reply, type Request } from './http.ts';
import { USER_NAME, type Claims } from './identity-extensions.ts';

/** What Fulcio and its clients ask for. */
const SIGSTORE_AUDIENCE = 'sigstore';

/**
 * Who signs unless the caller says otherwise. `.invalid` never resolves (RFC 2606 §2), so the
 * identity cannot be mistaken for anybody's.
 */
export const SANDBOX_IDENTITY = 'contributor@sandbox.invalid';

/**
 * The same on every port, so that a verify command works for later runs too. But nobody can look its
 * keys up there. A program that verifies tokens by discovery, such as a real Fulcio, needs a sandbox
 * that was started with its own address as issuer.
 */
export const SANDBOX_ISSUER = 'https://sandbox.invalid';

/**
 * Long enough for a command that first measures a cluster; a real provider's tokens are valid for
 * minutes.
 */
const TOKEN_LIFETIME_SECONDS = 12 * 60 * 60;

/**
 * The bearer token for the endpoint in the environment. It protects nothing: everybody may sign here.
 */
export const AMBIENT_REQUEST_TOKEN = 'sandbox';

export interface OpenIdProvider {
  readonly issuer: string;
  readonly keys: KeyPair;
}

/** RS256, because cosign's `--identity-token` reads no other (3.1.3). */
const HEADER = { alg: 'RS256', typ: 'JWT' } as const;

/** @param claims replace or extend the default ones; with `sub` alone the identity is no e-mail */
export function buildToken(
  provider: OpenIdProvider,
  claims: Readonly<Record<string, unknown>>,
  at: Date,
): string {
  const issuedAt = Math.floor(at.getTime() / 1000);
  const payload = {
    iss: provider.issuer,
    aud: SIGSTORE_AUDIENCE,
    iat: issuedAt,
    exp: issuedAt + TOKEN_LIFETIME_SECONDS,
    ...identityClaims(claims),
    ...claims,
  };
  const header = { ...HEADER, kid: keyIdOf(provider) };
  const signed = `${encodePart(header)}.${encodePart(payload)}`;
  const signature = sign('sha256', Buffer.from(signed), provider.keys.privateKey);
  return `${signed}.${signature.toString('base64url')}`;
}

function identityClaims(claims: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const email = claims['email'];
  if (email !== undefined) return { sub: email, email_verified: true };
  if (claims['sub'] !== undefined) return {};
  return { sub: SANDBOX_IDENTITY, email: SANDBOX_IDENTITY, email_verified: true };
}

function encodePart(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** RFC 7638 asks for a thumbprint of the JWK; any stable name of the key will do. */
function keyIdOf(provider: OpenIdProvider): string {
  return createHash('sha256').update(spkiOf(provider.keys.publicKey)).digest('hex').slice(0, 16);
}

/** Checks signature, issuer, audience and time, and that the token names somebody. */
export function verifyToken(
  provider: OpenIdProvider,
  token: string,
  at: Date,
): { readonly claims: Claims } | Refused {
  const parts = token.split('.');
  const body = decodePart(parts[1] ?? '');
  if (body === undefined || parts.length > 3) return { refused: 'the token is not a JWT' };
  if (!isSigned(provider, parts)) {
    return { refused: 'the token is not signed by a key of this issuer' };
  }
  const refused = wrongClaim(provider, body, at) ?? wrongPrincipal(body);
  return refused === undefined ? { claims: textClaims(body) } : { refused };
}

function isSigned(
  provider: OpenIdProvider,
  [header = '', payload = '', signature = '']: readonly string[],
): boolean {
  // One algorithm and one key: nothing in the token decides how it is verified (RFC 8725 §3.1).
  if (decodePart(header)?.get('alg') !== HEADER.alg) return false;
  const signed = Buffer.from(`${header}.${payload}`);
  return verify('sha256', signed, provider.keys.publicKey, Buffer.from(signature, 'base64url'));
}

function wrongClaim(provider: OpenIdProvider, body: DataMap, at: Date): string | undefined {
  const seconds = at.getTime() / 1000;
  if (body.get('iss') !== provider.issuer) return 'the token is of another issuer';
  if (!hasAudience(body.get('aud'))) return 'the token is for another audience than sigstore';
  if (!(secondsOf(body.get('exp')) > seconds)) return 'the token has expired';
  // The claims are rounded down, so with one clock no tolerance is needed.
  const starts = ['iat', ...(body.has('nbf') ? ['nbf'] : [])];
  if (!starts.every((name) => secondsOf(body.get(name)) <= seconds)) {
    return 'the token is not valid yet';
  }
  return undefined;
}

/** A subject alternative name is an IA5String: visible ASCII, or readers see different names. */
const VISIBLE_ASCII = /^[!-~]+$/;
const EMAIL = /^[!-?A-~]+@[!-?A-~]+$/;
const URI = /^[A-Za-z][A-Za-z0-9+.-]*:[!-~]+$/;

function wrongPrincipal(body: DataMap): string | undefined {
  if (body.has('email')) return wrongEmail(body);
  const workflow = body.get('job_workflow_ref');
  if (workflow === undefined) {
    return [URI, USER_NAME].some((form) => matches(body.get('sub'), form))
      ? undefined
      : 'the token names neither an e-mail nor a URI nor a user name';
  }
  const isNamed = matches(workflow, VISIBLE_ASCII) && matches(body.get('sub'), VISIBLE_ASCII);
  return isNamed ? undefined : 'the workflow or the subject is not visible ASCII';
}

function wrongEmail(body: DataMap): string | undefined {
  if (!matches(body.get('email'), EMAIL)) return 'the e-mail address of the token is none';
  const verified = body.get('email_verified');
  const isVerified = verified instanceof Plain && verified.text === 'true';
  return isVerified ? undefined : 'the e-mail address of the token is not verified';
}

function matches(data: Data | undefined, pattern: RegExp): boolean {
  return typeof data === 'string' && pattern.test(data);
}

function hasAudience(audience: Data | undefined): boolean {
  return isDataList(audience)
    ? audience.includes(SIGSTORE_AUDIENCE)
    : audience === SIGSTORE_AUDIENCE;
}

/** NaN, which compares as false with everything, if it is not a number. */
function secondsOf(data: Data | undefined): number {
  const isNumber = data instanceof Plain && (data.type === 'integer' || data.type === 'float');
  return isNumber ? Number(data.text) : Number.NaN;
}

function textClaims(body: DataMap): Claims {
  return new Map(
    [...body].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
}

function decodePart(part: string): DataMap | undefined {
  const json = Buffer.from(part, 'base64url');
  const data = unlessRefused(() => decodeJson(json, 'token'));
  return isDataMap(data) ? data : undefined;
}

/**
 * https://openid.net/specs/openid-connect-discovery-1_0.html §3. Nobody logs in here. The first two
 * endpoints are named because they must be; they do not answer.
 */
export function answerDiscovery(provider: OpenIdProvider, url: string): Reply {
  return jsonReply(200, {
    issuer: provider.issuer,
    authorization_endpoint: `${url}/oidc/authorize`,
    token_endpoint: `${url}/oidc/token`,
    jwks_uri: `${url}/oidc/keys`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [HEADER.alg],
  });
}

/** RFC 7517 §5 */
export function answerKeys(provider: OpenIdProvider): Reply {
  const key = provider.keys.publicKey.export({ format: 'jwk' });
  return jsonReply(200, {
    keys: [{ ...key, kid: keyIdOf(provider), alg: HEADER.alg, use: 'sig' }],
  });
}

/**
 * A token for a job, as GitHub Actions gives it: the bearer token of the environment, and the audience
 * as a parameter. The other parameters become claims.
 */
export function answerAmbientToken(provider: OpenIdProvider, request: Request): Reply {
  if (request.authorization !== `Bearer ${AMBIENT_REQUEST_TOKEN}`) {
    return errorReply(401, GRPC.unauthenticated, 'the request carries no token of this job');
  }
  const { audience = SIGSTORE_AUDIENCE, ...claims } = Object.fromEntries(request.query);
  return jsonReply(200, { value: buildToken(provider, { ...claims, aud: audience }, request.at) });
}
