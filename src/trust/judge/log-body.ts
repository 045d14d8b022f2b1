// What a log recorded: the bytes that it signed, by kind and version of the entry.

import { decodeJson } from '../../document/json.ts';
import { ObjectReader } from '../../document/object-reader.ts';
import { refuse, within, type Place } from '../../place.ts';
import { quote } from '../../quote.ts';
import { decodeBase64 } from '../base64.ts';

export interface LoggedSignature {
  readonly signature: Buffer;
  readonly verifier: LoggedVerifier;
  readonly digest: Buffer;
  readonly hash: Hash;
  /** What the digest is of: the payload of an envelope, or what is under the signature. */
  readonly digestOf: 'payload' | 'signed';
}

/** DER: of a certificate, or of a SubjectPublicKeyInfo. */
export interface LoggedVerifier {
  readonly kind: 'certificate' | 'key';
  readonly bytes: Buffer;
}

type Hash = 'sha256' | 'sha384';

/** Rekor's API: version 1 promises an entry at a time, version 2 only proves that it is in the log. */
export type RekorVersion = 1 | 2;

interface EntryName {
  readonly kind: string;
  readonly version: string;
}

interface EntryKind {
  readonly rekor: RekorVersion;
  /** What it may be about. */
  readonly content: readonly Content[];
  readonly read: (spec: ObjectReader, place: Place) => LoggedSignature;
}

/** What a bundle signs: a DSSE envelope, or a file that is elsewhere. */
type Content = 'envelope' | 'message';

const ENVELOPE: readonly Content[] = ['envelope'];

/** The closed list of entries that bind a signature. */
const ENTRY_KINDS: ReadonlyMap<string, EntryKind> = new Map([
  ['dsse 0.0.1', { rekor: 1, content: ENVELOPE, read: readDsse1 }],
  ['intoto 0.0.2', { rekor: 1, content: ENVELOPE, read: readInToto }],
  ['hashedrekord 0.0.1', { rekor: 1, content: ['message'], read: readHashedRekord1 }],
  // Rekor v2 took this kind until rekor-tiles 2.3.0 (2026-06); such entries stay in the logs.
  ['dsse 0.0.2', { rekor: 2, content: ENVELOPE, read: readDsse2 }],
  ['hashedrekord 0.0.2', { rekor: 2, content: ['envelope', 'message'], read: readHashedRekord2 }],
]);

/** Undefined if an entry of this kind cannot bind a signature. */
export function rekorVersionOf(entry: EntryName): RekorVersion | undefined {
  return ENTRY_KINDS.get(`${entry.kind} ${entry.version}`)?.rekor;
}

/** Reads a canonicalized entry body. Throws the place's code. */
export function parseLogBody(
  { body, ...entry }: EntryName & { readonly body: Uint8Array },
  content: Content,
  place: Place,
): LoggedSignature {
  const kind = ENTRY_KINDS.get(`${entry.kind} ${entry.version}`);
  if (kind?.content.includes(content) !== true) {
    const known = [...ENTRY_KINDS].filter(([, { content: list }]) => list.includes(content));
    const expected = `an entry of kind ${known.map(([name]) => name).join(', ')}`;
    return refuse(place, quote(`${entry.kind} ${entry.version}`), expected);
  }
  return within(place, () => {
    const reader = new ObjectReader(decodeJson(body, 'body'), 'body');
    const found = `${reader.string('kind')} ${reader.string('apiVersion')}`;
    if (found !== `${entry.kind} ${entry.version}`) {
      refuse(place, `a body of kind ${quote(found)}`, `${entry.kind} ${entry.version}`);
    }
    return kind.read(reader.object('spec'), place);
  });
}

function readDsse1(spec: ObjectReader, place: Place): LoggedSignature {
  const signature = onlyObject(spec, 'signatures', place);
  return {
    signature: decodeBase64(signature.string('signature'), place),
    verifier: verifierOfPem(decodeBase64(signature.string('verifier'), place), place),
    ...hexDigest(spec.object('payloadHash'), ['sha256'], place),
    digestOf: 'payload',
  };
}

