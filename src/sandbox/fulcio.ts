// Fulcio's API: https://github.com/sigstore/fulcio/blob/main/fulcio.proto

import { verify, type KeyObject } from 'node:crypto';

import type { ObjectReader } from '../document/object-reader.ts';
import { issueLeaf, type CertificateAuthority } from './certificate-authority.ts';
import { keyOfRequest } from './certificate-request.ts';
import { pemOf } from './certificate.ts';
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
