// What an issuer of identity tokens says about itself, and how it is called. The only file that imports
// oauth4webapi, which is loaded for a login alone.

import type * as OAuth from 'oauth4webapi';

import { MAX_CONFIG_BYTES } from '../../limits.ts';
import { quote } from '../../quote.ts';
import { isConfidential, isLoopback } from '../../sign/signing-config.ts';
import { exchange, type HttpInit, type HttpRequest } from '../http/client.ts';
import { answerInvalid, noAnswer } from '../http/no-answer.ts';
import { loginFailed, orLoginFailed } from './login-failed.ts';

export interface LoginClient {
  readonly issuer: string;
  /** Who names it: a flag, or a file and the place in it. */
  readonly issuerNamedBy?: string | undefined;
  readonly clientId: string;
  /** For each answer, until its last byte; 10 s by default. */
  readonly timeoutMs?: number;
}

/** An issuer, and what every call of the library needs for it. */
export interface Issuer {
  /** As it was named. */
  readonly name: string;
  readonly oauth: typeof OAuth;
  readonly server: OAuth.AuthorizationServer;
  readonly client: OAuth.Client;
  readonly auth: OAuth.ClientAuth;
  readonly http: ReturnType<typeof httpOptions>;
}

/** The token, and the e-mail address of whoever logs in. */
export const SCOPE = 'openid email';

const WRONG_ISSUER =
  'name the issuer exactly as it calls itself, with --oidc-issuer: /.well-known/openid-configuration below that address says it';

/** For each answer. */
const TIMEOUT_MS = 10_000;

/** @throws EvidenceError SERVICE_FAILED, LOGIN_FAILED */
export async function openIssuer({
  issuer: name,
  issuerNamedBy,
  clientId,
  timeoutMs = TIMEOUT_MS,
}: LoginClient): Promise<Issuer> {
  const oauth = await import('oauth4webapi');
  const url = new URL(name);
  const http = httpOptions(oauth, url, { namedBy: issuerNamedBy, timeoutMs });
  const server = await orLoginFailed(name, { hint: WRONG_ISSUER }, async () => {
    const response = await oauth.discoveryRequest(url, http);
    return await oauth.processDiscoveryResponse(url, response);
  });
  return { name, oauth, server, client: { client_id: clientId }, auth: oauth.None(), http };
}

/** PKCE (RFC 7636): a code that somebody else has seen is of no use without the verifier. */
export async function challengeOf(
  { oauth }: Issuer,
  verifier: string,
): Promise<Readonly<Record<string, string>>> {
  const challenge = await oauth.calculatePKCECodeChallenge(verifier);
  return { code_challenge: challenge, code_challenge_method: 'S256' };
}

/** A page for people, who may type a password there: never one that others can read or change on its way. */
export function pageOf({ name }: Issuer, field: string, text: string | undefined): URL {
  const url = text !== undefined && URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && isConfidential(url)) return url;
  const found = text === undefined ? `no ${field}` : `the ${field} ${quote(text)}`;
  throw loginFailed(name, { found, expected: 'an https address, or http to this machine' });
}

export function requireToken(
  { name }: Issuer,
  { id_token: token }: OAuth.TokenEndpointResponse,
): string {
  if (token !== undefined) return token;
  const found = 'an answer without an identity token';
  throw loginFailed(name, { found, expected: 'the field id_token' });
}

interface CallLimits extends Pick<HttpRequest, 'timeoutMs'> {
  readonly namedBy: string | undefined;
}

/** Calls go through our own client: no redirect, and limits of size and time. */
function httpOptions(oauth: typeof OAuth, issuer: URL, { namedBy, timeoutMs }: CallLimits) {
  return {
    // Else the library refuses every address that is not https.
    [oauth.allowInsecureRequests]: isLoopback(issuer),
    [oauth.customFetch]: async (
      url: string,
      { method, headers, body }: OAuth.CustomFetchOptions<string, URLSearchParams | undefined>,
    ): Promise<Response> =>
      await send(
        url,
        { method, headers, ...(body === undefined ? {} : { body: body.toString() }) },
        { namedBy: url.startsWith(issuer.origin) ? namedBy : undefined, timeoutMs },
      ),
  };
}

/** Codes and tokens are sent: https, or http to this machine, whatever the issuer says. */
async function send(
  address: string,
  init: HttpInit,
  { namedBy, timeoutMs }: CallLimits,
): Promise<Response> {
  const url = new URL(address);
  const at = url.origin;
  if (!isConfidential(url)) {
    const found = `the address ${quote(at)}`;
    throw loginFailed(at, { found, expected: 'an https address, or http to this machine' });
  }
  const request = { url: address, init, timeoutMs, maxBytes: MAX_CONFIG_BYTES };
  const outcome = await exchange(request);
  const secrets = init.body === undefined ? [] : [init.body];
  const service = { name: 'identity provider', at, namedBy, secrets };
  if ('reason' in outcome) throw noAnswer(service, outcome);
  const { body, status, headers } = outcome;
  // Else the code or the token would go to another address.
  if (status >= 300 && status < 400) throw answerInvalid(service, status, 'a redirect');
  // Some say with success what is wrong, e.g. that a login is pending. The library reads it from 400 alone.
  const isError = init.body !== undefined && status === 200 && hasError(body);
  return new Response(body.length === 0 ? null : body, {
    status: isError ? 400 : status,
    headers: [...headers],
  });
}

function hasError(body: Buffer): boolean {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null && 'error' in value;
  } catch {
    return false;
  }
}
