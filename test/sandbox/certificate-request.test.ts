import { X509Certificate, sign } from 'node:crypto';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import * as der from '../../src/der/write-der.ts';
import { startSandbox } from '../../src/io/sandbox/sandbox-server.ts';
import { EMPTY_NAME, signatureAlgorithm, spkiOf } from '../../src/sandbox/certificate.ts';
import { keyOfRequest } from '../../src/sandbox/fulcio.ts';
import { SANDBOX_IDENTITY } from '../../src/sandbox/oidc.ts';
import { refusalOf } from '../document/refusal.ts';
import { propertyRuns } from '../property-runs.ts';
import { ec, post, requestCertificate, textAt, type Keys } from './ask.ts';

/** What may differ from a good request. */
interface Change {
  readonly signedBy?: Keys;
  readonly algorithm?: Buffer;
  readonly unusedBits?: number;
}

function requestOf(keys: Keys, change: Change = {}): Buffer {
  const { privateKey } = change.signedBy ?? keys;
  const info = der.sequence(
    der.integer(0),
    EMPTY_NAME,
    spkiOf(keys.publicKey),
    der.retag(0, der.setOf()),
  );
  const signature = der.bitString(sign('sha256', info, privateKey), change.unusedBits);
  return der.sequence(info, change.algorithm ?? signatureAlgorithm(keys.privateKey), signature);
}

function pemOf(request: Buffer, end = '\n'): Buffer {
  const lines = request.toString('base64').match(/.{1,64}/g) ?? [];
  const label = 'CERTIFICATE REQUEST-----';
  return Buffer.from([`-----BEGIN ${label}`, ...lines, `-----END ${label}`, ''].join(end));
}

const keys = ec();
const good = requestOf(keys);

describe('a certificate signing request', () => {
  it.each(['\n', '\r\n'])('gives the key that signed it, with the line end %j', (end) => {
    expect(keyOfRequest(pemOf(good, end))?.equals(keys.publicKey)).toBe(true);
  });

  it.each([
    ['another key', { signedBy: ec() }],
    ['another algorithm than it names', { algorithm: signatureAlgorithm(ec('P-384').privateKey) }],
    ['bits that do not count', { unusedBits: 1 }],
  ])('is refused if it is signed by %s', (_, change) => {
    expect(keyOfRequest(pemOf(requestOf(keys, change)))).toBeUndefined();
  });

  it('is refused for a key of another curve', () => {
    expect(keyOfRequest(pemOf(requestOf(ec('P-384'))))).toBeUndefined();
  });

  it.each([
    ['no PEM', good],
    ['text before it', Buffer.concat([Buffer.from('x'), pemOf(good)])],
    ['a part after the signature', pemOf(der.sequence(good, good, good, good))],
    ['no key', pemOf(der.sequence(der.sequence(), der.sequence(), der.sequence()))],
  ])('is no request: %s', (_, bytes) => {
    expect(refusalOf(() => keyOfRequest(bytes))).toMatchObject({
      code: 'DOCUMENT_INVALID',
      at: 'request#/certificateSigningRequest',
    });
  });

  it('with one bit changed gives no key', () => {
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(7), (index, bit) => {
        const bytes = Buffer.from(good);
        bytes[index] = (bytes[index] ?? 0) ^ (1 << bit);
        let key: unknown;
        refusalOf(() => {
          key = keyOfRequest(pemOf(bytes));
        });
        expect(key).toBeUndefined();
      }),
      { numRuns: propertyRuns(500, 2000) },
    );
  });
});

describe('Fulcio', () => {
  it('certifies the key of a request for the owner of the token, and no other proof beside it', async () => {
    const sandbox = await startSandbox();
    try {
      const url = `${sandbox.url}/api/v2/signingCert`;
      const authorization = `Bearer ${sandbox.token()}`;
      const request = { certificateSigningRequest: pemOf(good).toString('base64') };
      const { status, body } = await post(url, request, { authorization });
      expect(status).toBe(200);
      const chain = ['signedCertificateEmbeddedSct', 'chain', 'certificates'] as const;
      const leaf = new X509Certificate(textAt(body, ...chain, 0));
      expect(leaf.publicKey.equals(keys.publicKey)).toBe(true);
      expect(leaf.subjectAltName).toBe(`email:${SANDBOX_IDENTITY}`);
      const both = { ...request, publicKeyRequest: {} };
      const signedByOther = pemOf(requestOf(keys, { signedBy: ec() })).toString('base64');
      for (const wrong of [both, {}, { certificateSigningRequest: signedByOther }]) {
        expect(await post(url, wrong, { authorization })).toMatchObject({
          status: 400,
          body: { code: 3 },
        });
      }
      expect((await post(url, request)).status).toBe(401);
      expect((await requestCertificate(sandbox)).status).toBe(200);
    } finally {
      await sandbox.close();
    }
  });
});
