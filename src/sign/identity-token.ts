// The claims of an OIDC identity token (RFC 7519). Its signature is not verified here: Fulcio does that.
// The token is a secret: no error contains a part of it.

import { Plain, isDataList } from '../document/data.ts';
import { decodeJson } from '../document/json.ts';
import { ObjectReader } from '../document/object-reader.ts';
import { EvidenceError, unlessRefused } from '../errors/evidence-error.ts';
import { MAX_CLOCK_SKEW_MS } from '../limits.ts';
import { quote } from '../quote.ts';
import type { CertificateClaims } from '../trust/trust.ts';
import { expectedClaims, expectedIdentity, type ExpectedIdentity } from './certified-identity.ts';

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

/** Where a token comes from, as errors name it, and what to do for a new one. */
export interface TokenSource {
  /** E.g. `SIGSTORE_ID_TOKEN`. */
  readonly name: string;
  /** E.g. `set SIGSTORE_ID_TOKEN to a new identity token`. */
  readonly renew: string;
  /** If it is no token at all; by default as `renew` says. */
  readonly itself?: string;
}

/** A token, and where it comes from. */
export interface SourcedToken {
  readonly text: string;
  readonly source: TokenSource;
}

const SOMEWHERE: TokenSource = { name: 'identity token', renew: 'get a new identity token' };

/** Fulcio accepts tokens for this audience. */
export const TOKEN_AUDIENCE = 'sigstore';

/** How the reader names it; no error shows that. */
const PLACE = 'identity token';
const BASE64URL = /^[A-Za-z0-9_-]+$/;

/**
 * Reads a token. Throws SIGNING_FAILED if Fulcio could not take it.
 *
 * @param audience for whom it must be
 */
export function parseIdentityToken(
  token: string | SourcedToken,
  now: Date,
  audience: string = TOKEN_AUDIENCE,
): IdentityToken {
  const { text, source } = sourced(token);
  const claims = readClaims(text, source);
  const audiences = audiencesOf(claims);
  if (!audiences.includes(audience)) {
    const hint = `${source.renew} for the audience ${quote(audience)}; a Fulcio that wants another one: --oidc-client-id`;
    const found = `a token for ${quote(audiences.join(', '))}`;
    refuseToken(source, found, `one for ${quote(audience)}`, hint);
  }
  const expiresAt = timeOf(claims, 'exp', source);
  if (expiresAt.getTime() + MAX_CLOCK_SKEW_MS <= now.getTime()) {
    refuseToken(source, `a token that expired at ${expiresAt.toISOString()}`, 'one that is valid');
  }
  const issuer = textOf(claims, 'iss', source);
  const subject = subjectOf(claims, source);
  const expected = expectedIdentity(claims, issuer, subject);
  return { text: text.trim(), issuer, subject, expiresAt, expected };
}

/** Whom a certificate for this token names, whether or not the token is valid still. Throws SIGNING_FAILED. */
export function parseIdentityClaims(
  token: string | SourcedToken,
): ExpectedIdentity & { readonly claims: CertificateClaims | undefined } {
  const { text, source } = sourced(token);
  const claims = readClaims(text, source);
  const issuer = textOf(claims, 'iss', source);
  const expected = expectedIdentity(claims, issuer, subjectOf(claims, source));
  return { ...expected, claims: expectedClaims(claims, issuer) };
}

function sourced(token: string | SourcedToken): SourcedToken {
  return typeof token === 'string' ? { text: token, source: SOMEWHERE } : token;
}

function readClaims(token: string, source: TokenSource): ObjectReader {
  const [header, body, signature, ...more] = token.trim().split('.');
  const parts = [header, body, signature];
  if (more.length > 0 || !parts.every((part) => part !== undefined && BASE64URL.test(part))) {
    const found = 'text that is not a JSON web token';
    refuseToken(source, found, 'three parts in base64url', source.itself);
  }
  const json = Buffer.from(body ?? '', 'base64url');
  const claims = unlessRefused(() => new ObjectReader(decodeJson(json, PLACE), PLACE));
  // The reader's error would quote the claims, so it is not kept.
  return claims ?? refuseToken(source, 'claims that are not JSON', 'JSON');
}

function audiencesOf(claims: ObjectReader): readonly string[] {
  const data = claims.data('aud');
  const list = isDataList(data) ? data : [data];
  return list.filter((item) => typeof item === 'string');
}

function subjectOf(claims: ObjectReader, source: TokenSource): string {
  const email = claims.data('email');
  if (email === undefined) return textOf(claims, 'sub', source);
  const verified = claims.data('email_verified');
  if (!(verified instanceof Plain) || verified.text !== 'true') {
    const hint = `verify the address with the issuer, then ${source.renew}`;
    const found = 'an e-mail address that the issuer has not verified';
    refuseToken(source, found, 'a verified one', hint);
  }
  return textOf(claims, 'email', source);
}

function textOf(claims: ObjectReader, name: string, source: TokenSource): string {
  const data = claims.data(name);
  if (typeof data === 'string' && data !== '') return data;
  return refuseToken(source, `a token without ${name}`, `the claim ${name}`);
}

function timeOf(claims: ObjectReader, name: string, source: TokenSource): Date {
  const data = claims.data(name);
  const seconds = data instanceof Plain ? Number(data.text) : Number.NaN;
  const time = new Date(seconds * 1000);
  if (!Number.isNaN(time.getTime())) return time;
  return refuseToken(source, `a token without ${name}`, `the claim ${name}, in seconds`);
}

function refuseToken(
  { name, renew }: TokenSource,
  found: string,
  expected: string,
  hint = `${renew} for the audience sigstore; tokens are valid for a few minutes only`,
): never {
  throw new EvidenceError('SIGNING_FAILED', { at: name, found, expected, hint });
}
