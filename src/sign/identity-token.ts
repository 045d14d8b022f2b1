// The claims of an OIDC identity token (RFC 7519). Its signature is not verified here: Fulcio does that.
// The token is a secret: no error contains a part of it.

import { Plain, isDataList } from '../document/data.ts';
import { decodeJson } from '../document/json.ts';
import { ObjectReader } from '../document/object-reader.ts';
import { EvidenceError, orIfRefused } from '../errors/evidence-error.ts';
import { MAX_CLOCK_SKEW_MS } from '../limits.ts';
import { quote } from '../quote.ts';
import { expectedIdentity, type ExpectedIdentity } from './certified-identity.ts';

export interface IdentityToken {
  /** The token itself. Never in an error, a report or a file. */
  readonly text: string;
  readonly issuer: string;
  /** What the caller signs for Fulcio: the verified e-mail address, else the token's `sub`. */
  readonly subject: string;
  readonly expiresAt: Date;
  /** Whom the certificate must name. */
  readonly expected: ExpectedIdentity;
}

/** Fulcio accepts tokens for this audience. */
export const TOKEN_AUDIENCE = 'sigstore';

/** How errors name it. */
const PLACE = 'identity token';
const HINT =
  'get a new identity token for the audience sigstore; tokens are valid for a few minutes only';
/** cosign takes the name of a file too. */
const NOT_ITS_FILE = 'give the token itself; one that is in a file: --identity-token - < FILE';
const BASE64URL = /^[A-Za-z0-9_-]+$/;

/**
 * Reads a token. Throws SIGNING_FAILED if Fulcio could not take it.
 *
 * @param audience for whom it must be
 */
export function parseIdentityToken(
  text: string,
  now: Date,
  audience: string = TOKEN_AUDIENCE,
): IdentityToken {
  const claims = readClaims(text.trim());
  const audiences = audiencesOf(claims);
  if (!audiences.includes(audience)) {
    const hint = `get a new identity token for the audience ${quote(audience)}; a Fulcio that wants another one: --oidc-client-id`;
    refuseToken(`a token for ${quote(audiences.join(', '))}`, `one for ${quote(audience)}`, hint);
  }
  const expiresAt = timeOf(claims, 'exp');
  if (expiresAt.getTime() + MAX_CLOCK_SKEW_MS <= now.getTime()) {
    refuseToken(`a token that expired at ${expiresAt.toISOString()}`, 'one that is valid');
  }
  const issuer = textOf(claims, 'iss');
  const subject = subjectOf(claims);
  const expected = expectedIdentity(claims, issuer, subject);
  return { text: text.trim(), issuer, subject, expiresAt, expected };
}

/** Whom a certificate for this token names, whether or not the token is valid still. Throws SIGNING_FAILED. */
export function parseIdentityClaims(text: string): ExpectedIdentity {
  const claims = readClaims(text.trim());
  return expectedIdentity(claims, textOf(claims, 'iss'), subjectOf(claims));
}

function readClaims(token: string): ObjectReader {
  const [header, body, signature, ...more] = token.split('.');
  const parts = [header, body, signature];
  if (more.length > 0 || !parts.every((part) => part !== undefined && BASE64URL.test(part))) {
    refuseToken('text that is not a JSON web token', 'three parts in base64url', NOT_ITS_FILE);
  }
  const json = Buffer.from(body ?? '', 'base64url');
  return orIfRefused(
    () => new ObjectReader(decodeJson(json, PLACE), PLACE),
    // The reader's error would quote the claims, so it is not kept.
    () => refuseToken('claims that are not JSON', 'JSON'),
  );
}

function audiencesOf(claims: ObjectReader): readonly string[] {
  const data = claims.data('aud');
  const list = isDataList(data) ? data : [data];
  return list.filter((item) => typeof item === 'string');
}

function subjectOf(claims: ObjectReader): string {
  const email = claims.data('email');
  if (email === undefined) return textOf(claims, 'sub');
  const verified = claims.data('email_verified');
  if (!(verified instanceof Plain) || verified.text !== 'true') {
    const hint = 'verify the address with the issuer, then get a new identity token';
    refuseToken('an e-mail address that the issuer has not verified', 'a verified one', hint);
  }
  return textOf(claims, 'email');
}

function textOf(claims: ObjectReader, name: string): string {
  const data = claims.data(name);
  if (typeof data === 'string' && data !== '') return data;
  return refuseToken(`a token without ${name}`, `the claim ${name}`);
}

function timeOf(claims: ObjectReader, name: string): Date {
  const data = claims.data(name);
  const seconds = data instanceof Plain ? Number(data.text) : Number.NaN;
  const time = new Date(seconds * 1000);
  if (!Number.isNaN(time.getTime())) return time;
  return refuseToken(`a token without ${name}`, `the claim ${name}, in seconds`);
}

function refuseToken(found: string, expected: string, hint = HINT): never {
  throw new EvidenceError('SIGNING_FAILED', { at: PLACE, found, expected, hint });
}
