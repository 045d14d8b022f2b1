// A Sigstore bundle, read field by field. One spelling per value: a key that is not read here, a null,
// a number where a string belongs, or base64 that is not canonical is refused, because another
// reader may see something else in it.

import { isDataList } from '../document/data.ts';
import type { Data } from '../document/data.ts';
import { decodeJson } from '../document/json.ts';
import { ObjectReader } from '../document/object-reader.ts';
import { EvidenceError } from '../errors/evidence-error.ts';
import { MAX_PROOF_HASHES, MAX_WITNESSES } from '../limits.ts';
import { SIGSTORE_BUNDLE_TYPE } from '../media-types.ts';
import { refuse, refusedAs } from '../place.ts';
import type { Place } from '../place.ts';
import { quote } from '../quote.ts';
import { decodeBase64 } from './base64.ts';
import { parseCheckpoint } from './checkpoint.ts';
import type { Checkpoint } from './checkpoint.ts';
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

/** The bundle formats that a caller takes. */
export type MediaTypes = readonly string[];

/** Version 0.3 in its present spelling, and nothing else. */
const PRESENT_MEDIA_TYPES: MediaTypes = [SIGSTORE_BUNDLE_TYPE];

/** Up to version 0.2 the certificate stands in a chain. */
const TYPES_WITH_CHAIN: ReadonlySet<string> = new Set([
  'application/vnd.dev.sigstore.bundle+json;version=0.1',
  'application/vnd.dev.sigstore.bundle+json;version=0.2',
]);

const HINT = 'sign the statement again: the attestation is damaged, or was written by another tool';
const HASH_BYTES = 32;
const INTEGER = /^(?:0|[1-9]\d{0,15})$/;

/** Throws SIGSTORE_BUNDLE_INVALID, LIMIT_EXCEEDED. */
export function parseSigstoreBundle(
  bytes: Uint8Array,
  { name, maxBytes }: AttestationFile,
  mediaTypes = PRESENT_MEDIA_TYPES,
): SigstoreBundle {
  if (bytes.length > maxBytes) {
    throw new EvidenceError('LIMIT_EXCEEDED', {
      at: name,
      found: `${bytes.length} bytes`,
      expected: `at most ${maxBytes} bytes`,
      hint: HINT,
    });
  }
  return refusedAs('SIGSTORE_BUNDLE_INVALID', () =>
    readBundle(new ObjectReader(decodeJson(bytes, name), name), mediaTypes),
  );
}

function readBundle(reader: ObjectReader, mediaTypes: MediaTypes): SigstoreBundle {
  const mediaType = reader.string('mediaType');
  if (!mediaTypes.includes(mediaType)) {
    refuse(fieldPlace(reader, 'mediaType'), quote(mediaType), mediaTypes.join(' or '));
  }
  refuseOther(reader, 'messageSignature', 'a DSSE envelope');
  const material = reader.object('verificationMaterial');
  const envelope = readEnvelope(reader.object('dsseEnvelope'));
  const bundle = { file: reader.at, mediaType, ...envelope, ...readMaterial(material, mediaType) };
  reader.end();
  return bundle;
}

function readEnvelope(
  reader: ObjectReader,
): Pick<SigstoreBundle, 'payloadType' | 'payload' | 'signature'> {
  const payloadType = reader.string('payloadType');
  const payload = base64Field(reader, 'payload');
  const signatures = readList(reader, 'signatures', 1, readSignature);
  const [signature] = signatures;
  if (signature === undefined) {
    refuse(fieldPlace(reader, 'signatures'), 'no signature', 'exactly one signature');
  }
  reader.end();
  return { payloadType, payload, signature };
}

function readSignature(data: Data, at: string): Buffer {
  const reader = new ObjectReader(data, at);
  // A key id is a hint that nobody signs: whatever it says, it would be shown or used unproven.
  const keyId = reader.has('keyid') ? reader.string('keyid') : '';
  if (keyId !== '') refuse(fieldPlace(reader, 'keyid'), quote(keyId), 'no key id');
  const signature = base64Field(reader, 'sig');
  reader.end();
  return signature;
}

function readMaterial(
  reader: ObjectReader,
  mediaType: string,
): Pick<SigstoreBundle, 'certificate' | 'certificatePlace' | 'entries' | 'timestamps'> {
  refuseOther(reader, 'publicKey', 'the certificate of a keyless signature');
  const certificate =
    TYPES_WITH_CHAIN.has(mediaType) && reader.has('x509CertificateChain')
      ? readChain(reader.object('x509CertificateChain'))
      : readCertificate(reader.data('certificate'), reader.pointer('certificate'));
  const entries = readList(reader, 'tlogEntries', MAX_WITNESSES, readEntry);
  const timestamps = readTimestamps(reader);
  reader.end();
  return { ...certificate, entries, timestamps };
}

type LeafField = Pick<SigstoreBundle, 'certificate' | 'certificatePlace'>;

