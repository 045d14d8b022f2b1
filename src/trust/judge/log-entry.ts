// What a log entry must say in addition to what `@sigstore/verify` checks. docs/decisions/0004

import { createHash, timingSafeEqual } from 'node:crypto';

import { SIGN_AGAIN, refuse, type Place } from '../../place.ts';
import { quote } from '../../quote.ts';
import type { LogEntry, SigstoreBundle } from '../sigstore-bundle.ts';
import { NOT_VOUCHED_FOR, type TrustedLog } from '../trusted-root.ts';
import { parseLogBody, rekorVersionOf, type LoggedSignature } from './log-body.ts';

const KEY_HINT_BYTES = 4;

export function logEntryPlace(entry: Pick<LogEntry, 'at'>, pointer = ''): Place {
  return { code: 'LOG_ENTRY_INVALID', at: `${entry.at}${pointer}`, hint: SIGN_AGAIN };
}

/**
 * The log of an entry, after every comparison that needs no signature. The entry must be about this
 * signature, statement and certificate, and all that it says about its place in the log must agree.
 * Throws LOG_ENTRY_INVALID.
 *
 * @param encoding the bytes under the envelope's signature
 */
export function requireLogged(
  entry: LogEntry,
  bundle: SigstoreBundle,
  encoding: Uint8Array,
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
  requireSameSignature(parseLogBody(entry.body, entry, place), bundle, encoding, place);
  requireSigned(entry);
  requireSamePlaceInLog(entry);
  requireCheckpointOf(log, entry);
  return log;
}

function requireSameSignature(
  logged: LoggedSignature,
  bundle: SigstoreBundle,
  encoding: Uint8Array,
  place: Place,
): void {
  if (!logged.signature.equals(bundle.signature)) {
    refuse(place, 'the signature of something else', 'the signature of this envelope');
  }
  const bytes = logged.digestOf === 'payload' ? bundle.payload : encoding;
  const digest = createHash('sha256').update(bytes).digest();
  const found = Buffer.from(logged.digest, 'hex');
  if (found.length !== digest.length || !timingSafeEqual(found, digest)) {
    refuse(place, `the digest ${quote(logged.digest)}`, digest.toString('hex'));
  }
  // If another certificate had the same key, the same signature would show another identity.
  if (!logged.certificate.equals(bundle.certificate)) {
    refuse(place, 'another certificate than the bundle has', 'the certificate of the bundle');
  }
}

/**
 * Everything in an entry must be signed. Rekor v1 signs time, index and log id in its promise. Rekor v2
 * signs the tree alone, so anybody could have written a time there.
 */
function requireSigned(entry: LogEntry): void {
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
  if (entry.logIndex !== proof.logIndex) {
    refuse(logEntryPlace(entry, '/logIndex'), entry.logIndex, proof.logIndex);
  }
}

/**
 * The library uses the checkpoint's size and root. The copies in the entry are compared with them here.
 */
function requireSamePlaceInLog(entry: LogEntry): void {
  const { logIndex, treeSize, rootHash, checkpoint } = entry.proof;
  const at = '/inclusionProof';
  if (treeSize !== checkpoint.treeSize) {
    refuse(logEntryPlace(entry, `${at}/treeSize`), treeSize, checkpoint.treeSize);
  }
  if (!rootHash.equals(checkpoint.rootHash)) {
    const expected = checkpoint.rootHash.toString('base64');
    refuse(logEntryPlace(entry, `${at}/rootHash`), rootHash.toString('base64'), expected);
  }
  if (Number(logIndex) >= Number(treeSize)) {
    refuse(logEntryPlace(entry, `${at}/logIndex`), logIndex, `less than ${treeSize}`);
  }
}

/** The library accepts a signature line if its name is any part of the log's URL. */
function requireCheckpointOf(log: TrustedLog, entry: LogEntry): void {
  const { checkpoint } = entry.proof;
  const place = logEntryPlace(entry, '/inclusionProof/checkpoint/envelope');
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
}

/** A log is named by its URL without the scheme; by some programs without port and path too. */
function namesOf(baseUrl: string): readonly string[] {
  const withoutScheme = baseUrl.replace(/^[a-z]+:\/\//, '').replace(/\/+$/, '');
  const [host = ''] = withoutScheme.split('/');
  return [...new Set([host.replace(/:\d+$/, ''), host, withoutScheme])];
}