function readInToto(spec: ObjectReader, place: Place): LoggedSignature {
  const content = spec.object('content');
  const signature = onlyObject(content.object('envelope'), 'signatures', place);
  // The signature is in base64 twice.
  const encoded = decodeBase64(signature.string('sig'), place).toString('latin1');
  return {
    signature: decodeBase64(encoded, place),
    verifier: verifierOfPem(decodeBase64(signature.string('publicKey'), place), place),
    ...hexDigest(content.object('payloadHash'), ['sha256'], place),
    digestOf: 'payload',
  };
}

function readHashedRekord1(spec: ObjectReader, place: Place): LoggedSignature {
  const signature = spec.object('signature');
  const pem = signature.object('publicKey').string('content');
  return {
    signature: decodeBase64(signature.string('content'), place),
    verifier: verifierOfPem(decodeBase64(pem, place), place),
    ...hexDigest(spec.object('data').object('hash'), ['sha256', 'sha384'], place),
    digestOf: 'signed',
  };
}

function readDsse2(spec: ObjectReader, place: Place): LoggedSignature {
  const entry = spec.object('dsseV002');
  const signature = onlyObject(entry, 'signatures', place);
  const digest = binaryDigest(entry.object('payloadHash'), ['SHA2_256'], place);
  return { ...readVerifiedSignature(signature, place), ...digest, digestOf: 'payload' };
}

function readHashedRekord2(spec: ObjectReader, place: Place): LoggedSignature {
  const entry = spec.object('hashedRekordV002');
  const digest = binaryDigest(entry.object('data'), ['SHA2_256', 'SHA2_384'], place);
  const signature = readVerifiedSignature(entry.object('signature'), place);
  return { ...signature, ...digest, digestOf: 'signed' };
}

function readVerifiedSignature(
  reader: ObjectReader,
  place: Place,
): Pick<LoggedSignature, 'signature' | 'verifier'> {
  const verifier = reader.object('verifier');
  const kind = verifier.has('publicKey') ? 'key' : 'certificate';
  const field = verifier.object(kind === 'key' ? 'publicKey' : 'x509Certificate');
  return {
    signature: decodeBase64(reader.string('content'), place),
    verifier: { kind, bytes: decodeBase64(field.string('rawBytes'), place) },
  };
}

function onlyObject(reader: ObjectReader, name: string, place: Place): ObjectReader {
  const [first, ...more] = reader.list(name, (data, at) => new ObjectReader(data, at));
  if (first === undefined || more.length > 0) {
    refuse(place, `${more.length + (first === undefined ? 0 : 1)} signatures`, 'one signature');
  }
  return first;
}

type Digest = Pick<LoggedSignature, 'digest' | 'hash'>;

function hexDigest(reader: ObjectReader, names: HashNames, place: Place): Digest {
  const hash = hashOf(reader.string('algorithm'), names, place);
  const value = reader.string('value');
  const digest = Buffer.from(value, 'hex');
  if (digest.toString('hex') !== value) {
    refuse(place, `the digest ${quote(value)}`, 'hexadecimal digits in lower case');
  }
  return { hash, digest };
}

function binaryDigest(reader: ObjectReader, names: HashNames, place: Place): Digest {
  const hash = hashOf(reader.string('algorithm'), names, place);
  return { hash, digest: decodeBase64(reader.string('digest'), place) };
}

/** Of SHA-256 and, where the signer's key chooses the hash, of SHA-384. Logs know a payload by SHA-256 alone. */
type HashNames = readonly [string, string?];

function hashOf(algorithm: string, names: HashNames, place: Place): Hash {
  const index = names.indexOf(algorithm);
  if (index === -1) refuse(place, `a digest by ${quote(algorithm)}`, names.join(' or '));
  return index === 0 ? 'sha256' : 'sha384';
}

/** One certificate or key and nothing else; logs wrap the lines at different columns. */
const PEM = /^-----BEGIN (CERTIFICATE|PUBLIC KEY)-----\n([A-Za-z0-9+/=\n]+)\n-----END \1-----\n*$/;

function verifierOfPem(pem: Buffer, place: Place): LoggedVerifier {
  const [, label, base64] = PEM.exec(pem.toString('latin1')) ?? [];
  if (base64 === undefined) {
    refuse(place, 'a verifier that is no certificate and no key', 'one certificate or public key');
  }
  const bytes = decodeBase64(base64.replaceAll('\n', ''), place);
  return { kind: label === 'CERTIFICATE' ? 'certificate' : 'key', bytes };
}
