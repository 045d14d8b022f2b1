// E-58: bundles that a key signed. Each starts from one that verifies, and differs in one thing.

import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { digestOf } from '../../src/digest.ts';
import { ATTESTATION } from '../../src/evidence/layout.ts';
import { spkiOf } from '../../src/trust/key-kind.ts';
import { isKeySigner } from '../../src/trust/trust.ts';
import { sigstoreTrust } from '../../src/trust/verify/sigstore-trust.ts';
import { refusalOf } from '../document/refusal.ts';
import { Forge, edited, encode, type BundleJson, type Signing } from './forge.ts';

const MATERIAL = `${ATTESTATION.name}#/verificationMaterial`;
const HINT = `${MATERIAL}/publicKey/hint`;
const ENTRY = `${MATERIAL}/tlogEntries/0/canonicalizedBody`;

const KEYS = {
  'P-256': generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  'P-384': generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  Ed25519: generateKeyPairSync('ed25519'),
  'RSA 2048': generateKeyPairSync('rsa', { modulusLength: 2048 }),
  'RSA 2304': generateKeyPairSync('rsa', { modulusLength: 2304 }),
} as const;
const keys = KEYS['P-256'];
const others = generateKeyPairSync('ec', { namedCurve: 'P-256' });

const forge = new Forge();
const LOGS = [
  ['Rekor v1', { rekor: 1 }],
  ['Rekor v1 with a timestamp', { rekor: 1, timestamp: true }],
  ['Rekor v2 with a timestamp', { rekor: 2 }],
] as const;

function hintOf(key: KeyObject): string {
  return createHash('sha256').update(spkiOf(key)).digest('base64');
}

/** What both judges, and our own alone, say: one word if they agree. */
function verdict(bundle: BundleJson, publicKeys: readonly KeyObject[] = [keys.publicKey]): string {
  const verdicts = (['both', 'own'] as const).map((judge) => {
    const trust = sigstoreTrust(encode(forge.root), 'root.json', { judge, publicKeys });
    const refusal = refusalOf(() => trust.verify(encode(bundle), ATTESTATION));
    return refusal === undefined ? 'verified' : `${refusal.code} ${refusal.at}`;
  });
  return [...new Set(verdicts)].join('; by our own judge alone: ');
}

function sign(signing: Signing): BundleJson {
  return forge.sign({ keys, byKey: true, ...signing });
}

/** An edited copy of a bundle that verifies. */
function afterEdit(signing: Signing, change: (copy: BundleJson) => unknown): string {
  const good = sign(signing);
  expect(verdict(good)).toBe('verified');
  return verdict(edited(good, (copy) => void change(copy)));
}

