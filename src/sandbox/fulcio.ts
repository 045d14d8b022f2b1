// Fulcio's API: https://github.com/sigstore/fulcio/blob/main/fulcio.proto

import { verify, type KeyObject } from 'node:crypto';

import { TAG, childrenOf, parseDer, requireTag, type Der } from '../der/read-der.ts';
import type { ObjectReader } from '../document/object-reader.ts';
import { refuse, type Place } from '../place.ts';
import { issueLeaf, type CertificateAuthority } from './certificate-authority.ts';
import { pemOf, signatureAlgorithm } from './certificate.ts';
import { GRPC, base64Field, errorReply, jsonReply, requestObject } from './http.ts';
import type { Refused, Reply, Request } from './http.ts';
import { identityExtensions, principalOf, type Claims } from './identity-extensions.ts';
import { verifyToken, type OpenIdProvider } from './oidc.ts';
import { parseP256 } from './verifier-key.ts';

/** POST /api/v2/signingCert: a token and the proof of a key become a certificate. */
export function answerSigningCertificate(
  authority: CertificateAuthority,
  provider: OpenIdProvider,
  request: Request,
): Reply {
  const body = requestObject(request);
  const result = verifyToken(provider, tokenOf(body, request), request.at);
  if ('refused' in result) return errorReply(401, GRPC.unauthenticated, result.refused);

  const proven = provenKey(body, result.claims);
  if ('refused' in proven) return errorReply(400, GRPC.invalidArgument, proven.refused);
  const identity = identityExtensions(result.claims);
  const leaf = issueLeaf(authority, proven.key, identity, request.at);
  const certificates = [leaf, ...authorityChain(authority)].map((der) => pemOf(der));
  return jsonReply(200, { signedCertificateEmbeddedSct: { chain: { certificates } } });
}

/**
 * The key, and the proof that the caller has it, in one of two forms. Without a proof, anybody could copy
 * a public key and get a certificate for it under another name.
 */
function provenKey(body: ObjectReader, claims: Claims): { readonly key: KeyObject } | Refused {
  const hasRequest = body.has('certificateSigningRequest');
  if (hasRequest === body.has('publicKeyRequest')) {
    return { refused: 'not one of publicKeyRequest and certificateSigningRequest' };
  }
  return hasRequest ? keyByRequest(body) : keyByProof(body.object('publicKeyRequest'), claims);
}

/** As sigstore-python sends it. */
function keyByRequest(body: ObjectReader): { readonly key: KeyObject } | Refused {
  const key = keyOfRequest(base64Field(body, 'certificateSigningRequest'));
  if (key !== undefined) return { key };
  return { refused: 'the certificate signing request is not signed by its own P-256 key' };
}

/** As sigstore-js, sigstore-go and cosign send it. */
function keyByProof(
  keyRequest: ObjectReader,
  claims: Claims,
): { readonly key: KeyObject } | Refused {
  const pem = Buffer.from(keyRequest.object('publicKey').string('content'));
  const proof = base64Field(keyRequest, 'proofOfPossession');
  const key = parseP256(pem, 'pem');
  if (key === undefined) return { refused: 'the public key is not a P-256 key in PEM' };
  const { challenge } = principalOf(claims);
  const isProven = verify('sha256', Buffer.from(challenge), key, proof);
  return isProven ? { key } : { refused: 'the proof of possession does not verify' };
}

/** Issuing authority first, root last. */
export function authorityChain(authority: CertificateAuthority): readonly Buffer[] {
  return [authority.intermediate.der, authority.root.der];
}

/** In the body as sigstore-js sends it, or in the header as sigstore-go does. */
function tokenOf(body: ObjectReader, request: Request): string {
  const credentials = body.optionalObject('credentials');
  return credentials?.string('oidcIdentityToken') ?? request.authorization.replace(/^Bearer /i, '');
}

// PKCS #10 certificate signing requests: RFC 2986 §4.

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
