import { X509Certificate, sign } from 'node:crypto';

import { X509Certificate as SigstoreCertificate } from '@sigstore/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import * as der from '../../src/der/write-der.ts';
import { startSandbox, type Sandbox } from '../../src/io/sandbox/sandbox-server.ts';
import { SANDBOX_ORGANIZATION } from '../../src/media-types.ts';
import { extension } from '../../src/sandbox/certificate.ts';
import { SANDBOX_IDENTITY } from '../../src/sandbox/oidc.ts';
import { ec, post, requestCertificate, spkiPem, textAt, type Change } from './ask.ts';
import { signIn, verifyUnder } from './sign-in-sandbox.ts';

const MINUTE_MS = 60_000;
const CHAIN = ['signedCertificateEmbeddedSct', 'chain', 'certificates'] as const;

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox();
});

afterAll(async () => {
  await sandbox.close();
});

function unsigned(token: string): string {
  const [, payload = ''] = token.split('.');
  return `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
}

function withIdentity(token: string, identity: string): string {
  const [header, payload = '', signature] = token.split('.');
  const text = Buffer.from(payload, 'base64url').toString();
  const changed = text.replaceAll(SANDBOX_IDENTITY, identity);
  return [header, Buffer.from(changed).toString('base64url'), signature].join('.');
}

/** Seconds since 1970, this many from now. */
function second(offset: number): number {
  return Math.floor(Date.now() / 1000) + offset;
}

/** A token of which these claims differ. */
function claims(changed: Readonly<Record<string, unknown>>): Change {
  return { token: sandbox.token(changed) };
}

describe("Fulcio's certificate", () => {
  it('lives ten minutes, is for code signing, and names the signer critically', async () => {
    const { body } = await requestCertificate(sandbox);
    const pem = textAt(body, ...CHAIN, 0);
    const leaf = SigstoreCertificate.parse(pem);
    expect(leaf.notAfter.getTime() - leaf.notBefore.getTime()).toBe(10 * MINUTE_MS);
    expect(leaf.extSubjectAltName?.critical).toBe(true);
    expect(leaf.extKeyUsage?.critical).toBe(true);
    expect(leaf.extKeyUsage?.digitalSignature).toBe(true);
    const parsed = new X509Certificate(pem);
    expect(parsed.keyUsage).toEqual(['1.3.6.1.5.5.7.3.3']);
    expect(parsed.subjectAltName).toBe(`email:${SANDBOX_IDENTITY}`);
    expect(parsed.ca).toBe(false);
  });

  it("has the token's subject too, as Fulcio's has since 1.8 (1.3.6.1.4.1.57264.1.24)", async () => {
    const { body } = await requestCertificate(sandbox);
    const { raw } = new X509Certificate(textAt(body, ...CHAIN, 0));
    const value = der.utf8String(SANDBOX_IDENTITY);
    expect(raw.includes(extension('1.3.6.1.4.1.57264.1.24', value))).toBe(true);
  });

  it('stands under a P-384 intermediate and a P-384 root that say sandbox', async () => {
    const { body } = await requestCertificate(sandbox);
    const pems = [0, 1, 2].map((index) => textAt(body, ...CHAIN, index));
    const chain = pems.map((pem) => new X509Certificate(pem));
    for (const [index, certificate] of chain.entries()) {
      const issuer = chain[Math.min(index + 1, 2)];
      if (issuer === undefined) throw new Error('no issuer');
      expect(certificate.checkIssued(issuer)).toBe(true);
      expect(certificate.verify(issuer.publicKey)).toBe(true);
      expect(issuer.publicKey.asymmetricKeyDetails?.namedCurve).toBe('secp384r1');
      expect(issuer.ca).toBe(true);
      expect(issuer.subject).toContain(`O=${SANDBOX_ORGANIZATION}\nCN=`);
    }
  });
});

describe('Fulcio', () => {
  it('gives a certificate for a good request', async () => {
    expect((await requestCertificate(sandbox)).status).toBe(200);
  });

  it('takes a token whose start has passed', async () => {
    expect((await requestCertificate(sandbox, claims({ nbf: second(-5) }))).status).toBe(200);
  });

  it('takes the token from the header, as sigstore-go sends it, and needs one', async () => {
    const { publicKey, privateKey } = ec();
    const proof = sign('sha256', Buffer.from(SANDBOX_IDENTITY), privateKey).toString('base64');
    const content = spkiPem(publicKey);
    const request = { publicKeyRequest: { publicKey: { content }, proofOfPossession: proof } };
    const url = `${sandbox.url}/api/v2/signingCert`;
    const authorization = `Bearer ${sandbox.token()}`;
    expect((await post(url, request, { authorization })).status).toBe(200);
    expect((await post(url, request)).status).toBe(401);
  });

  it.each([
    { why: 'has expired', change: () => claims({ exp: second(-1) }) },
    { why: 'has no end', change: () => claims({ exp: undefined }) },
    { why: 'is from the future', change: () => claims({ iat: second(60) }) },
    { why: 'is not valid yet', change: () => claims({ nbf: second(60) }) },
    { why: 'has a start that is no time', change: () => claims({ nbf: 'now' }) },
    { why: 'is for another audience', change: () => claims({ aud: 'other' }) },
    { why: 'is of another issuer', change: () => claims({ iss: 'https://evil.invalid' }) },
    {
      why: 'has an e-mail address that is not verified',
      change: () => claims({ email: SANDBOX_IDENTITY, email_verified: false }),
    },
    {
      why: 'has an e-mail address outside ASCII',
      change: () => ({ ...claims({ email: 'á@sandbox.invalid' }), challenge: 'á@sandbox.invalid' }),
    },
    {
      why: 'has a subject that is no URI',
      change: () => ({ ...claims({ sub: 'somebody' }), challenge: 'somebody' }),
    },
    { why: 'nobody signed', change: () => ({ token: unsigned(sandbox.token()) }) },
    {
      why: 'was signed for somebody else',
      change: () => ({
        token: withIdentity(sandbox.token(), 'evil@sandbox.invalid'),
        challenge: 'evil@sandbox.invalid',
      }),
    },
    { why: 'is none', change: () => ({ token: 'token' }) },
  ])('refuses a token that $why', async ({ change }) => {
    const answer = await requestCertificate(sandbox, change());
    expect(answer).toMatchObject({ status: 401, body: { code: 16, details: [] } });
  });

  it("refuses another sandbox's token", async () => {
    const other = await startSandbox();
    await other.close();
    expect((await requestCertificate(sandbox, { token: other.token() })).status).toBe(401);
  });

  it.each([
    { why: 'a proof of possession by another key', change: () => ({ proofBy: ec().privateKey }) },
    {
      why: 'a proof of possession over another name',
      change: () => ({ challenge: 'evil@sandbox.invalid' }),
    },
    { why: 'a key that is none', change: () => ({ pem: 'key' }) },
    { why: 'a key of another curve', change: () => ({ pem: spkiPem(ec('P-384').publicKey) }) },
  ])('refuses $why', async ({ change }) => {
    const answer = await requestCertificate(sandbox, change());
    expect(answer).toMatchObject({ status: 400, body: { code: 3, details: [] } });
  });

  it('judges by the time that it is given', async () => {
    let now = new Date('2030-01-01T00:00:00Z');
    const timed = await startSandbox({ now: () => now });
    try {
      const token = timed.token();
      const bundle = await signIn(timed, 'v1-tsa', token);
      expect(() => verifyUnder(timed, 'v1-tsa', bundle)).not.toThrow();
      now = new Date(now.getTime() + 13 * 60 * MINUTE_MS);
      expect((await requestCertificate(timed, { token })).status).toBe(401);
    } finally {
      await timed.close();
    }
  });
});