describe('E-58 a bundle that a key signed', () => {
  it.each([
    ['P-256', 1],
    ['P-256', 2],
    ['P-384', 2],
    ['Ed25519', 1],
    ['RSA 2048', 1],
    ['RSA 2048', 2],
    ['RSA 2304', 1],
  ] as const)('verifies with the key, and names it: %s in Rekor v%i', (kind, rekor) => {
    const { publicKey } = KEYS[kind];
    const bundle = sign({ keys: KEYS[kind], rekor });
    const trust = sigstoreTrust(encode(forge.root), 'root.json', { publicKeys: [publicKey] });
    const { signer, times } = trust.verify(encode(bundle), ATTESTATION);
    expect(signer).toEqual({ publicKey: spkiOf(publicKey), hint: hintOf(publicKey) });
    expect(isKeySigner(signer)).toBe(true);
    expect(times.length).toBeGreaterThan(0);
    expect(verdict(bundle, [publicKey])).toBe('verified');
    expect(verdict(bundle, [others.publicKey, publicKey])).toBe('verified');
  });

  it.each(LOGS)('is nothing without that key (%s)', (_, signing) => {
    const bundle = sign(signing);
    expect(verdict(bundle)).toBe('verified');
    expect(verdict(bundle, [])).toBe(`PUBLIC_KEY_UNKNOWN ${HINT}`);
    expect(verdict(bundle, [others.publicKey])).toBe(`PUBLIC_KEY_UNKNOWN ${HINT}`);
  });

  it.each([
    ['none', [], 'a certificate, or a key that you name'],
    ['another', [others.publicKey], `the key ${digestOf(spkiOf(others.publicKey))}`],
    [
      'more than one reads',
      Array.from({ length: 5 }, () => others.publicKey),
      `${`the key ${digestOf(spkiOf(others.publicKey))}, or `.repeat(3)}one of 2 more`,
    ],
  ])('names the key that signed and those that were named: %s', (_, publicKeys, expected) => {
    const trust = sigstoreTrust(encode(forge.root), 'root.json', { publicKeys });
    expect(refusalOf(() => trust.verify(encode(sign({ rekor: 1 })), ATTESTATION))).toMatchObject({
      code: 'PUBLIC_KEY_UNKNOWN',
      at: HINT,
      found: `a signature by the key ${digestOf(spkiOf(keys.publicKey))}`,
      expected,
      hint: 'ask the signer for the public key; if you trust it, name it with --public-key, or with --policy in an entry with "key"',
    });
  });

  it('that names another key that is trusted does not verify by it', () => {
    const bundle = edited(sign({ rekor: 1 }), ({ verificationMaterial: material }) => {
      Object.assign(material, { publicKey: { hint: hintOf(others.publicKey) } });
    });
    const found = verdict(bundle, [keys.publicKey, others.publicKey]);
    expect(found).toBe(`SIGNATURE_INVALID ${ATTESTATION.name}#/dsseEnvelope/signatures/0/sig`);
  });

  it.each([
    ['another', hintOf(others.publicKey)],
    ['none', ''],
    ['without padding', hintOf(keys.publicKey).replaceAll('=', '')],
    ['in the alphabet for URLs', `-${hintOf(keys.publicKey).slice(1)}`],
    ['with a blank', `${hintOf(keys.publicKey)} `],
    ['in hexadecimal digits', Buffer.from(hintOf(keys.publicKey), 'base64').toString('hex')],
    [
      'of the PEM',
      createHash('sha256')
        .update(keys.publicKey.export({ format: 'pem', type: 'spki' }))
        .digest('base64'),
    ],
  ])('with another hint is of a key that nobody knows: %s', (_, hint) => {
    const found = afterEdit({ rekor: 1 }, ({ verificationMaterial: material }) =>
      Object.assign(material, { publicKey: { hint } }),
    );
    expect(found).toMatch(/^(?:PUBLIC_KEY_UNKNOWN|SIGSTORE_BUNDLE_INVALID) /);
    expect(found).toContain(HINT);
  });

  it.each<[string, unknown]>([
    ['no hint', {}],
    ['a key beside the hint', { hint: hintOf(keys.publicKey), rawBytes: 'AAAA' }],
    ['null', { hint: null }],
    ['a list', [hintOf(keys.publicKey)]],
    ['a text', hintOf(keys.publicKey)],
  ])('has a hint and nothing else: %s is refused', (_, publicKey) => {
    const found = afterEdit({ rekor: 2 }, ({ verificationMaterial: material }) =>
      Object.assign(material, { publicKey }),
    );
    expect(found).toMatch(/^SIGSTORE_BUNDLE_INVALID \S+\/publicKey/);
  });

  it('has no certificate beside the key, not even one for this key', () => {
    const { certificate } = forge.sign({ keys, rekor: 1 }).verificationMaterial;
    const found = afterEdit({ rekor: 1 }, ({ verificationMaterial: material }) =>
      Object.assign(material, { certificate }),
    );
    expect(found).toBe(`SIGSTORE_BUNDLE_INVALID ${MATERIAL}/certificate`);
  });

  it.each(LOGS)(
    'needs an entry with the key: one with a certificate for it is refused (%s)',
    (_, signing) => {
      // The same key, the same statement: only what the log says of the signer differs.
      const keyless = forge.sign({ keys, ...signing });
      const { publicKey } = sign(signing).verificationMaterial as { publicKey?: object };
      const found = edited(keyless, ({ verificationMaterial: material }) => {
        Reflect.deleteProperty(material, 'certificate');
        Object.assign(material, { publicKey });
      });
      expect(verdict(keyless)).toBe('verified');
      expect(verdict(found)).toBe(`LOG_ENTRY_INVALID ${ENTRY}`);
    },
  );

  it.each(LOGS)(
    'cannot be passed off as an identity with a certificate for the key (%s)',
    (_, signing) => {
      const { certificate } = forge.sign({ keys, ...signing }).verificationMaterial;
      const found = afterEdit(signing, ({ verificationMaterial: material }) => {
        Reflect.deleteProperty(material, 'publicKey');
        Object.assign(material, { certificate });
      });
      expect(found).toBe(`LOG_ENTRY_INVALID ${ENTRY}`);
    },
  );

  it.each(LOGS)(
    'needs its own entry: none, and that of another statement, are refused (%s)',
    (_, signing) => {
      const other = sign({ ...signing, payload: Buffer.from('{}') });
      expect(
        afterEdit(signing, ({ verificationMaterial: material }) => {
          material.tlogEntries = [];
        }),
      ).toBe(`LOG_ENTRY_INVALID ${MATERIAL}/tlogEntries`);
      expect(
        afterEdit(signing, ({ verificationMaterial: material }) => {
          material.tlogEntries = other.verificationMaterial.tlogEntries;
        }),
      ).toBe(`LOG_ENTRY_INVALID ${ENTRY}`);
    },
  );

  it('needs a proven time: Rekor v2 without a timestamp is refused', () => {
    const found = afterEdit({ rekor: 2 }, ({ verificationMaterial: material }) =>
      Reflect.deleteProperty(material, 'timestampVerificationData'),
    );
    expect(found).toBe(`TIMESTAMP_INVALID ${MATERIAL}/timestampVerificationData`);
  });
});
