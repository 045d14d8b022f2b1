// A certificate transparency log: RFC 6962 §3.2. It keeps no tree, since Fulcio's clients check the
// log's signed promise (SCT) and nothing else.

import { createHash, sign } from 'node:crypto';

import * as der from '../der/write-der.ts';
import { extension, spkiOf, type KeyPair } from './certificate.ts';

/** RFC 6962 §3.3: the SignedCertificateTimestampList extension. */
const OID_SCT_LIST = '1.3.6.1.4.1.11129.2.4.2';

const V1 = 0;
const CERTIFICATE_TIMESTAMP = 0;
const PRECERT_ENTRY = 1;
// RFC 5246 §7.4.1.4.1: HashAlgorithm sha256, SignatureAlgorithm ecdsa.
const SHA256_ECDSA = Buffer.of(4, 3);
const NO_EXTENSIONS = uint(0, 2);

export interface Precertificate {
  /** The TBSCertificate without the SCT list. */
  readonly tbs: Buffer;
  /** The issuing authority's SubjectPublicKeyInfo. */
  readonly issuerSpki: Buffer;
}

/** RFC 6962 §3.2: SHA-256 of the log's public key. */
export function ctLogId(keys: KeyPair): Buffer {
  return createHash('sha256').update(spkiOf(keys.publicKey)).digest();
}

/** The extension that carries the log's promise to include this certificate. */
export function sctListExtension(keys: KeyPair, certificate: Precertificate, at: Date): Buffer {
  const sct = signTimestamp(keys, certificate, at);
  const list = withLength(withLength(sct, 2), 2);
  return extension(OID_SCT_LIST, der.octetString(list));
}

function signTimestamp(keys: KeyPair, { tbs, issuerSpki }: Precertificate, at: Date): Buffer {
  const timestamp = uint(at.getTime(), 8);
  const signed = Buffer.concat([
    Buffer.of(V1, CERTIFICATE_TIMESTAMP),
    timestamp,
    uint(PRECERT_ENTRY, 2),
    createHash('sha256').update(issuerSpki).digest(),
    withLength(tbs, 3),
    NO_EXTENSIONS,
  ]);
  const signature = sign('sha256', signed, keys.privateKey);
  return Buffer.concat([
    Buffer.of(V1),
    ctLogId(keys),
    timestamp,
    NO_EXTENSIONS,
    SHA256_ECDSA,
    withLength(signature, 2),
  ]);
}

/** A TLS vector (RFC 5246 §4.3): its length in `lengthBytes` bytes, then the bytes. */
function withLength(bytes: Buffer, lengthBytes: number): Buffer {
  return Buffer.concat([uint(bytes.length, lengthBytes), bytes]);
}

function uint(value: number, bytes: number): Buffer {
  return Buffer.from(value.toString(16).padStart(bytes * 2, '0'), 'hex');
}
