// What a log entry must say: it is about this signature, by this verifier, and the log took it.

import { createHash, timingSafeEqual, verify } from 'node:crypto';

import { refuse, type Place } from '../../place.ts';
import { quote } from '../../quote.ts';
import { KEY_HINT_BYTES, type CheckpointSignature } from '../checkpoint.ts';
import type { InclusionProof, LogEntry } from '../log-entry.ts';
import { NOT_VOUCHED_FOR, type TrustedLog } from '../trusted-root.ts';
import { parseLogBody, rekorVersionOf, type LoggedSignature } from './log-body.ts';
import { logEntryPlace } from './places.ts';
import type { Signed } from './signed.ts';

/**
 * The log of an entry, after all that the entry must prove. Throws LOG_ENTRY_INVALID. When the log signed
 * it, is judged elsewhere.
 */
export function requireLogged(
  entry: LogEntry,
  signed: Signed,
  logs: readonly TrustedLog[],
): TrustedLog {
  const log = logs.find(({ keyId }) => keyId.equals(entry.keyId));
  if (log === undefined) {
    return refuse(
      { ...logEntryPlace(entry, '/logId/keyId'), hint: NOT_VOUCHED_FOR },
      `the log ${entry.keyId.toString('hex')}`,
      'a log of the trusted root',
    );
  }
  const place = logEntryPlace(entry, '/canonicalizedBody');
  requireSameSignature(parseLogBody(entry, signed.kind, place), signed, place);
  requireStated(entry);
  const { proof, signedEntryTimestamp } = entry;
  const line = proof && requireOwnCheckpoint(entry, proof, log);
  if (signedEntryTimestamp !== undefined) requirePromise(entry, signedEntryTimestamp, log);
  if (proof !== undefined && line !== undefined) requireIncluded(entry, proof, line, log);
  return log;
}

function requireSameSignature(logged: LoggedSignature, signed: Signed, place: Place): void {
  if (!logged.signature.equals(signed.signature)) {
    refuse(place, 'the signature of something else', 'the signature of this bundle');
  }
  const digest = digestOf(logged, signed);
  if (logged.digest.length !== digest.length || !timingSafeEqual(logged.digest, digest)) {
    refuse(place, `the digest ${logged.digest.toString('hex')}`, digest.toString('hex'));
  }
  // If another certificate had the same key, the same signature would show another identity.
  const { kind, bytes } = signed.verifier;
  if (logged.verifier.kind !== kind || !logged.verifier.bytes.equals(bytes)) {
    refuse(
      place,
      `another ${logged.verifier.kind} than the bundle has`,
      `the ${kind} of the bundle`,
    );
  }
}

function digestOf({ digestOf: what, hash }: LoggedSignature, signed: Signed): Buffer {
  if (what === 'payload') return createHash(hash).update(signed.payload).digest();
  return signed.digest(hash);
}

/**
 * Everything in an entry must be signed. Rekor v1 signs time, index and log id in its promise. Rekor v2
 * signs the tree alone, so anybody could have written a time there.
 */
function requireStated(entry: LogEntry): void {
  const { integratedTime, signedEntryTimestamp, proof } = entry;
  if (rekorVersionOf(entry) === 1) {
    if (signedEntryTimestamp === undefined) {
      refuse(logEntryPlace(entry), 'an entry without a promise', 'an inclusionPromise');
    }
    if (integratedTime === '0') {
      refuse(logEntryPlace(entry, '/integratedTime'), 'no time', 'the time of the promise');
    }
    return;
  }
  if (signedEntryTimestamp !== undefined) {
    refuse(logEntryPlace(entry, '/inclusionPromise'), 'a promise', 'none: Rekor v2 makes none');
  }
  if (integratedTime !== '0') {
    refuse(logEntryPlace(entry, '/integratedTime'), integratedTime, 'none: Rekor v2 states none');
  }
  const index = proof?.logIndex ?? '';
  if (entry.logIndex !== index) refuse(logEntryPlace(entry, '/logIndex'), entry.logIndex, index);
}

/** What the entry repeats of its checkpoint, and the log's own line in it. */
function requireOwnCheckpoint(
  entry: LogEntry,
  proof: InclusionProof,
  log: TrustedLog,
): CheckpointSignature {
  const { logIndex, treeSize, rootHash, checkpoint } = proof;
  const at = '/inclusionProof';
  if (treeSize !== checkpoint.treeSize) {
    refuse(logEntryPlace(entry, `${at}/treeSize`), treeSize, checkpoint.treeSize);
  }
  if (!rootHash.equals(checkpoint.rootHash)) {
    const expected = checkpoint.rootHash.toString('base64');
    refuse(logEntryPlace(entry, `${at}/rootHash`), rootHash.toString('base64'), expected);
  }
  if (BigInt(logIndex) >= BigInt(treeSize)) {
    refuse(logEntryPlace(entry, `${at}/logIndex`), logIndex, `less than ${treeSize}`);
  }
  return ownLine(proof, log, logEntryPlace(entry, `${at}/checkpoint/envelope`));
}

function ownLine(
  { checkpoint }: InclusionProof,
  log: TrustedLog,
  place: Place,
): CheckpointSignature {
  const hint = log.keyId.subarray(0, KEY_HINT_BYTES);
  const [line, ...more] = checkpoint.signatures.filter(({ keyHint }) => keyHint.equals(hint));
  if (line === undefined || more.length > 0) {
    const count = more.length + (line === undefined ? 0 : 1);
    return refuse(place, `${count} signatures by the key of the log`, 'exactly one');
  }
  const names = namesOf(log.baseUrl);
  if (!names.includes(line.name)) refuse(place, quote(line.name), names.join(' or '));
  // Rekor v1 adds the number of its tree to the origin.
  if (checkpoint.origin !== line.name && !checkpoint.origin.startsWith(`${line.name} - `)) {
    refuse(place, `the origin ${quote(checkpoint.origin)}`, `the log's name ${quote(line.name)}`);
  }
  return line;
}

/** A log is named by its URL without the scheme; by some programs without port and path too. */
function namesOf(baseUrl: string): readonly string[] {
  const withoutScheme = baseUrl.replace(/^[a-z]+:\/\//, '').replace(/\/+$/, '');
  const [host = ''] = withoutScheme.split('/');
  return [...new Set([host.replace(/:\d+$/, ''), host, withoutScheme])];
}

// Whether a log took an entry: its promise (Rekor v1), its signed tree head, and the path from the
// entry to that head.

/**
 * What Rekor v1 signs: canonical JSON (RFC 8785) of these four. Throws LOG_ENTRY_INVALID.
 * https://github.com/sigstore/rekor/blob/main/openapi.yaml
 */
function requirePromise(entry: LogEntry, signature: Buffer, log: TrustedLog): void {
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
