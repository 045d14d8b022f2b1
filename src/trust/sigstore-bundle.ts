// A Sigstore bundle, read field by field, with one spelling for each value. Refused are a key that is
// not read here, a null, a number instead of a string, and base64 that is not canonical: another reader
// may read them differently.

import { isDataList, type Data } from '../document/data.ts';
import { MAX_PROOF_HASHES, MAX_WITNESSES } from '../limits.ts';
import { SIGSTORE_BUNDLE_TYPE } from '../media-types.ts';
import { SIGN_AGAIN, refuse, type Place } from '../place.ts';
import { quote } from '../quote.ts';
import { decodeBase64 } from './base64.ts';
import { parseCheckpoint, type Checkpoint } from './checkpoint.ts';
import { readMessage, type MessageReader } from './message-reader.ts';
import type { AttestationFile } from './trust.ts';

/** https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_bundle.proto */
export interface SigstoreBundle {
  /** How complaints name it. */
  readonly file: string;
  readonly mediaType: string;
  readonly payloadType: string;
  readonly payload: Buffer;
  readonly signature: Buffer;
  readonly certificate: Buffer;
  readonly certificatePlace: Place;
  readonly entries: readonly LogEntry[];
  readonly timestamps: readonly Timestamp[];
}

/** A Rekor entry. Integers are decimal digits that a JavaScript number holds exactly. */
export interface LogEntry {
  readonly logIndex: string;
  readonly keyId: Buffer;
  readonly kind: string;
  readonly version: string;
  /** Seconds since 1970; "0" if the log states none. */
  readonly integratedTime: string;
  readonly signedEntryTimestamp: Buffer | undefined;
  readonly proof: InclusionProof;
  readonly body: Buffer;
  readonly at: string;
}

interface InclusionProof {
  readonly logIndex: string;
  readonly treeSize: string;
  readonly rootHash: Buffer;
  readonly hashes: readonly Buffer[];
  readonly checkpoint: Checkpoint;
  readonly checkpointText: string;
}

/** An RFC 3161 response. */
export interface Timestamp {
  readonly response: Buffer;
  readonly place: Place;
}

/** Only version 0.3, in its present spelling. */
const PRESENT_MEDIA_TYPES: readonly string[] = [SIGSTORE_BUNDLE_TYPE];

/** Up to version 0.2 the certificate is in a chain. */
const TYPES_WITH_CHAIN: ReadonlySet<string> = new Set([
  'application/vnd.dev.sigstore.bundle+json;version=0.1',
  'application/vnd.dev.sigstore.bundle+json;version=0.2',
]);

const MEANING = {
  code: 'SIGSTORE_BUNDLE_INVALID',
  tooLarge: 'LIMIT_EXCEEDED',
  hint: SIGN_AGAIN,
} as const;
const HASH_BYTES = 32;
const INTEGER = /^(?:0|[1-9]\d{0,15})$/;

/** Throws SIGSTORE_BUNDLE_INVALID, LIMIT_EXCEEDED. */
export function parseSigstoreBundle(
  bytes: Uint8Array,
  file: AttestationFile,
  mediaTypes = PRESENT_MEDIA_TYPES,
): SigstoreBundle {
  return readMessage(bytes, file, MEANING, (reader) => readBundle(reader, mediaTypes));
}

function readBundle(reader: MessageReader, mediaTypes: readonly string[]): SigstoreBundle {
  const mediaType = reader.string('mediaType');
  if (!mediaTypes.includes(mediaType)) {
    refuse(reader.place('mediaType'), quote(mediaType), mediaTypes.join(' or '));
  }
  requireAbsent(reader, 'messageSignature', 'a DSSE envelope');
  // If it is missing, that is said first, although the envelope is read first.
  reader.object('verificationMaterial');
  return {
    file: reader.at,
    mediaType,
    ...reader.message('dsseEnvelope', readEnvelope),
    ...reader.message('verificationMaterial', (material) => readMaterial(material, mediaType)),
  };
}

function readEnvelope(
  reader: MessageReader,
): Pick<SigstoreBundle, 'payloadType' | 'payload' | 'signature'> {
  const payloadType = reader.string('payloadType');
  const payload = reader.bytes('payload');
  const [signature] = readList(reader, 'signatures', 1, reader.each(readSignature));
  if (signature === undefined) {
    refuse(reader.place('signatures'), 'no signature', 'exactly one signature');
  }
  return { payloadType, payload, signature };
}

