import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { isSignedWith, keyKindOf, signWith, spkiOf } from '../../src/trust/key-kind.ts';

const MESSAGE = Buffer.from('a message');

const ALLOWED = [
  ['ECDSA P-256', 'PKIX_ECDSA_P256_SHA_256', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
  ['ECDSA P-384', 'PKIX_ECDSA_P384_SHA_384', generateKeyPairSync('ec', { namedCurve: 'P-384' })],
  ['Ed25519', 'PKIX_ED25519', generateKeyPairSync('ed25519')],
  [
    'RSA 2048',
    'PKIX_RSA_PKCS1V15_2048_SHA256',
    generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ],
  ['RSA 2304', undefined, generateKeyPairSync('rsa', { modulusLength: 2304 })],
] as const;

describe('the kinds of keys that may sign', () => {
  it.each(ALLOWED)('%s signs, and nothing else verifies', (name, keyDetails, keys) => {
    const { privateKey, publicKey } = keys;
    const kind = keyKindOf(publicKey);
    if (kind === undefined) throw new Error('refused');
    expect(kind).toMatchObject({ name, keyDetails });
    expect(keyKindOf(privateKey)).toEqual(kind);
    const signature = signWith(privateKey, kind, MESSAGE);
    expect(isSignedWith(publicKey, kind, MESSAGE, signature)).toBe(true);
    expect(isSignedWith(publicKey, kind, Buffer.from('another'), signature)).toBe(false);
    expect(isSignedWith(publicKey, kind, MESSAGE, signature.subarray(1))).toBe(false);
    expect(spkiOf(privateKey)).toEqual(publicKey.export({ format: 'der', type: 'spki' }));
    expect(spkiOf(publicKey)).toEqual(spkiOf(privateKey));
  });

  const refused: readonly (readonly [string, KeyObject])[] = [
    ['P-521', generateKeyPairSync('ec', { namedCurve: 'P-521' }).publicKey],
    ['secp256k1', generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey],
    ['Ed448', generateKeyPairSync('ed448').publicKey],
    ['X25519', generateKeyPairSync('x25519').publicKey],
    ['RSA of 2047 bits', generateKeyPairSync('rsa', { modulusLength: 2047 }).publicKey],
    ['RSA-PSS', generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey],
    ['DSA', generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 256 }).publicKey],
    ['RSA with the exponent 1', rsaWithExponent('AQ')],
    ['RSA with an even exponent', rsaWithExponent('AQAA')],
    ['RSA with an exponent of more than 32 bits', rsaWithExponent('AQAAAAE')],
  ];

  it.each(refused)('refuses %s', (_, key) => {
    expect(keyKindOf(key)).toBeUndefined();
  });

  it('has one spelling of a key whose point is compressed', () => {
    const [, , { privateKey, publicKey }] = ALLOWED[0];
    const spki = publicKey.export({ format: 'der', type: 'spki' });
    const [x, y] = [spki.subarray(27, 59), spki.subarray(59)];
    const start = Buffer.from('3039301306072a8648ce3d020106082a8648ce3d030107032200', 'hex');
    const parity = Buffer.of(2 + ((y.at(-1) ?? 0) & 1));
    const key = Buffer.concat([start, parity, x]);
    expect(spkiOf(createPublicKey({ key, format: 'der', type: 'spki' }))).toEqual(spki);
    const pem = privateKey.export({ format: 'pem', type: 'sec1' });
    expect(spkiOf(createPrivateKey(pem))).toEqual(spki);
  });
});

function rsaWithExponent(e: string): KeyObject {
  const [, , { publicKey }] = ALLOWED[3];
  const { n = '' } = publicKey.export({ format: 'jwk' });
  return createPublicKey({ key: { kty: 'RSA', n, e }, format: 'jwk' });
}