function readCertificate(data: Data | undefined, at: string): LeafField {
  const reader = new ObjectReader(data, at);
  const certificate = base64Field(reader, 'rawBytes');
  reader.end();
  const certificatePlace = {
    ...fieldPlace(reader, 'rawBytes'),
    code: 'CERTIFICATE_INVALID',
  } as const;
  return { certificate, certificatePlace };
}

/** Only the signer's own certificate: its issuers come from the trusted root, never from the bundle. */
function readChain(reader: ObjectReader): LeafField {
  const [certificate] = readList(reader, 'certificates', 1, readCertificate);
  reader.end();
  return (
    certificate ?? refuse(fieldPlace(reader, 'certificates'), 'an empty chain', 'a certificate')
  );
}

function readEntry(data: Data, at: string): LogEntry {
  const reader = new ObjectReader(data, at);
  const kindVersion = reader.object('kindVersion');
  const logId = reader.object('logId');
  const entry: LogEntry = {
    logIndex: integerField(reader, 'logIndex'),
    keyId: base64Field(logId, 'keyId'),
    kind: kindVersion.string('kind'),
    version: kindVersion.string('version'),
    integratedTime: integerField(reader, 'integratedTime'),
    signedEntryTimestamp: readPromise(reader),
    proof: readProof(reader.object('inclusionProof')),
    body: base64Field(reader, 'canonicalizedBody'),
    at,
  };
  for (const each of [kindVersion, logId, reader]) each.end();
  return entry;
}

function readPromise(parent: ObjectReader): Buffer | undefined {
  if (!parent.has('inclusionPromise')) return undefined;
  const reader = parent.object('inclusionPromise');
  const promise = base64Field(reader, 'signedEntryTimestamp');
  reader.end();
  return promise;
}

function readProof(reader: ObjectReader): InclusionProof {
  const checkpoint = reader.object('checkpoint');
  const checkpointText = checkpoint.string('envelope');
  const proof: InclusionProof = {
    logIndex: integerField(reader, 'logIndex'),
    treeSize: integerField(reader, 'treeSize'),
    rootHash: base64Field(reader, 'rootHash'),
    hashes: readList(reader, 'hashes', MAX_PROOF_HASHES, readHash),
    checkpoint: parseCheckpoint(checkpointText, fieldPlace(checkpoint, 'envelope')),
    checkpointText,
  };
  checkpoint.end();
  reader.end();
  return proof;
}

function readHash(data: Data, at: string): Buffer {
  const place = { code: 'SIGSTORE_BUNDLE_INVALID', at, hint: HINT } as const;
  const hash = typeof data === 'string' ? decodeBase64(data, place) : Buffer.alloc(0);
  if (hash.length !== HASH_BYTES) refuse(place, `a hash of ${hash.length} bytes`, '32 bytes');
  return hash;
}

function readTimestamps(parent: ObjectReader): readonly Timestamp[] {
  if (!parent.has('timestampVerificationData')) return [];
  const reader = parent.object('timestampVerificationData');
  const timestamps = readList(reader, 'rfc3161Timestamps', MAX_WITNESSES, readTimestamp);
  reader.end();
  return timestamps;
}

function readTimestamp(data: Data, at: string): Timestamp {
  const reader = new ObjectReader(data, at);
  const response = base64Field(reader, 'signedTimestamp');
  reader.end();
  return {
    response,
    place: { ...fieldPlace(reader, 'signedTimestamp'), code: 'TIMESTAMP_INVALID' },
  };
}

/** Protobuf's JSON leaves an empty list out; null, its other way to say so, is refused. */
function readList<T>(
  reader: ObjectReader,
  name: string,
  most: number,
  parse: (data: Data, at: string) => T,
): readonly T[] {
  if (!reader.has(name)) return [];
  const data = reader.data(name);
  if (isDataList(data) && data.length > most) {
    refuse(fieldPlace(reader, name), `${data.length} items`, `at most ${most}`);
  }
  return reader.list(name, parse);
}

/** Protobuf's JSON has 64-bit integers as strings, and leaves zero out. */
function integerField(reader: ObjectReader, name: string): string {
  const text = reader.has(name) ? reader.string(name) : '0';
  if (!INTEGER.test(text) || !Number.isSafeInteger(Number(text))) {
    refuse(fieldPlace(reader, name), quote(text), 'decimal digits, at most 2^53 - 1');
  }
  return text;
}

function base64Field(reader: ObjectReader, name: string): Buffer {
  return decodeBase64(reader.string(name), fieldPlace(reader, name));
}

/** The other members of a oneof: well-formed Sigstore, but no evidence. */
function refuseOther(reader: ObjectReader, name: string, expected: string): void {
  if (reader.has(name)) refuse(fieldPlace(reader, name), name, expected);
}

function fieldPlace(reader: ObjectReader, name: string): Place {
  return { code: 'SIGSTORE_BUNDLE_INVALID', at: reader.pointer(name), hint: HINT };
}
