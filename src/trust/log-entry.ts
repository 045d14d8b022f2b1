// A Rekor entry in a Sigstore bundle.
// https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_rekor.proto

import type { Data } from '../document/data.ts';
import { MAX_PROOF_HASHES } from '../limits.ts';
import { refuse, type Place } from '../place.ts';
import { quote } from '../quote.ts';
import { decodeBase64 } from './base64.ts';
import { parseCheckpoint, type Checkpoint } from './checkpoint.ts';
import { readFewItems, type MessageReader } from './message-reader.ts';

const HASH_BYTES = 32;
const INTEGER = /^(?:0|[1-9]\d{0,15})$/;

/** A Rekor entry. Integers are decimal digits that a JavaScript number holds exactly. */
export interface LogEntry {
  readonly logIndex: string;
  readonly keyId: Buffer;
  readonly kind: string;
  readonly version: string;
  /** Seconds since 1970; "0" if the log states none. */
  readonly integratedTime: string;
  readonly signedEntryTimestamp: Buffer | undefined;
  /** Undefined in the first format alone, where the promise was enough. */
  readonly proof: InclusionProof | undefined;
  readonly body: Buffer;
  readonly at: string;
}

export interface InclusionProof {
  readonly logIndex: string;
  readonly treeSize: string;
  readonly rootHash: Buffer;
  readonly hashes: readonly Buffer[];
  readonly checkpoint: Checkpoint;
  readonly checkpointText: string;
}

/**
 * @param isFirstFormat there the promise was enough: a proof without a signed tree head proves nothing
 */
export function readEntry(reader: MessageReader, isFirstFormat: boolean): LogEntry {
  return {
    ...reader.message('kindVersion', (entry) => ({
      kind: entry.string('kind'),
      version: entry.string('version'),
    })),
    keyId: reader.message('logId', (logId) => logId.bytes('keyId')),
    logIndex: integerField(reader, 'logIndex'),
    integratedTime: timeField(reader, 'integratedTime'),
    signedEntryTimestamp: reader.has('inclusionPromise')
      ? reader.message('inclusionPromise', (promise) => promise.bytes('signedEntryTimestamp'))
      : undefined,
    proof: isFirstFormat ? readFormerProof(reader) : reader.message('inclusionProof', readProof),
    body: reader.bytes('canonicalizedBody'),
    at: reader.at,
  };
}

function readProof(reader: MessageReader): InclusionProof {
  return {
    ...reader.message('checkpoint', (note) => {
      const checkpointText = note.string('envelope');
      return {
        checkpoint: parseCheckpoint(checkpointText, note.place('envelope')),
        checkpointText,
      };
    }),
    logIndex: integerField(reader, 'logIndex'),
    treeSize: integerField(reader, 'treeSize'),
    rootHash: reader.bytes('rootHash'),
    hashes: readFewItems(reader, 'hashes', MAX_PROOF_HASHES, hashAt(reader.place('hashes'))),
  };
}

function readFormerProof(reader: MessageReader): InclusionProof | undefined {
  if (!reader.has('inclusionProof')) return undefined;
  return reader.message('inclusionProof', (proof) => {
    if (proof.has('checkpoint')) return readProof(proof);
    for (const name of ['logIndex', 'treeSize', 'rootHash', 'hashes']) proof.data(name);
    return undefined;
  });
}

function hashAt(list: Place): (data: Data, at: string) => Buffer {
  return (data, at) => {
    const place = { ...list, at };
    const hash = typeof data === 'string' ? decodeBase64(data, place) : Buffer.alloc(0);
    if (hash.length !== HASH_BYTES) refuse(place, `a hash of ${hash.length} bytes`, '32 bytes');
    return hash;
  };
}

/** The last second of the year 9999. A log's time beyond it is none. */
const MAX_SECONDS = 253_402_300_799;

function timeField(reader: MessageReader, name: string): string {
  const text = integerField(reader, name);
  if (Number(text) > MAX_SECONDS) {
    refuse(reader.place(name), quote(text), 'seconds since 1970, before the year 10000');
  }
  return text;
}

/** Protobuf's JSON writes 64-bit integers as strings, and leaves zero out. */
function integerField(reader: MessageReader, name: string): string {
  const text = reader.has(name) ? reader.string(name) : '0';
  if (!INTEGER.test(text) || !Number.isSafeInteger(Number(text))) {
    refuse(reader.place(name), quote(text), 'decimal digits, at most 2^53 - 1');
  }
  return text;
}
