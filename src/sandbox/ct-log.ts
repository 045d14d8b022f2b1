// A certificate transparency log: RFC 6962 §3.2. It keeps no tree, since Fulcio's clients check the
// log's signed promise (SCT) and nothing else.

import { X509Certificate, createHash, sign } from 'node:crypto';

import { TAG, childOf, childrenOf, parseDer } from '../der/read-der.ts';
import * as der from '../der/write-der.ts';
import type { Place } from '../place.ts';
import { extension, spkiOf, type KeyPair } from './certificate.ts';
import { GRPC, base64Item, errorReply, jsonReply, requestObject } from './http.ts';
import type { Refused, Reply, Request } from './http.ts';

/** RFC 6962 §4.2, under the log's address. */
export const ADD_PRE_CHAIN_PATH = '/ct/v1/add-pre-chain';

/** RFC 6962 §3.3: the SignedCertificateTimestampList extension. */
const OID_SCT_LIST = '1.3.6.1.4.1.11129.2.4.2';

/** RFC 6962 §3.1: critical and NULL, so that nobody takes a precertificate for a certificate. */
const POISON = extension('1.3.6.1.4.1.11129.2.4.3', der.nullValue(), true);

const PLACE: Place = {
  code: 'DOCUMENT_INVALID',
  at: 'request',
  hint: 'send the precertificate and the certificates above it, each in DER and base64',
};

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
  const sct = Buffer.concat([
    Buffer.of(V1),
    ctLogId(keys),
    uint(at.getTime(), 8),
    NO_EXTENSIONS,
    signTimestamp(keys, certificate, at),
  ]);
  const list = withLength(withLength(sct, 2), 2);
  return extension(OID_SCT_LIST, der.octetString(list));
}

/**
 * POST add-pre-chain, by which a real Fulcio asks for its promise. Every authority may ask: clients find
 * those that count in their trusted root.
 */
export function answerPreChain(keys: KeyPair, request: Request): Reply {
  const chain = requestObject(request).list('chain', base64Item);
  const precertificate = readPrecertificate(chain);
  if ('refused' in precertificate) {
    return errorReply(400, GRPC.invalidArgument, precertificate.refused);
  }
  return jsonReply(200, {
    sct_version: V1,
    id: ctLogId(keys).toString('base64'),
    timestamp: request.at.getTime(),
    extensions: '',
    signature: signTimestamp(keys, precertificate, request.at).toString('base64'),
  });
}

/** What is logged of a precertificate: RFC 6962 §3.2. Throws EvidenceError for what is no DER. */
function readPrecertificate([first, second]: readonly Buffer[]): Precertificate | Refused {
  if (first === undefined || second === undefined) {
    return { refused: 'the chain has no certificate of the issuer' };
  }
  const issuer = parseCertificate(second);
  if (issuer === undefined || parseCertificate(first)?.verify(issuer.publicKey) !== true) {
    return { refused: 'the first certificate is not signed by the second' };
  }
  const [tbs] = childrenOf(parseDer(first, PLACE), TAG.sequence);
  const fields = tbs === undefined ? [] : childrenOf(tbs, TAG.sequence);
  const last = fields.at(-1);
  const extensions =
    last === undefined ? [] : childrenOf(childOf(last, TAG.context3), TAG.sequence);
  const kept = extensions.map(({ raw }) => raw).filter((raw) => !raw.equals(POISON));
  if (kept.length + 1 !== extensions.length) {
    return { refused: 'the first certificate is no precertificate' };
  }
  const others = fields.slice(0, -1).map(({ raw }) => raw);
  return {
    tbs: der.sequence(...others, der.explicit(3, der.sequence(...kept))),
    issuerSpki: spkiOf(issuer.publicKey),
  };
}

/** OpenSSL's error only says that this is no certificate. */
function parseCertificate(bytes: Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(bytes);
  } catch {
    return undefined;
  }
}

/** A DigitallySigned (RFC 5246 §4.7): the algorithms, then the signature. */
function signTimestamp(keys: KeyPair, { tbs, issuerSpki }: Precertificate, at: Date): Buffer {
  const signed = Buffer.concat([
    Buffer.of(V1, CERTIFICATE_TIMESTAMP),
    uint(at.getTime(), 8),
    uint(PRECERT_ENTRY, 2),
    createHash('sha256').update(issuerSpki).digest(),
    withLength(tbs, 3),
    NO_EXTENSIONS,
  ]);
  const signature = sign('sha256', signed, keys.privateKey);
  return Buffer.concat([SHA256_ECDSA, withLength(signature, 2)]);
}

/** A TLS vector (RFC 5246 §4.3): its length in `lengthBytes` bytes, then the bytes. */
function withLength(bytes: Buffer, lengthBytes: number): Buffer {
  return Buffer.concat([uint(bytes.length, lengthBytes), bytes]);
}

function uint(value: number, bytes: number): Buffer {
  return Buffer.from(value.toString(16).padStart(bytes * 2, '0'), 'hex');
}
