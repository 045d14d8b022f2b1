// A Sigstore bundle, read field by field, with one spelling for each value. Refused are a key that is
// not read here, a number instead of a string, in evidence a null, and base64 that is not canonical: another reader
// may read them differently.

import { MAX_WITNESSES } from '../limits.ts';
import { SIGSTORE_BUNDLE_TYPE } from '../media-types.ts';
import { SIGN_AGAIN, refuse, type Place } from '../place.ts';
import { quote } from '../quote.ts';
import { readEntry, type LogEntry } from './log-entry.ts';
import { readFewItems, readMessage } from './message-reader.ts';
import type { DocumentFile, MessageReader } from './message-reader.ts';

/** https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_bundle.proto */
export interface SigstoreBundle {
  /** How complaints name it. */
  readonly file: string;
  readonly mediaType: string;
  readonly content: Envelope | Message;
  readonly signature: Buffer;
  readonly signaturePlace: Place;
  readonly verifier: VerifierOf;
  readonly entries: readonly LogEntry[];
  readonly timestamps: readonly Timestamp[];
}

/** A DSSE envelope. */
export interface Envelope {
  readonly kind: 'envelope';
  readonly payloadType: string;
  readonly payload: Buffer;
}

/** A signature of a file that is elsewhere. */
export interface Message {
  readonly kind: 'message';
  /** SHA-256 of the file, as the bundle has it; undefined if the bundle leaves it out. */
  readonly digest: Buffer | undefined;
}

/** The signer's certificate, or a name for a key that the verifier must have. */
export type VerifierOf =
  | { readonly kind: 'certificate'; readonly certificate: Buffer; readonly place: Place }
  | { readonly kind: 'key'; readonly hint: string; readonly place: Place };

/** An RFC 3161 response. */
export interface Timestamp {
  readonly response: Buffer;
  readonly place: Place;
}

/** Which bundles are read: for evidence one format, else all that Sigstore ever had. */
export type Formats = 'evidence' | 'all';

const MEDIA_TYPES: Readonly<Record<Formats, readonly string[]>> = {
  evidence: [SIGSTORE_BUNDLE_TYPE],
  all: [
    SIGSTORE_BUNDLE_TYPE,
    'application/vnd.dev.sigstore.bundle+json;version=0.1',
    'application/vnd.dev.sigstore.bundle+json;version=0.2',
    'application/vnd.dev.sigstore.bundle+json;version=0.3',
  ],
};

/** Up to version 0.2 the certificate is in a chain. */
const TYPES_WITH_CHAIN: ReadonlySet<string> = new Set(MEDIA_TYPES.all.slice(1, 3));
const FIRST_TYPE = MEDIA_TYPES.all[1];

const MEANING = {
  code: 'SIGSTORE_BUNDLE_INVALID',
  tooLarge: 'LIMIT_EXCEEDED',
  hint: SIGN_AGAIN,
} as const;

/** Throws SIGSTORE_BUNDLE_INVALID, LIMIT_EXCEEDED. */
export function parseSigstoreBundle(
  bytes: Uint8Array,
  file: DocumentFile,
  formats: Formats = 'evidence',
): SigstoreBundle {
  // Older programs wrote null for what is absent.
  const meaning = { ...MEANING, nullIsAbsent: formats === 'all' };
  return readMessage(bytes, file, meaning, (reader) => readBundle(reader, formats));
}

function readBundle(reader: MessageReader, formats: Formats): SigstoreBundle {
  const mediaTypes = MEDIA_TYPES[formats];
  const mediaType = reader.string('mediaType');
  if (!mediaTypes.includes(mediaType)) {
    refuse(reader.place('mediaType'), quote(mediaType), mediaTypes.join(' or '));
  }
  if (formats === 'evidence') requireAbsent(reader, 'messageSignature', 'a DSSE envelope');
  // If it is missing, that is said first, although the envelope is read first.
  reader.object('verificationMaterial');
  return {
    file: reader.at,
    mediaType,
    ...readContent(reader),
    ...reader.message('verificationMaterial', (material) => readMaterial(material, mediaType)),
  };
}

/** What is in its envelope; nothing, if it has none. */
export function payloadOf({ content }: SigstoreBundle): Uint8Array {
  return content.kind === 'envelope' ? content.payload : new Uint8Array();
}

type Content = Pick<SigstoreBundle, 'content' | 'signature' | 'signaturePlace'>;

