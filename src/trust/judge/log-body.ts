// What a log recorded: the bytes that it signed, by kind and version of the entry.

import { decodeJson } from '../../document/json.ts';
import { ObjectReader } from '../../document/object-reader.ts';
import { refuse, within, type Place } from '../../place.ts';
import { quote } from '../../quote.ts';
import { decodeBase64 } from '../base64.ts';

export interface LoggedSignature {
  readonly signature: Buffer;
  readonly certificate: Buffer;
  /** SHA-256 in hexadecimal digits. */
  readonly digest: string;
  /** What the digest is of: the payload alone, or DSSE's pre-authentication encoding. */
  readonly digestOf: 'payload' | 'encoding';
}

/** Rekor's API: version 1 promises an entry at a time, version 2 only proves that it is in the log. */
export type RekorVersion = 1 | 2;

interface EntryName {
  readonly kind: string;
  readonly version: string;
}

interface EntryKind {
  readonly rekor: RekorVersion;
  readonly read: (spec: ObjectReader, place: Place) => LoggedSignature;
}

/** The closed list of entries that bind a DSSE envelope. */
const ENTRY_KINDS: ReadonlyMap<string, EntryKind> = new Map([
  ['dsse 0.0.1', { rekor: 1, read: readDsse1 }],
  ['intoto 0.0.2', { rekor: 1, read: readInToto }],
  // Rekor v2 took this kind until rekor-tiles 2.3.0 (2026-06); such entries stay in the logs.
  ['dsse 0.0.2', { rekor: 2, read: readDsse2 }],
  ['hashedrekord 0.0.2', { rekor: 2, read: readHashedRekord }],
]);

/** Undefined if an entry of this kind cannot bind a DSSE envelope. */
export function rekorVersionOf(entry: EntryName): RekorVersion | undefined {
  return ENTRY_KINDS.get(`${entry.kind} ${entry.version}`)?.rekor;
}

/** Reads a canonicalized entry body. Throws the place's code. */
export function parseLogBody(body: Uint8Array, entry: EntryName, place: Place): LoggedSignature {
  const kind = ENTRY_KINDS.get(`${entry.kind} ${entry.version}`);
  if (kind === undefined) {
    const expected = `an entry of kind ${[...ENTRY_KINDS.keys()].join(', ')}`;
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
    certificate: certificateOfPem(decodeBase64(signature.string('verifier'), place), place),
    digest: hexDigest(spec.object('payloadHash'), place),
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
    certificate: certificateOfPem(decodeBase64(signature.string('publicKey'), place), place),
    digest: hexDigest(content.object('payloadHash'), place),
    digestOf: 'payload',
  };
}

function readDsse2(spec: ObjectReader, place: Place): LoggedSignature {
  const entry = spec.object('dsseV002');
  const signature = onlyObject(entry, 'signatures', place);
  const digest = binaryDigest(entry.object('payloadHash'), place);
  return { ...readVerifiedSignature(signature, place), digest, digestOf: 'payload' };
}

function readHashedRekord(spec: ObjectReader, place: Place): LoggedSignature {
  const entry = spec.object('hashedRekordV002');
  const digest = binaryDigest(entry.object('data'), place);
  const signature = readVerifiedSignature(entry.object('signature'), place);
  return { ...signature, digest, digestOf: 'encoding' };
}

function readVerifiedSignature(
  reader: ObjectReader,
  place: Place,
): Pick<LoggedSignature, 'signature' | 'certificate'> {
  const certificate = reader.object('verifier').object('x509Certificate');
  return {
    signature: decodeBase64(reader.string('content'), place),
    certificate: decodeBase64(certificate.string('rawBytes'), place),
  };
}

function onlyObject(reader: ObjectReader, name: string, place: Place): ObjectReader {
  const [first, ...more] = reader.list(name, (data, at) => new ObjectReader(data, at));
  if (first === undefined || more.length > 0) {
    refuse(place, `${more.length + (first === undefined ? 0 : 1)} signatures`, 'one signature');
  }
  return first;
}

function hexDigest(reader: ObjectReader, place: Place): string {
  requireSha256(reader.string('algorithm'), 'sha256', place);
  return reader.string('value');
}

function binaryDigest(reader: ObjectReader, place: Place): string {
  requireSha256(reader.string('algorithm'), 'SHA2_256', place);
  return decodeBase64(reader.string('digest'), place).toString('hex');
}

function requireSha256(algorithm: string, expected: string, place: Place): void {
  if (algorithm !== expected) refuse(place, `a digest by ${quote(algorithm)}`, expected);
}

/** One certificate and nothing else; logs wrap the lines at different columns. */
const PEM = /^-----BEGIN CERTIFICATE-----\n([A-Za-z0-9+/=\n]+)\n-----END CERTIFICATE-----\n*$/;

function certificateOfPem(pem: Buffer, place: Place): Buffer {
  const [, base64] = PEM.exec(pem.toString('latin1')) ?? [];
  if (base64 === undefined) refuse(place, 'a verifier that is no certificate', 'one certificate');
  return decodeBase64(base64.replaceAll('\n', ''), place);
}
