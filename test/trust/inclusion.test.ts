// Whether a log has an entry: by the published vectors of RFC 6962, by every path of many trees, and by
// paths that are wrong in one thing.

import { generateKeyPairSync, sign } from 'node:crypto';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { MerkleTree } from '../../src/sandbox/merkle-tree.ts';
import { requireIncluded } from '../../src/trust/judge/require-logged.ts';
import { refusalOf } from '../document/refusal.ts';
import { propertyRuns } from '../property-runs.ts';
import { LEAVES, ROOTS } from '../sandbox/merkle-vectors.ts';
import { Forge, edited, ephemeralKeys, type EntryJson } from './forge.ts';
import { judgesUnder } from './judges.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const LOG = {
  baseUrl: 'https://log.example.test',
  keyId: Buffer.alloc(32),
  publicKey,
  validFor: { start: new Date(0), end: new Date(1) },
};

interface Claim {
  readonly leaf: Buffer;
  readonly index: number;
  readonly size: number;
  readonly hashes: readonly Buffer[];
  readonly root: Buffer;
}

/** `included`, or where and what the refusal says; the log has signed this root. */
function verdictOf({ leaf, index, size, hashes, root }: Claim): string {
  const signed = Buffer.from(`log.example.test\n${size}\n${root.toString('base64')}\n`);
  const line = {
    name: 'log.example.test',
    keyHint: Buffer.alloc(4),
    signature: sign(undefined, signed, privateKey),
  };
  const checkpoint = {
    ...{ origin: line.name, treeSize: String(size), rootHash: root, signatures: [line], signed },
  };
  const place = { logIndex: String(index), treeSize: String(size) };
  const proof = { ...place, hashes, rootHash: root, checkpoint, checkpointText: '' };
  const entry = {
    ...{ logIndex: String(index), keyId: LOG.keyId, kind: 'dsse', version: '0.0.1' },
    ...{ integratedTime: '0', signedEntryTimestamp: undefined, proof, body: leaf, at: '#' },
  };
  const refusal = refusalOf(() => {
    requireIncluded(entry, proof, line, LOG);
  });
  return refusal === undefined ? 'included' : `${refusal.code} ${refusal.at}`;
}

const NOT_INCLUDED = 'LOG_ENTRY_INVALID #/inclusionProof/hashes';