function readContent(reader: MessageReader): Content {
  if (!reader.has('messageSignature')) return reader.message('dsseEnvelope', readEnvelope);
  requireAbsent(reader, 'dsseEnvelope', 'one signature');
  return reader.message('messageSignature', readMessageSignature);
}

function readEnvelope(reader: MessageReader): Content {
  const payloadType = reader.string('payloadType');
  const payload = reader.bytes('payload');
  const [signature] = readFewItems(reader, 'signatures', 1, reader.each(readSignature));
  if (signature === undefined) {
    refuse(reader.place('signatures'), 'no signature', 'exactly one signature');
  }
  return { content: { kind: 'envelope', payloadType, payload }, ...signature };
}

type SignatureField = Pick<SigstoreBundle, 'signature' | 'signaturePlace'>;

function readSignature(reader: MessageReader): SignatureField {
  // Nobody signs a key id. If it were shown or used, it would not be proven.
  const keyId = reader.has('keyid') ? reader.string('keyid') : '';
  if (keyId !== '') refuse(reader.place('keyid'), quote(keyId), 'no key id');
  return signatureField(reader, 'sig');
}

function signatureField(reader: MessageReader, name: string): SignatureField {
  const signaturePlace: Place = { ...reader.place(name), code: 'SIGNATURE_INVALID' };
  return { signature: reader.bytes(name), signaturePlace };
}

function readMessageSignature(reader: MessageReader): Content {
  const digest = reader.has('messageDigest')
    ? reader.message('messageDigest', readDigest)
    : undefined;
  return { content: { kind: 'message', digest }, ...signatureField(reader, 'signature') };
}

function readDigest(reader: MessageReader): Buffer {
  const algorithm = reader.string('algorithm');
  if (algorithm !== 'SHA2_256') refuse(reader.place('algorithm'), quote(algorithm), 'SHA2_256');
  return reader.bytes('digest');
}

function readMaterial(
  reader: MessageReader,
  mediaType: string,
): Pick<SigstoreBundle, 'verifier' | 'entries' | 'timestamps'> {
  const verifier = readVerifier(reader, mediaType);
  const isFirst = mediaType === FIRST_TYPE;
  const entry = reader.each((item) => readEntry(item, isFirst));
  const entries = readFewItems(reader, 'tlogEntries', MAX_WITNESSES, entry);
  const timestamps = reader.has('timestampVerificationData')
    ? reader.message('timestampVerificationData', (data) =>
        readFewItems(data, 'rfc3161Timestamps', MAX_WITNESSES, data.each(readTimestamp)),
      )
    : [];
  return { verifier, entries, timestamps };
}

function readVerifier(reader: MessageReader, mediaType: string): VerifierOf {
  if (reader.has('publicKey')) {
    requireAbsent(reader, 'certificate', 'a key or a certificate');
    return reader.message('publicKey', readHint);
  }
  return TYPES_WITH_CHAIN.has(mediaType) && reader.has('x509CertificateChain')
    ? reader.message('x509CertificateChain', readChain)
    : reader.message('certificate', readCertificate);
}

function readHint(reader: MessageReader): VerifierOf {
  const place: Place = { ...reader.place('hint'), code: 'SIGNATURE_INVALID' };
  return { kind: 'key', hint: reader.string('hint'), place };
}

function readCertificate(reader: MessageReader): VerifierOf {
  return {
    kind: 'certificate',
    certificate: reader.bytes('rawBytes'),
    place: { ...reader.place('rawBytes'), code: 'CERTIFICATE_INVALID' },
  };
}

/** Only the signer's own certificate: its issuers come from the trusted root, never from the bundle. */
function readChain(reader: MessageReader): VerifierOf {
  const [certificate] = readFewItems(reader, 'certificates', 1, reader.each(readCertificate));
  return certificate ?? refuse(reader.place('certificates'), 'an empty chain', 'a certificate');
}

function readTimestamp(reader: MessageReader): Timestamp {
  return {
    response: reader.bytes('signedTimestamp'),
    place: { ...reader.place('signedTimestamp'), code: 'TIMESTAMP_INVALID' },
  };
}

/** The other members of a oneof: valid in Sigstore, but not for evidence. */
function requireAbsent(reader: MessageReader, name: string, expected: string): void {
  if (reader.has(name)) refuse(reader.place(name), name, expected);
}
