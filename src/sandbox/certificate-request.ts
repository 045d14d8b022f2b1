// PKCS #10 certificate signing requests: RFC 2986 §4.

import { verify, type KeyObject } from 'node:crypto';

import { TAG, childrenOf, parseDer, requireTag, type Der } from '../der/read-der.ts';
import { refuse, type Place } from '../place.ts';
import { signatureAlgorithm } from './certificate.ts';
import { parseP256 } from './verifier-key.ts';

const PLACE: Place = {
  code: 'DOCUMENT_INVALID',
  at: 'request#/certificateSigningRequest',
  hint: 'send a PKCS #10 request in PEM',
};

const PEM =
  /^-----BEGIN CERTIFICATE REQUEST-----\n([A-Za-z0-9+/=\n]+)-----END CERTIFICATE REQUEST-----\n*$/;

/**
 * The P-256 key of a request that this key signed: so whoever made it has the key. Its names and
 * attributes are not read, because the token says who it is. Undefined if the key or the signature is
 * another. Throws EvidenceError for what is no request.
 */
export function keyOfRequest(pem: Buffer): KeyObject | undefined {
  const [signed, algorithm, signature] = partsOf(pem);
  const [, , spki = refuseRequest('no key')] = childrenOf(signed, TAG.sequence);
  const key = parseP256(spki.raw, 'der');
  if (key === undefined || !algorithm.raw.equals(signatureAlgorithm(key))) return undefined;
  requireTag(signature, TAG.bitString);
  // Its first byte says how many bits at the end do not count: none of a signature.
  const [unused, bytes] = [signature.contents[0], signature.contents.subarray(1)];
  return unused === 0 && verify('sha256', signed.raw, key, bytes) ? key : undefined;
}

/** What is signed, the algorithm, the signature. */
function partsOf(pem: Buffer): readonly [Der, Der, Der] {
  const text = PEM.exec(pem.toString('latin1').replaceAll('\r\n', '\n'))?.[1];
  if (text === undefined) return refuseRequest('no PEM');
  const request = parseDer(Buffer.from(text, 'base64'), PLACE);
  const [signed, algorithm, signature, ...rest] = childrenOf(request, TAG.sequence);
  const isWhole = signed !== undefined && algorithm !== undefined && signature !== undefined;
  return isWhole && rest.length === 0
    ? [signed, algorithm, signature]
    : refuseRequest('other parts');
}

function refuseRequest(found: string): never {
  return refuse(PLACE, found, 'a PKCS #10 request in PEM');
}
