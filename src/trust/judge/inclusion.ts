// Whether a log took an entry: its promise (Rekor v1), its signed tree head, and the path from the
// entry to that head.

import { createHash, verify } from 'node:crypto';

import { refuse } from '../../place.ts';
import type { CheckpointSignature } from '../checkpoint.ts';
import type { InclusionProof, LogEntry } from '../log-entry.ts';
import type { TrustedLog } from '../trusted-root.ts';
import { logEntryPlace } from './places.ts';

/**
 * What Rekor v1 signs: canonical JSON (RFC 8785) of these four. Throws LOG_ENTRY_INVALID.
 * https://github.com/sigstore/rekor/blob/main/openapi.yaml
 */
export function requirePromise(entry: LogEntry, signature: Buffer, log: TrustedLog): void {
  const body = entry.body.toString('base64');
  const logId = entry.keyId.toString('hex');
  const { integratedTime, logIndex } = entry;
  const signed = `{"body":"${body}","integratedTime":${integratedTime},"logID":"${logId}","logIndex":${logIndex}}`;
  if (isSignedByLog(log, Buffer.from(signed, 'utf8'), signature)) return;
  refuse(
    logEntryPlace(entry, '/inclusionPromise/signedEntryTimestamp'),
    'a promise of something else, or by another key',
    'what the log signed for this entry, index and time',
  );
}

/**
 * The tree head is the log's, and the entry is in that tree. Throws LOG_ENTRY_INVALID.
 *
 * @param line the log's own signature in the checkpoint
 */
export function requireIncluded(
  entry: LogEntry,
  proof: InclusionProof,
  line: CheckpointSignature,
  log: TrustedLog,
): void {
  if (!isSignedByLog(log, proof.checkpoint.signed, line.signature)) {
    refuse(
      logEntryPlace(entry, '/inclusionProof/checkpoint/envelope'),
      'a checkpoint of something else, or by another key',
      'what the log signed for this tree',
    );
  }
  const root = rootOf(entry.body, proof);
  if (root?.equals(proof.checkpoint.rootHash) === true) return;
  refuse(
    logEntryPlace(entry, '/inclusionProof/hashes'),
    root === undefined ? `${proof.hashes.length} hashes` : 'a path to another tree',
    root === undefined
      ? `as many as a tree of ${proof.treeSize} entries needs`
      : 'the path from this entry to the root hash of the checkpoint',
  );
}

/** Logs sign with SHA-256, whatever their key, and with Ed25519. */
function isSignedByLog({ publicKey }: TrustedLog, signed: Buffer, signature: Buffer): boolean {
  const hash = publicKey.asymmetricKeyType === 'ed25519' ? undefined : 'sha256';
  return verify(hash, signed, publicKey, signature);
}

/** RFC 9162 §2.1.3.2. Undefined if there are too many hashes or too few. */
function rootOf(body: Buffer, { logIndex, treeSize, hashes }: InclusionProof): Buffer | undefined {
  let index = BigInt(logIndex);
  let last = BigInt(treeSize) - 1n;
  let hash = sha256(Buffer.of(0), body);
  for (const other of hashes) {
    if (last === 0n) return undefined;
    if (index % 2n === 1n || index === last) {
      hash = sha256(Buffer.of(1), other, hash);
      while (index % 2n === 0n && index !== 0n) {
        index /= 2n;
        last /= 2n;
      }
    } else {
      hash = sha256(Buffer.of(1), hash, other);
    }
    index /= 2n;
    last /= 2n;
  }
  return last === 0n ? hash : undefined;
}

function sha256(...parts: readonly Buffer[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
