import { decodeJson } from '../../document/json.ts';
import { ObjectReader } from '../../document/object-reader.ts';
import { refuse } from '../../place.ts';
import type { Challenge } from '../../pointer/challenge.ts';
import type { Login } from '../../pointer/registry-login.ts';
import { quote } from '../../quote.ts';
import { isConfidential, isLoopback } from '../../sign/signing-config.ts';
import { exchange, type HttpInit } from '../http/client.ts';
import { readAnswer } from '../http/service-request.ts';
import type { Scope } from './authorizer.ts';

/** A token, and for how many seconds it counts. */
export interface RegistryToken {
  readonly token: string;
  readonly seconds: number;
}

interface TokenRequest {
  /** The registry that asks for a token. */
  readonly host: string;
  readonly scope: Scope;
  /** Undefined: a token for anybody. */
  readonly login: Login | undefined;
  readonly secrets: readonly string[];
  readonly exchange?: typeof exchange | undefined;
}

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 64 * 1024;
/** By distribution's specification, if the answer does not say it, and at least: else each request would need another. */
const LEAST_SECONDS = 60;
/** The service does not give a token to this login; 400 is how OAuth2 says it (RFC 6749 §5.2). */
const REFUSALS: ReadonlySet<number> = new Set([400, 401, 403]);

/**
 * Asks the service that a registry names for a token with exactly this scope, whatever the registry asked for. A login
 * is sent as Docker sends it: a password by Basic, a refresh token by OAuth2.
 *
 * @returns undefined if the service refuses
 * @throws EvidenceError SERVICE_UNREACHABLE, SERVICE_SLOW, PROXY_FAILED, SERVICE_FAILED, SERVICE_ANSWER_INVALID
 */
export async function requestToken(
  challenge: Challenge,
  request: TokenRequest,
): Promise<RegistryToken | undefined> {
  const { host, scope, login, secrets } = request;
  const url = requireRealm(challenge, host);
  const service = challenge.parameters.get('service');
  const asked = new URLSearchParams({
    ...(service !== undefined && { service }),
    scope: `repository:${scope.repository}:${scope.actions}`,
  });
  const init = initFor(login, asked);
  if (init.body === undefined) for (const [name, value] of asked) url.searchParams.set(name, value);
  const call = { url: url.href, init, timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES };
  const outcome = await (request.exchange ?? exchange)(call);
  if ('body' in outcome && REFUSALS.has(outcome.status)) return undefined;
  const namedBy = `the registry ${host}`;
  return readAnswer(
    { name: 'token service', at: url.origin, namedBy, secrets },
    outcome,
    parseToken,
  );
}

/** Where a token is asked for: a stranger's word, which must not lead to where others can read what is sent. */
function requireRealm({ parameters }: Challenge, host: string): URL {
  const realm = parameters.get('realm') ?? '';
  const url = URL.canParse(realm) ? new URL(realm) : undefined;
  if (url !== undefined && mayAsk(url, host)) return url;
  const hint = 'nothing was sent there; check the name of the registry, and tell whoever runs it';
  const place = { code: 'SERVICE_ANSWER_INVALID', at: host, hint } as const;
  return refuse(
    place,
    `the token service ${quote(realm)}`,
    'an https address without a password; http is for registry and token service on this machine',
  );
}

function mayAsk(url: URL, host: string): boolean {
  if (url.username + url.password !== '') return false;
  return (
    url.protocol === 'https:' || (isConfidential(url) && isLoopback(new URL(`http://${host}`)))
  );
}

function initFor(login: Login | undefined, asked: URLSearchParams): HttpInit {
  if (login === undefined) return {};
  if ('password' in login) return { headers: { authorization: basicHeader(login) } };
  asked.set('grant_type', 'refresh_token');
  asked.set('refresh_token', login.refreshToken);
  asked.set('client_id', 'affidavit');
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return { method: 'POST', headers, body: asked.toString() };
}

/** RFC 7617. */
export function basicHeader({ user, password }: Extract<Login, { password: string }>): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function parseToken(body: Buffer): RegistryToken {
  const reader = new ObjectReader(decodeJson(body, 'answer'), 'answer');
  const token = reader.optionalString('token') ?? reader.string('access_token');
  // RFC 6750 §2.1: it becomes a header.
  if (!/^[\w.~+/-]+=*$/.test(token)) throw new TypeError('no token');
  const seconds = Number(reader.optionalText('expires_in'));
  return { token, seconds: seconds > LEAST_SECONDS ? seconds : LEAST_SECONDS };
}
