import { TAG, childrenOf, parseDer, requireTag, type Der } from '../der/read-der.ts';
import * as der from '../der/write-der.ts';
import { Plain } from '../document/data.ts';
import type { ObjectReader } from '../document/object-reader.ts';
import { unlessRefused } from '../errors/evidence-error.ts';
import { refuse, type Place } from '../place.ts';
import { base64Field, requestObject, type Refused, type Request } from './http.ts';

/** Sigstore's policy for timestamps: https://github.com/sigstore/timestamp-authority */
export const TIMESTAMP_POLICY = '1.3.6.1.4.1.57264.2';

/** NIST's hash functions, with the size of their digests in bytes. */
const HASHES = [
  { name: 'sha256', oid: '2.16.840.1.101.3.4.2.1', bytes: 32 },
  { name: 'sha384', oid: '2.16.840.1.101.3.4.2.2', bytes: 48 },
  { name: 'sha512', oid: '2.16.840.1.101.3.4.2.3', bytes: 64 },
] as const;

const HASH_OIDS = HASHES.map(({ oid }) => oid);

const VERSION_1 = '020101';

const PLACE: Place = {
  code: 'DOCUMENT_INVALID',
  at: 'request',
  hint: 'send a TimeStampReq of RFC 3161 in DER',
};

export interface TimestampRequest {
  /** The object identifier of the hash function. */
  readonly hashOid: string;
  readonly digest: Buffer;
  readonly nonce: bigint | undefined;
  /** Whether the answer has to contain the certificate. */
  readonly certificates: boolean;
}

/** Reads either form of a request; throws EvidenceError for malformed JSON. */
export function parseTimestampRequest(request: Request): TimestampRequest | Refused {
  const wanted =
    request.contentType === 'application/timestamp-query'
      ? parseQuery(request.body)
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
    nonce: nonce instanceof Plain ? BigInt(nonce.text) : undefined,
    certificates: body.has('certificates') && body.boolean('certificates'),
    policy: body.optionalString('tsaPolicyOID'),
  };
}

/** TimeStampReq, RFC 3161 §2.4.1. */
function parseQuery(bytes: Buffer): WithPolicy | Refused {
  const refused = 'the request is no TimeStampReq of RFC 3161, or it has an extension';
  return unlessRefused(() => readQuery(parseDer(bytes, PLACE))) ?? { refused };
}

function readQuery(query: Der): WithPolicy {
  const [version, imprint, ...optional] = childrenOf(query, TAG.sequence);
  const isV1 = version?.raw.toString('hex') === VERSION_1;
  if (!isV1 || imprint === undefined || !optional.every((part) => isOptionalPart(part))) {
    refuse(PLACE, 'other fields', 'version 1, an imprint, and no extension');
  }
  const policy = optional.find(({ tag }) => tag === TAG.oid);
  const nonce = optional.find(({ tag }) => tag === TAG.integer);
  return {
    ...readImprint(imprint),
    nonce: nonce && BigInt(`0x${nonce.contents.toString('hex')}`),
    certificates: optional.some(({ tag, contents }) => tag === TAG.boolean && contents[0] === 0xff),
    policy: policy === undefined ? undefined : dottedOf(policy, [TIMESTAMP_POLICY]),
  };
}

/** MessageImprint. The parameters of the hash function are NULL or absent, and not read. */
function readImprint(imprint: Der): Pick<TimestampRequest, 'hashOid' | 'digest'> {
  const [algorithm = absent(), digest = absent()] = childrenOf(imprint, TAG.sequence);
  const [hash = absent()] = childrenOf(algorithm, TAG.sequence);
  requireTag(digest, TAG.octetString);
  return {
    hashOid: dottedOf(hash, HASH_OIDS),
    digest: digest.contents,
  };
}

/** Which of the known object identifiers it is; empty if it is another. */
function dottedOf(value: Der, known: readonly string[]): string {
  requireTag(value, TAG.oid);
  return known.find((text) => der.oid(text).equals(value.raw)) ?? '';
}

function absent(): never {
  return refuse(PLACE, 'a request that lacks a part', 'a whole request');
}

/** reqPolicy, nonce or certReq; an extension would have to be understood (RFC 3161 §2.4.1). */
function isOptionalPart({ tag, contents }: Der): boolean {
  const isPositive = tag === TAG.integer && (contents[0] ?? 0x80) < 0x80;
  return tag === TAG.oid || tag === TAG.boolean || isPositive;
}
