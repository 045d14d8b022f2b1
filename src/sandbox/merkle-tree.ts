import { createHash, sign, type KeyObject } from 'node:crypto';

// RFC 6962 §2.1: a leaf and a node never hash alike.
const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);

export interface InclusionProof {
  readonly index: number;
  readonly treeSize: number;
  readonly rootHash: Buffer;
  /** From the leaf's sibling up to the root's child. */
  readonly hashes: readonly Buffer[];
}

/** An append-only Merkle tree (RFC 6962 §2.1). */
export class MerkleTree {
  readonly #leaves: Buffer[] = [];
  /** By range, of those subtrees in which each leaf has its place: they never change. */
  readonly #whole = new Map<string, Buffer>();

  get size(): number {
    return this.#leaves.length;
  }

  /** Appends an entry and returns its index. */
  append(entry: Uint8Array): number {
    return this.#leaves.push(leafHash(entry)) - 1;
  }

  rootHash(): Buffer {
    return this.size === 0 ? sha256() : this.#root(0, this.size);
  }

  /** Proves that the entry of this index is in the tree as it is now. */
  proofOf(index: number): InclusionProof {
    return {
      index,
      treeSize: this.size,
      rootHash: this.rootHash(),
      hashes: this.#path(index, 0, this.size),
    };
  }

  #root(from: number, to: number): Buffer {
    const [leaf] = to - from === 1 ? this.#leaves.slice(from, to) : [];
    if (leaf !== undefined) return leaf;
    const range = `${from} ${to}`;
    const half = largestPowerOfTwoBelow(to - from);
    const root =
      this.#whole.get(range) ??
      sha256(NODE, this.#root(from, from + half), this.#root(from + half, to));
    if (to - from === 2 * half) this.#whole.set(range, root);
    return root;
  }

  #path(index: number, from: number, to: number): readonly Buffer[] {
    if (to - from === 1) return [];
    const split = from + largestPowerOfTwoBelow(to - from);
    return index < split
      ? [...this.#path(index, from, split), this.#root(split, to)]
      : [...this.#path(index, split, to), this.#root(from, split)];
  }
}

export function leafHash(entry: Uint8Array): Buffer {
  return sha256(LEAF, entry);
}

function largestPowerOfTwoBelow(count: number): number {
  return 2 ** Math.floor(Math.log2(count - 1));
}

function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

export interface CheckpointSigner {
  /** Who signs, without spaces. Verifiers want only the host name of the log's base URL. */
  readonly name: string;
  /** The log's id; its first four bytes are the hint by which verifiers find the key. */
  readonly logId: Buffer;
  readonly privateKey: KeyObject;
}

/**
 * The signed checkpoint of a tree, as text: https://github.com/C2SP/C2SP/blob/main/tlog-checkpoint.md in
 * https://github.com/C2SP/C2SP/blob/main/signed-note.md
 *
 * @param origin the log's name in the first line
 */
export function signCheckpoint(
  origin: string,
  { treeSize, rootHash }: InclusionProof,
  by: CheckpointSigner,
): string {
  const note = `${origin}\n${treeSize}\n${rootHash.toString('base64')}\n`;
  // Ed25519 has its own hash; ECDSA takes SHA-256.
  const hash = by.privateKey.asymmetricKeyType === 'ed25519' ? null : 'sha256';
  const signature = sign(hash, Buffer.from(note), by.privateKey);
  const line = Buffer.concat([by.logId.subarray(0, 4), signature]).toString('base64');
  return `${note}\n\u2014 ${by.name} ${line}\n`;
}
