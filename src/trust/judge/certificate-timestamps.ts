// Certificate timestamps (SCT): a certificate log's promise to show the certificate to everybody.
// RFC 6962 §3.2 and §3.3.

import { createHash, verify, type X509Certificate } from 'node:crypto';

import { TAG, childOf, childrenOf, oidOf, requireTag, type Der } from '../../der/read-der.ts';
import * as der from '../../der/write-der.ts';
import { refuse, type Place } from '../../place.ts';
import { NOT_VOUCHED_FOR, type TrustedLog } from '../trusted-root.ts';
import { holds } from '../validity-window.ts';
import { ByteReader } from './byte-reader.ts';
import type { Certificate } from './certificate.ts';

/** 1.3.6.1.4.1.11129.2.4.2 */
const SCT_LIST = '2b06010401d679020402';
const LOG_ID_BYTES = 32;
const V1 = 0;
const CERTIFICATE_TIMESTAMP = 0;
const PRECERT_ENTRY = 1;
const SHA256 = 4;
/** RFC 5246 §7.4.1.4.1, by the type of the log's key. */
const SIGNATURES: ReadonlyMap<string | undefined, number> = new Map([
  ['rsa', 1],
  ['ec', 3],
]);

interface CertificateTimestamp {
  readonly logId: Buffer;
  readonly at: Date;
  readonly extensions: Buffer;
  readonly signatureAlgorithm: number;
  readonly signature: Buffer;
}

/** Whether there is any timestamp in a certificate. Whether it counts is not decided here. */
export function hasCertificateTimestamps({ extensions }: Certificate): boolean {
  return extensions.has(SCT_LIST);
}

/**
 * Every timestamp in the certificate is of a log that the root lists at that time, and verifies. Throws
 * the place's code.
 *
 * @param issuer whose key is in what the log signed
 */
export function requireCertificateLogged(
  certificate: Certificate,
  issuer: X509Certificate,
  logs: readonly TrustedLog[],
  place: Place,
): void {
  const timestamps = readTimestamps(certificate, place);
  if (timestamps.length === 0) refuseAbsent(place);
  const ids = new Set(timestamps.map(({ logId }) => logId.toString('hex')));
  if (ids.size !== timestamps.length) {
    refuse(place, 'two certificate timestamps of one log', 'each log once');
  }
  const precertificate = Buffer.concat([
    keyHashOf(issuer),
    withLength(tbsWithoutList(certificate), 3),
  ]);
  for (const timestamp of timestamps) {
    const log = logOf(timestamp, logs, place);
    if (!isPromised(timestamp, log, precertificate)) {
      refuse(
        place,
        `a certificate timestamp that does not verify with the key of ${log.baseUrl}`,
        'what this log signed for this certificate',
      );
    }
  }
}

/** RFC 6962 §3.2, once for each authority. */
function keyHashOf(issuer: X509Certificate): Buffer {
  const known = KEY_HASHES.get(issuer);
  if (known !== undefined) return known;
  const spki = issuer.publicKey.export({ format: 'der', type: 'spki' });
  const hash = createHash('sha256').update(spki).digest();
  KEY_HASHES.set(issuer, hash);
  return hash;
}

const KEY_HASHES = new WeakMap<X509Certificate, Buffer>();

export function refuseAbsent(place: Place): never {
  return refuse(
    place,
    'no certificate timestamp (SCT)',
    'the promise of a certificate log of the trusted root',
  );
}

function logOf(
  { logId, at }: CertificateTimestamp,
  logs: readonly TrustedLog[],
  place: Place,
): TrustedLog {
  const named = logs.find(({ keyId }) => keyId.equals(logId));
  if (named !== undefined && holds(named.validFor, at)) return named;
  const name = logId.toString('hex');
  return refuse(
    { ...place, hint: NOT_VOUCHED_FOR },
    named === undefined
      ? `a certificate timestamp of the log ${name}`
      : `a certificate timestamp of ${at.toISOString()} by the log ${name}`,
    'a certificate log that the trusted root lists at that time',
  );
}

/** RFC 6962 §3.2: what a log signs for a certificate that it saw before it was issued. */
function isPromised(
  { at, extensions, signatureAlgorithm, signature }: CertificateTimestamp,
  { publicKey }: TrustedLog,
  precertificate: Buffer,
): boolean {
  if (SIGNATURES.get(publicKey.asymmetricKeyType) !== signatureAlgorithm) return false;
  const signed = Buffer.concat([
    Buffer.of(V1, CERTIFICATE_TIMESTAMP),
    uint(at.getTime(), 8),
    uint(PRECERT_ENTRY, 2),
    precertificate,
    withLength(extensions, 2),
  ]);
  // Always SHA-256, whatever the key would sign with elsewhere.
  return verify('sha256', signed, publicKey, signature);
}

/** The signed part of the certificate as it was before the list was put in. */
function tbsWithoutList({ fields }: Certificate): Buffer {
  const raws = fields.slice(0, -1).map(({ raw }) => raw);
  const kept = fields
    .slice(-1)
    .flatMap((last) => childrenOf(childOf(last, TAG.context3), TAG.sequence))
    .filter((extension) => childrenOf(extension, TAG.sequence).every(isNotList));
  return der.sequence(...raws, der.explicit(3, der.sequence(...kept.map(({ raw }) => raw))));
}

function isNotList(part: Der): boolean {
  return part.tag !== TAG.oid || oidOf(part) !== SCT_LIST;
}

/** §3.3: an octet string in the extension's octet string. */
function readTimestamps(
  { extensions }: Certificate,
  place: Place,
): readonly CertificateTimestamp[] {
  const extension = extensions.get(SCT_LIST);
  if (extension === undefined) return refuseAbsent(place);
  const list = childOf(extension, TAG.octetString);
  requireTag(list, TAG.octetString);
  return parseList(list.contents, place);
}

function parseList(bytes: Buffer, place: Place): readonly CertificateTimestamp[] {
  const reader = new ByteReader(bytes, place);
  const list = new ByteReader(reader.vector(2), place);
  reader.end();
  const timestamps: CertificateTimestamp[] = [];
  while (!list.isAtEnd) timestamps.push(parseTimestamp(list.vector(2), place));
  return timestamps;
}

function parseTimestamp(bytes: Buffer, place: Place): CertificateTimestamp {
  const reader = new ByteReader(bytes, place);
  const version = reader.uint(1);
  if (version !== V1) refuse(place, `a certificate timestamp of version ${version}`, 'version 0');
  const logId = reader.bytes(LOG_ID_BYTES);
  const at = new Date(reader.uint(8));
  if (Number.isNaN(at.getTime())) refuse(place, 'a certificate timestamp without a time', 'a time');
  const extensions = reader.vector(2);
  const hash = reader.uint(1);
  if (hash !== SHA256) {
    refuse(place, `a certificate timestamp with the hash ${hash}`, 'SHA-256 (4)');
  }
  const signatureAlgorithm = reader.uint(1);
  const signature = reader.vector(2);
  reader.end();
  return { logId, at, extensions, signatureAlgorithm, signature };
}

/** A TLS vector (RFC 5246 §4.3): its length in `lengthBytes` bytes, then the bytes. */
function withLength(bytes: Buffer, lengthBytes: number): Buffer {
  return Buffer.concat([uint(bytes.length, lengthBytes), bytes]);
}

function uint(value: number, bytes: number): Buffer {
  return Buffer.from(value.toString(16).padStart(bytes * 2, '0'), 'hex');
}
