import { EvidenceError } from '../../errors/evidence-error.ts';
import { refuse } from '../../place.ts';
import { quote } from '../../quote.ts';
import { isConfidential } from '../../sign/signing-config.ts';
import type { HttpRequest } from '../http/client.ts';
import { requestFrom } from '../http/service-request.ts';

/** A service that gives a token for a credential. */
export interface TokenService {
  readonly name: string;
  /** Who names the address, as errors say it, e.g. a variable. */
  readonly variable: string;
  readonly address: string;
  /** What the header `authorization` has, by its scheme. */
  readonly scheme: 'Bearer' | 'Token';
  readonly credential: string;
  /** What to do if it refuses. */
  readonly ifRefused: string;
}

/** The address, if a credential may be sent there. Throws SIGNING_FAILED. */
export function requireTokenUrl({ variable, address }: TokenService): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url !== undefined && isConfidential(url) && url.username + url.password === '') return url;
  throw new EvidenceError('SIGNING_FAILED', {
    at: variable,
    // Not the text itself: it may have a password.
    found: url === undefined ? 'no address' : `an address of ${quote(url.origin)}`,
    expected: 'an https address without a password, or http to this machine',
    hint: 'run where the variable is set for you, or unset it',
  });
}

/** Asks for a token, which is one field of the answer. Throws SERVICE_FAILED. */
export async function requestToken(
  { name, scheme, credential, ifRefused }: TokenService,
  url: URL,
  init: HttpRequest['init'],
  field: string,
): Promise<string> {
  const at = url.origin;
  const headers = { ...init.headers, authorization: `${scheme} ${credential}` };
  const service = { name, at, url: url.href, secrets: [credential], ifRefused };
  const request = { ...service, init: { ...init, headers } };
  const answer = await requestFrom(request, (body): unknown => JSON.parse(body.toString('utf8')));
  const value: unknown =
    typeof answer === 'object' && answer !== null ? Reflect.get(answer, field) : undefined;
  if (typeof value === 'string' && value !== '') return value;
  const found = `an answer without a token from the ${name}`;
  refuse({ code: 'SERVICE_FAILED', at, hint: ifRefused }, found, `the field ${field}`);
}
