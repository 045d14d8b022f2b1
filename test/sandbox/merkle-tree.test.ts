import { createHash } from 'node:crypto';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { MerkleTree, leafHash, type InclusionProof } from '../../src/sandbox/merkle-tree.ts';
import { LEAVES, ROOTS } from './merkle-vectors.ts';

function treeOf(entries: readonly Uint8Array[]): MerkleTree {
  const tree = new MerkleTree();
  for (const entry of entries) tree.append(entry);
  return tree;
}

/** RFC 9162 §2.1.3.2, written from the text and not from the tree's code. */
function rootFrom(entry: Uint8Array, { index, treeSize, hashes }: InclusionProof): string {
  let [position, last, hash] = [index, treeSize - 1, leafHash(entry)];
  for (const sibling of hashes) {
    expect(last).toBeGreaterThan(0);
    if (position % 2 === 1 || position === last) {
      hash = node(sibling, hash);
      while (position % 2 === 0 && position !== 0) [position, last] = [position >> 1, last >> 1];
    } else {
      hash = node(hash, sibling);
    }
    [position, last] = [position >> 1, last >> 1];
  }
  expect(last).toBe(0);
  return hash.toString('hex');
}

function node(left: Buffer, right: Buffer): Buffer {
  return createHash('sha256').update(Buffer.of(1)).update(left).update(right).digest();
}

describe('the log tree', () => {
  it.each(ROOTS.map((root, size) => ({ size, root })))(
    'has the root that RFC 6962 gives $size entries',
    ({ size, root }) => {
      const tree = treeOf(LEAVES.slice(0, size).map((hex) => Buffer.from(hex, 'hex')));
      expect(tree.rootHash().toString('hex')).toBe(root);
    },
  );

  it('gives the published proof of the first of eight entries', () => {
    const tree = treeOf(LEAVES.map((hex) => Buffer.from(hex, 'hex')));
    expect(tree.proofOf(0).hashes.map((hash) => hash.toString('hex'))).toEqual([
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ]);
  });

  it('proves every entry of every small tree, and the first of one without hashes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 4 }), { minLength: 1, maxLength: 40 }),
        (entries) => {
          const tree = treeOf(entries);
          const root = tree.rootHash().toString('hex');
          for (const [index, entry] of entries.entries()) {
            expect(rootFrom(entry, tree.proofOf(index))).toBe(root);
          }
        },
      ),
      { numRuns: 30 },
    );
    expect(treeOf([Buffer.from('a')]).proofOf(0).hashes).toEqual([]);
  });
});
