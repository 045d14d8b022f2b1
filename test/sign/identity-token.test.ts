import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseIdentityToken } from '../../src/sign/identity-token.ts';
import { refusalOf } from '../document/refusal.ts';

const NOW = new Date('2026-06-01T12:00:00Z');
const SECONDS = NOW.getTime() / 1000;
const CLAIMS = {
  iss: 'https://issuer.test',
  aud: 'sigstore',
  sub: 'repo:a/b',
  exp: SECONDS + 600,
};
const SIGNATURE = 'c2VjcmV0LXNpZ25hdHVyZQ';

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function token(claims: unknown): string {
  return `${part({ alg: 'ES256' })}.${part(claims)}.${SIGNATURE}`;
}

describe('an identity token', () => {
  it('names issuer and subject', () => {
    const text = token(CLAIMS);
    expect(parseIdentityToken(` ${text}\n`, NOW)).toEqual({
      text,
      issuer: 'https://issuer.test',
      subject: 'repo:a/b',
      expiresAt: new Date('2026-06-01T12:10:00Z'),
      expected: { subject: undefined, issuers: ['https://issuer.test'] },
    });
  });

  it('names the e-mail address that the issuer has verified', () => {
    const claims = { ...CLAIMS, email: 'a@b.test', email_verified: true };
    expect(parseIdentityToken(token(claims), NOW).subject).toBe('a@b.test');
  });

  it('may be for several audiences, and may have expired by a clock that is a little off', () => {
    const claims = { ...CLAIMS, aud: ['x', 'sigstore'], exp: SECONDS - 299 };
    expect(parseIdentityToken(token(claims), NOW).issuer).toBe('https://issuer.test');
  });

  it.each<[string, object]>([
    ['for another audience', { aud: 'https://github.com/a' }],
    ['for no audience', { aud: undefined }],
    ['that has expired', { exp: SECONDS - 301 }],
    ['without an end', { exp: undefined }],
    ['without an issuer', { iss: undefined }],
    ['without a subject', { sub: undefined }],
    ['with an empty subject', { sub: '' }],
    ['with an address that is not verified', { email: 'a@b.test', email_verified: false }],
    ['with an address and no word about it', { email: 'a@b.test' }],
    ['with an address verified in text', { email: 'a@b.test', email_verified: 'true' }],
  ])('%s is refused', (_, change) => {
    const refusal = refusalOf(() => parseIdentityToken(token({ ...CLAIMS, ...change }), NOW));
    expect([refusal?.code, refusal?.at]).toEqual(['SIGNING_FAILED', 'identity token']);
  });

  it.each([
    ['two parts', 'a.b'],
    ['four parts', 'YQ.YQ.YQ.YQ'],
    ['an empty part', 'YQ..YQ'],
    ['standard base64', 'YQ.Y+Q/.YQ'],
    ['claims that are not JSON', 'YQ.YQ.YQ'],
    ['nothing', ''],
  ])('of %s is refused', (_, text) => {
    expect(refusalOf(() => parseIdentityToken(text, NOW))?.code).toBe('SIGNING_FAILED');
  });

  it('is in no part of any error', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('iss', 'aud', 'sub', 'exp'), fc.json()),
        (change) => {
          const text = token({ ...CLAIMS, secret: 'hidden', aud: 'other', ...change });
          const refusal = refusalOf(() => parseIdentityToken(text, NOW));
          const told = JSON.stringify([refusal, refusal?.message, refusal?.stack, refusal?.cause]);
          for (const secret of [...text.split('.').slice(1), 'hidden']) {
            expect(told).not.toContain(secret);
          }
        },
      ),
    );
  });
});
