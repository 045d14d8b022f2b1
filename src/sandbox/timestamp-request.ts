import type { ASN1Obj } from '@sigstore/core';

import { Plain } from '../document/data.ts';
import type { ObjectReader } from '../document/object-reader.ts';
import { decodeDer } from './der-reader.ts';
import { base64Field, requestObject } from './http.ts';
import type { Request } from './http.ts';

/** Sigstore's policy for timestamps: https://github.com/sigstore/timestamp-authority */
export const TIMESTAMP_POLICY = '1.3.6.1.4.1.57264.2';

/** NIST's hash functions, with the size of their digests in bytes. */
const HASHES = [
  { name: 'sha256', oid: '2.16.840.1.101.3.4.2.1', bytes: 32 },
  { name: 'sha384', oid: '2.16.840.1.101.3.4.2.2', bytes: 48 },
  { name: 'sha512', oid: '2.16.840.1.101.3.4.2.3', bytes: 64 },
] as const;

export interface TimestampRequest {
  /** The object identifier of the hash function. */
  readonly hashOid: string;
  readonly digest: Buffer;
  /** Big-endian. */
  readonly nonce: Buffer | undefined;
  /** Whether the answer shall carry the certificate. */
  readonly certificates: boolean;
}

export interface Refused {
  readonly refused: string;
}

/** Reads either form of a request; throws EvidenceError for malformed JSON. */
export function parseTimestampRequest(request: Request): TimestampRequest | Refused {
  const wanted =
    request.contentType === 'application/timestamp-query'
      ? parseDer(request.body)
      : parseJson(requestObject(request));
  if ('refused' in wanted) return wanted;
  const { policy, ...rest } = wanted;
  if (policy !== undefined && policy !== TIMESTAMP_POLICY) {
    return { refused: `the policy is not ${TIMESTAMP_POLICY}` };
  }
  const isKnown = HASHES.some(
    ({ oid, bytes }) => oid === rest.hashOid && bytes === rest.digest.length,
  );
  return isKnown ? rest : { refused: 'the digest is no SHA-256, SHA-384 or SHA-512' };
}

type WithPolicy = TimestampRequest & { readonly policy: string | undefined };

function parseJson(body: ObjectReader): WithPolicy | Refused {
  const name = body.string('hashAlgorithm');
  const nonce = body.data('nonce');
  const isNonce = nonce instanceof Plain && nonce.type === 'integer' && !nonce.text.startsWith('-');
  if (nonce !== undefined && !isNonce) return { refused: 'the nonce is no non-negative integer' };
  return {
    hashOid: HASHES.find((hash) => hash.name === name)?.oid ?? '',
    digest: base64Field(body, 'artifactHash'),
    nonce: nonce instanceof Plain ? bytesOf(BigInt(nonce.text)) : undefined,
    certificates: body.has('certificates') && body.boolean('certificates'),
    policy: body.optionalString('tsaPolicyOID'),
  };
}

function bytesOf(value: bigint): Buffer {
  const hex = value.toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
}

/** TimeStampReq, RFC 3161 §2.4.1. */
function parseDer(bytes: Buffer): WithPolicy | Refused {
  const [version, imprint, ...optional] = decodeDer(bytes)?.subs ?? [];
  const hashed = parseImprint(imprint);
  const isV1 = version?.tag.isInteger() === true && version.toInteger() === 1n;
  if (!isV1 || hashed === undefined || !optional.every((part) => isOptionalPart(part))) {
    return { refused: 'the request is no TimeStampReq of RFC 3161, or it has an extension' };
  }
  return {
    ...hashed,
    nonce: optional.find(({ tag }) => tag.isInteger())?.value,
    certificates: optional.some((part) => part.tag.isBoolean() && part.value[0] === 0xff),
    policy: optional.find(({ tag }) => tag.isOID())?.toOID(),
  };
}

/** MessageImprint; the parameters of the hash function are NULL or absent, and not looked at. */
function parseImprint(
  imprint: ASN1Obj | undefined,
): Pick<TimestampRequest, 'hashOid' | 'digest'> | undefined {
  const [algorithm, digest] = imprint?.subs ?? [];
  const oid = algorithm?.subs[0];
  if (oid?.tag.isOID() !== true || digest?.tag.isOctetString() !== true) return undefined;
  return { hashOid: oid.toOID(), digest: digest.value };
}

/** reqPolicy, nonce or certReq; an extension would have to be understood (RFC 3161 §2.4.1). */
function isOptionalPart({ tag, value }: ASN1Obj): boolean {
  const isPositive = tag.isInteger() && (value[0] ?? 0x80) < 0x80;
  return tag.isOID() || tag.isBoolean() || isPositive;
}
