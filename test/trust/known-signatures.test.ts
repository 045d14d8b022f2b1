// The signature of a signer's certificate is computed once for both judges, and only for the very same question.
import { crypto } from '@sigstore/core';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { ATTESTATION } from '../../src/evidence/layout.ts';
import { OwnJudge } from '../../src/trust/judge/own-judge.ts';
import { KnownSignatures, type SignedBytes } from '../../src/trust/known-signatures.ts';
import { LibraryJudge } from '../../src/trust/library/library-judge.ts';
import { questionOf } from '../../src/trust/library/question.ts';
import { parseTrustedRoot } from '../../src/trust/parse-trusted-root.ts';
import { parseSigstoreBundle } from '../../src/trust/sigstore-bundle.ts';
import { sigstoreTrust } from '../../src/trust/verify/sigstore-trust.ts';
import { refusalOf } from '../document/refusal.ts';
import { Forge, encode, ephemeralKeys, type Signing } from './forge.ts';

const forge = new Forge();
const root = encode(forge.root);

const computed = vi.spyOn(crypto, 'verify');

afterEach(() => {
  computed.mockClear();
});

/** How many signatures the library computes, and how many of them by the hash of the authority, SHA-384. */
function counts(): { readonly all: number; readonly certificates: number } {
  const { calls } = computed.mock;
  return {
    all: calls.length,
    certificates: calls.filter(([, , , hash]) => hash === 'sha384').length,
  };
}

/** The two judges apart, so that a test can change what the first tells the second. */
function asked(
  signing: Signing,
  change: (known: KnownSignatures) => KnownSignatures,
): ReturnType<LibraryJudge['judge']> {
  const parsedRoot = parseTrustedRoot(root, 'root.json');
  const bundle = parseSigstoreBundle(encode(forge.sign(signing)), ATTESTATION);
  const known = new KnownSignatures();
  const judgement = new OwnJudge(parsedRoot).judge(
    bundle,
    { publicKeys: [], allowMissingSct: false, requireLog: true },
    known,
  );
  const { publicKey } = judgement;
  const material = { publicKey, artifact: undefined, allowMissingSct: false, requireLog: true };
  const library = new LibraryJudge(parsedRoot);
  computed.mockClear();
  return library.judge(questionOf(bundle, judgement, false), material, change(known));
}

/** What was told, with something changed in each. */
function changed(
  known: KnownSignatures,
  change: (one: SignedBytes) => Partial<SignedBytes>,
): KnownSignatures {
  const others = new KnownSignatures();
  for (const one of known.verified) others.add({ ...one, ...change(one) });
  return others;
}

function flipped(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy[copy.length - 1] = (copy.at(-1) ?? 0) ^ 1;
  return copy;
}

const CHANGES: readonly (readonly [string, (one: SignedBytes) => Partial<SignedBytes>])[] = [
  ['hash', () => ({ hash: 'sha256' })],
  ['key', ({ key }) => ({ key: flipped(key) })],
  ['signed byte', ({ bytes }) => ({ bytes: flipped(bytes) })],
  ['signature', ({ signature }) => ({ signature: flipped(signature) })],
];

describe('of many bundles, each with another certificate', () => {
  it.each([
    { rekor: 1, others: 4 },
    { rekor: 2, others: 4 },
  ] as const)(
    'no signature of a certificate is computed twice, and all $others others are: Rekor v$rekor',
    ({ rekor, others }) => {
      const trust = sigstoreTrust(root, 'root.json');
      const bundles = Array.from({ length: 6 }, () => encode(forge.sign({ rekor })));
      // The first finds out which certificates of the root issued which.
      trust.verify(bundles[0] ?? Buffer.of(), ATTESTATION);
      computed.mockClear();
      for (const bundle of bundles.slice(1)) trust.verify(bundle, ATTESTATION);
      expect(counts()).toEqual({ all: 5 * others, certificates: 0 });
    },
  );

  it('the certificates of the root are verified once', () => {
    const trust = sigstoreTrust(root, 'root.json');
    trust.verify(encode(forge.sign()), ATTESTATION);
    const { certificates } = counts();
    for (let time = 0; time < 5; time += 1) trust.verify(encode(forge.sign()), ATTESTATION);
    expect(certificates).toBeGreaterThan(0);
    expect(counts().certificates).toBe(certificates);
  });
});

describe('what the first judge tells the second', () => {
  it('is the one signature of the certificate', () => {
    let told: readonly SignedBytes[] = [];
    asked({}, (known) => {
      told = known.verified;
      return known;
    });
    expect(told.map(({ hash }) => hash)).toEqual(['sha384']);
  });

  it.each(CHANGES)('with another %s, is no answer: the second computes it itself', (_, change) => {
    const without = { ...asked({}, (known) => known), ...counts() };
    const verdict = { ...asked({}, (known) => changed(known, change)), ...counts() };
    expect(verdict).toEqual({
      ...without,
      all: without.all + 1,
      certificates: without.certificates + 1,
    });
  });

  it('is nothing if the certificate is signed by nobody who may', () => {
    const parsedRoot = parseTrustedRoot(root, 'root.json');
    const forged = encode(forge.sign({ certifiedBy: ephemeralKeys() }));
    const known = new KnownSignatures();
    const bundle = parseSigstoreBundle(forged, ATTESTATION);
    const rules = { publicKeys: [], allowMissingSct: false, requireLog: true };
    const refusal = refusalOf(() => new OwnJudge(parsedRoot).judge(bundle, rules, known));
    expect(refusal?.code).toBe('CERTIFICATE_INVALID');
    expect(known.verified).toEqual([]);
  });
});