function readSignature(reader: MessageReader): Buffer {
  // Nobody signs a key id. If it were shown or used, it would not be proven.
  const keyId = reader.has('keyid') ? reader.string('keyid') : '';
  if (keyId !== '') refuse(reader.place('keyid'), quote(keyId), 'no key id');
  return reader.bytes('sig');
}

function readMaterial(
  reader: MessageReader,
  mediaType: string,
): Pick<SigstoreBundle, 'certificate' | 'certificatePlace' | 'entries' | 'timestamps'> {
  requireAbsent(reader, 'publicKey', 'the certificate of a keyless signature');
  const certificate =
    TYPES_WITH_CHAIN.has(mediaType) && reader.has('x509CertificateChain')
      ? reader.message('x509CertificateChain', readChain)
      : reader.message('certificate', readCertificate);
  const entries = readList(reader, 'tlogEntries', MAX_WITNESSES, reader.each(readEntry));
  const timestamps = reader.has('timestampVerificationData')
    ? reader.message('timestampVerificationData', (data) =>
        readList(data, 'rfc3161Timestamps', MAX_WITNESSES, data.each(readTimestamp)),
      )
    : [];
  return { ...certificate, entries, timestamps };
}

type LeafField = Pick<SigstoreBundle, 'certificate' | 'certificatePlace'>;

function readCertificate(reader: MessageReader): LeafField {
  return {
    certificate: reader.bytes('rawBytes'),
    certificatePlace: { ...reader.place('rawBytes'), code: 'CERTIFICATE_INVALID' },
  };
}

/** Only the signer's own certificate: its issuers come from the trusted root, never from the bundle. */
function readChain(reader: MessageReader): LeafField {
  const [certificate] = readList(reader, 'certificates', 1, reader.each(readCertificate));
  return certificate ?? refuse(reader.place('certificates'), 'an empty chain', 'a certificate');
}

function readEntry(reader: MessageReader): LogEntry {
  return {
    ...reader.message('kindVersion', (entry) => ({
      kind: entry.string('kind'),
      version: entry.string('version'),
    })),
    keyId: reader.message('logId', (logId) => logId.bytes('keyId')),
    logIndex: integerField(reader, 'logIndex'),
    integratedTime: integerField(reader, 'integratedTime'),
    signedEntryTimestamp: reader.has('inclusionPromise')
      ? reader.message('inclusionPromise', (promise) => promise.bytes('signedEntryTimestamp'))
      : undefined,
    proof: reader.message('inclusionProof', readProof),
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
    hashes: readList(reader, 'hashes', MAX_PROOF_HASHES, readHash),
  };
}

function readHash(data: Data, at: string): Buffer {
  const place = { ...MEANING, at };
  const hash = typeof data === 'string' ? decodeBase64(data, place) : Buffer.alloc(0);
  if (hash.length !== HASH_BYTES) refuse(place, `a hash of ${hash.length} bytes`, '32 bytes');
  return hash;
}

function readTimestamp(reader: MessageReader): Timestamp {
  return {
    response: reader.bytes('signedTimestamp'),
    place: { ...reader.place('signedTimestamp'), code: 'TIMESTAMP_INVALID' },
  };
}

/** Protobuf's JSON leaves an empty list out. Its other spelling, null, is refused. */
function readList<T>(
  reader: MessageReader,
  name: string,
  most: number,
  parse: (data: Data, at: string) => T,
): readonly T[] {
  if (!reader.has(name)) return [];
  const data = reader.data(name);
  if (isDataList(data) && data.length > most) {
    refuse(reader.place(name), `${data.length} items`, `at most ${most}`);
  }
  return reader.list(name, parse);
}

/** Protobuf's JSON writes 64-bit integers as strings, and leaves zero out. */
function integerField(reader: MessageReader, name: string): string {
  const text = reader.has(name) ? reader.string(name) : '0';
  if (!INTEGER.test(text) || !Number.isSafeInteger(Number(text))) {
    refuse(reader.place(name), quote(text), 'decimal digits, at most 2^53 - 1');
  }
  return text;
}

/** The other members of a oneof: valid in Sigstore, but not for evidence. */
function requireAbsent(reader: MessageReader, name: string, expected: string): void {
  if (reader.has(name)) refuse(reader.place(name), name, expected);
}
