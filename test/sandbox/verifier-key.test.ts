import { createHash, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import * as der from '../../src/der/write-der.ts';
import { isSignatureOfDigest } from '../../src/sandbox/verifier-key.ts';

const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

function base64url(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64url');
}

function sha256(text: Uint8Array | string): Buffer {
  return createHash('sha256').update(text).digest();
}

// RFC 6979 §A.2.5, P-256 with SHA-256, message "sample".
const RFC_KEY = createPublicKey({
  format: 'jwk',
  key: {
    kty: 'EC',
    crv: 'P-256',
    x: base64url('60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6'),
    y: base64url('7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299'),
  },
});
const R = 0xefd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716n;
const S = 0xf7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8n;

function signature(r: bigint, s: bigint): Buffer {
  return der.sequence(der.integer(r), der.integer(s));
}

/** An INTEGER of these bytes, whatever they are. */
function rawInteger(hex: string): Buffer {
  const bytes = der.octetString(Buffer.from(hex, 'hex'));
  bytes[0] = 0x02;
  return bytes;
}

describe('a signature over a digest', () => {
  it('accepts the signature of RFC 6979 §A.2.5, and its mirror image as every verifier does', () => {
    const digest = sha256('sample');
    expect(isSignatureOfDigest(RFC_KEY, digest, signature(R, S))).toBe(true);
    expect(isSignatureOfDigest(RFC_KEY, digest, signature(R, N - S))).toBe(true);
  });

  it.each([
    { why: 'another digest', digest: 'test', bytes: signature(R, S) },
    { why: 'another r', digest: 'sample', bytes: signature(R + 1n, S) },
    { why: 'another s', digest: 'sample', bytes: signature(R, S + 1n) },
    { why: 'r of zero', digest: 'sample', bytes: signature(0n, S) },
    { why: 's of zero', digest: 'sample', bytes: signature(R, 0n) },
    { why: 'r above the order', digest: 'sample', bytes: signature(R + N, S) },
    { why: 's above the order', digest: 'sample', bytes: signature(R, S + N) },
    { why: 'bytes that are no DER', digest: 'sample', bytes: Buffer.from('not DER') },
    { why: 'one number', digest: 'sample', bytes: der.sequence(der.integer(R)) },
    {
      why: 'three numbers',
      digest: 'sample',
      bytes: der.sequence(der.integer(R), der.integer(S), der.integer(S)),
    },
    {
      why: 'bytes after the signature',
      digest: 'sample',
      bytes: Buffer.concat([signature(R, S), Buffer.of(0)]),
    },
    {
      why: 'a number with a leading zero too many',
      digest: 'sample',
      bytes: der.sequence(der.integer(R), rawInteger(`0000${S.toString(16)}`)),
    },
    {
      why: 'the numbers alone',
      digest: 'sample',
      bytes: Buffer.from(R.toString(16) + S.toString(16), 'hex'),
    },
    { why: 'nothing', digest: 'sample', bytes: Buffer.of() },
  ])('refuses $why', ({ digest, bytes }) => {
    expect(isSignatureOfDigest(RFC_KEY, sha256(digest), bytes)).toBe(false);
  });

  it.each([
    ['P-256', 'sha256', () => generateKeyPairSync('ec', { namedCurve: 'P-256' })],
    ['P-384', 'sha384', () => generateKeyPairSync('ec', { namedCurve: 'P-384' })],
    ['RSA', 'sha256', () => generateKeyPairSync('rsa', { modulusLength: 2048 })],
  ] as const)(
    'accepts what node:crypto signs, and refuses it for another message or key: %s',
    (_, hash, generate) => {
      const [one, other] = [generate(), generate()];
      const digest = (message: Uint8Array): Buffer => createHash(hash).update(message).digest();
      fc.assert(
        fc.property(fc.uint8Array(), (message) => {
          const made = sign(hash, message, one.privateKey);
          expect(isSignatureOfDigest(one.publicKey, digest(message), made)).toBe(true);
          expect(isSignatureOfDigest(other.publicKey, digest(message), made)).toBe(false);
          const longer = digest(Buffer.concat([message, Buffer.of(0)]));
          expect(isSignatureOfDigest(one.publicKey, longer, made)).toBe(false);
        }),
        { numRuns: 6 },
      );
    },
  );

  it('is never that of a key without one', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const made = sign(null, sha256('hello'), privateKey);
    expect(isSignatureOfDigest(publicKey, sha256('hello'), made)).toBe(false);
  });
});
