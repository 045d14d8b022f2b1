// Fulcio's API: https://github.com/sigstore/fulcio/blob/main/fulcio.proto

import { verify } from 'node:crypto';

import type { ObjectReader } from '../document/object-reader.ts';
import { issueLeaf, type CertificateAuthority } from './certificate-authority.ts';
import { pemOf } from './certificate.ts';
import { GRPC, base64Field, errorReply, jsonReply, requestObject } from './http.ts';
import type { Reply, Request } from './http.ts';
import { identityExtensions, principalOf } from './identity-extensions.ts';
import { verifyToken, type OpenIdProvider } from './oidc.ts';
import { parseVerifier } from './verifier-key.ts';

/** POST /api/v2/signingCert: a token and the proof of a key become a certificate. */
export function answerSigningCertificate(
  authority: CertificateAuthority,
  provider: OpenIdProvider,
  request: Request,
): Reply {
  const body = requestObject(request);
  const result = verifyToken(provider, tokenOf(body, request), request.at);
  if ('refused' in result) return errorReply(401, GRPC.unauthenticated, result.refused);

  const keyRequest = body.object('publicKeyRequest');
  const pem = Buffer.from(keyRequest.object('publicKey').string('content'));
  const proof = base64Field(keyRequest, 'proofOfPossession');
  const publicKey = parseVerifier(pem, 'pem')?.key;
  if (publicKey === undefined) {
    return errorReply(400, GRPC.invalidArgument, 'the public key is not a P-256 key in PEM');
  }
  // Without this, anybody could copy a public key and get a certificate for it under another name.
  const { challenge } = principalOf(result.claims);
  if (!verify('sha256', Buffer.from(challenge), publicKey, proof)) {
    return errorReply(400, GRPC.invalidArgument, 'the proof of possession does not verify');
  }

  const identity = identityExtensions(result.claims);
  const leaf = issueLeaf(authority, publicKey, identity, request.at);
  const certificates = [leaf, ...authorityChain(authority)].map((der) => pemOf(der));
  return jsonReply(200, { signedCertificateEmbeddedSct: { chain: { certificates } } });
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
