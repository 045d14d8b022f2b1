// https://github.com/C2SP/C2SP/blob/main/tlog-checkpoint.md in https://github.com/C2SP/C2SP/blob/main/signed-note.md

import { sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import type { InclusionProof } from './merkle-tree.ts';

export interface CheckpointSigner {
  /** Who signs, without spaces; verifiers want the host name of the log's base URL, bare. */
  readonly name: string;
  /** The log's id; its first four bytes are the hint by which verifiers find the key. */
  readonly logId: Buffer;
  readonly privateKey: KeyObject;
}

/**
 * The signed checkpoint of a tree, as text.
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