// https://github.com/google/certificate-transparency/blob/master/cpp/merkletree/merkle_tree_test.cc
const PATHS: readonly {
  readonly index: number;
  readonly size: number;
  readonly hashes: readonly string[];
}[] = [
  { index: 0, size: 1, hashes: [] },
  {
    ...{ index: 0, size: 8 },
    hashes: [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ],
  },
  {
    ...{ index: 5, size: 8 },
    hashes: [
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  },
  {
    ...{ index: 2, size: 3 },
    hashes: ['fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125'],
  },
  {
    ...{ index: 1, size: 5 },
    hashes: [
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ],
  },
];

function fromHex(hex: string | undefined): Buffer {
  return Buffer.from(hex ?? '', 'hex');
}

describe('R-22 the published paths of RFC 6962', () => {
  it.each(PATHS)('R-22 entry $index of $size is included', ({ index, size, hashes }) => {
    const claim = { index, size, leaf: fromHex(LEAVES[index]), root: fromHex(ROOTS[size]) };
    expect(verdictOf({ ...claim, hashes: hashes.map(fromHex) })).toBe('included');
    for (const other of LEAVES.filter((_, at) => at !== index)) {
      const wrong = { ...claim, leaf: fromHex(other), hashes: hashes.map(fromHex) };
      expect(verdictOf(wrong)).toBe(NOT_INCLUDED);
    }
  });
});

/** An entry of a tree of up to 200 with its path. */
const claims: fc.Arbitrary<Claim> = fc
  .tuple(fc.integer({ min: 1, max: 200 }), fc.nat(1_000_000))
  .map(([size, at]) => {
    const tree = new MerkleTree();
    for (let index = 0; index < size; index += 1) tree.append(Buffer.from(`entry ${index}`));
    const index = at % size;
    const { hashes, rootHash } = tree.proofOf(index);
    return { leaf: Buffer.from(`entry ${index}`), index, size, hashes, root: rootHash };
  });

describe('R-22 a path of any tree', () => {
  const numRuns = propertyRuns(100, 500);

  it('R-22 is included as it is', () => {
    fc.assert(
      fc.property(claims, (claim) => {
        expect(verdictOf(claim)).toBe('included');
      }),
      { numRuns },
    );
  });

  const WRONG: Readonly<Record<string, (claim: Claim, at: number) => Claim>> = {
    'another index': (claim, at) => ({ ...claim, index: (claim.index + 1 + at) % claim.size }),
    'a hash that is one bit away': (claim, at) => ({
      ...claim,
      hashes: claim.hashes.map((hash, level) =>
        level === at % claim.hashes.length
          ? Buffer.from(hash.map((byte, i) => (i === 0 ? byte ^ 1 : byte)))
          : hash,
      ),
    }),
    'two hashes in another order': ({ hashes: [first, second, ...rest], ...claim }) => ({
      ...claim,
      hashes: [second, first, ...rest].flatMap((hash) => hash ?? []),
    }),
    'its last hash left out': (claim) => ({ ...claim, hashes: claim.hashes.slice(0, -1) }),
    'its first hash left out': (claim) => ({ ...claim, hashes: claim.hashes.slice(1) }),
    'its last hash twice': (claim) => ({
      ...claim,
      hashes: [...claim.hashes, ...claim.hashes.slice(-1)],
    }),
    'one hash too many': (claim) => ({ ...claim, hashes: [...claim.hashes, claim.root] }),
    'a node for an entry': (claim) => ({
      ...claim,
      leaf: Buffer.concat([Buffer.of(1), claim.hashes[0] ?? claim.root, claim.leaf]),
    }),
    'the root of another tree': (claim) => ({
      ...claim,
      root: claim.hashes[0] ?? Buffer.alloc(32),
    }),
  };

  it.each(Object.entries(WRONG))('R-22 with %s is refused', (_, change) => {
    fc.assert(
      fc.property(claims, fc.nat(1_000_000), (claim, at) => {
        const wrong = change(claim, at % Math.max(claim.size - 1, 1));
        fc.pre(textOf(wrong) !== textOf(claim));
        expect(verdictOf(wrong)).toBe(NOT_INCLUDED);
      }),
      { numRuns },
    );
  });
});

function textOf({ leaf, index, size, hashes, root }: Claim): string {
  return JSON.stringify([
    index,
    size,
    ...[leaf, root, ...hashes].map((bytes) => bytes.toString('hex')),
  ]);
}

describe('R-22 the proof of a bundle', () => {
  const forge = new Forge();
  const keys = ephemeralKeys();
  for (let count = 0; count < 6; count += 1) forge.sign({ rekor: 'both' });
  const verdict = judgesUnder(forge.root);
  const AT = 'attestation.intoto.jsonl#/verificationMaterial/tlogEntries/0/inclusionProof';

  const CHANGES: Readonly<Record<string, readonly [(entry: EntryJson) => unknown, string]>> = {
    'another index': [({ inclusionProof: proof }) => (proof.logIndex = '2'), 'hashes'],
    'the index at the end of the tree': [
      ({ inclusionProof: proof }) => (proof.logIndex = proof.treeSize),
      'logIndex',
    ],
    'another size': [
      ({ inclusionProof: proof }) => (proof.treeSize = String(Number(proof.treeSize) + 1)),
      'treeSize',
    ],
    'a changed sibling': [
      ({ inclusionProof: proof }) => {
        const [first = '', ...rest] = proof.hashes;
        const bytes = Buffer.from(first, 'base64');
        bytes[31] = (bytes[31] ?? 0) ^ 1;
        proof.hashes = [bytes.toString('base64'), ...rest];
      },
      'hashes',
    ],
    'a hash too many': [
      ({ inclusionProof: { hashes, rootHash } }) => hashes.push(rootHash),
      'hashes',
    ],
    'a hash too few': [({ inclusionProof: { hashes } }) => hashes.pop(), 'hashes'],
  };

  it.each(
    Object.entries(CHANGES).flatMap(([name, [change, place]]) =>
      ([1, 2] as const).map((rekor) => ({ name, change, place, rekor })),
    ),
  )('R-22 with $name is refused (Rekor v$rekor)', ({ name, change, place, rekor }) => {
    const good = forge.sign({ rekor, keys });
    expect(verdict(good)).toBe('verified');
    const wrong = edited(good, ({ verificationMaterial }) => {
      for (const entry of verificationMaterial.tlogEntries) {
        change(entry);
        // Rekor v2 states the index twice, and the two are compared first.
        if (name === 'another index' && rekor === 2) entry.logIndex = entry.inclusionProof.logIndex;
      }
    });
    const at =
      name.includes('end of the tree') && rekor === 2 ? AT.replace('/inclusionProof', '') : AT;
    expect(verdict(wrong)).toBe(`LOG_ENTRY_INVALID ${at}/${place}`);
  });
});

describe('R-23 an entry of Rekor v2', () => {
  const forge = new Forge();
  const verdict = judgesUnder(forge.root);
  const bundle = forge.sign({ rekor: 2 });

  it('R-23 has no promise and verifies with a timestamp', () => {
    expect(JSON.stringify(bundle)).not.toMatch(/inclusionPromise|integratedTime/);
    expect(verdict(bundle)).toBe('verified');
  });

  it('R-23 is refused without one', () => {
    for (const timestampVerificationData of [undefined, { rfc3161Timestamps: [] }]) {
      const timeless = edited(bundle, ({ verificationMaterial }) => {
        Object.assign(verificationMaterial, { timestampVerificationData });
      });
      expect(verdict(timeless)).toBe(
        'TIMESTAMP_INVALID attestation.intoto.jsonl#/verificationMaterial/timestampVerificationData',
      );
    }
  });
});
