import { X509Certificate, createPublicKey, type KeyObject } from 'node:crypto';

import { p256 } from '@noble/curves/nist.js';

import { pointOf } from './certificate.ts';

/** A P-256 key with which something was signed. */
export interface Verifier {
  readonly key: KeyObject;
  /**
   * The certificate or key as PEM with 64 columns (RFC 7468 §2). Rekor v1 always logs it like this. Some
   * clients compare the logged text with what they would have written.
   */
  readonly pem: string;
}

/** Reads a certificate or a public key in this format and no other; undefined unless it has a P-256 key. */
export function parseVerifier(bytes: Buffer, format: 'pem' | 'der'): Verifier | undefined {
  if (bytes.includes('-----BEGIN ') !== (format === 'pem')) return undefined;
  const verifier =
    unlessRefused(() => certificateOf(bytes)) ?? unlessRefused(() => publicKeyOf(bytes, format));
  return verifier?.key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? verifier : undefined;
}

function certificateOf(bytes: Buffer): Verifier {
  const certificate = new X509Certificate(bytes);
  return { key: certificate.publicKey, pem: certificate.toString() };
}

function publicKeyOf(bytes: Buffer, format: 'pem' | 'der'): Verifier {
  const key = createPublicKey({ key: bytes, format, type: 'spki' });
  return { key, pem: key.export({ format: 'pem', type: 'spki' }).toString() };
}

/** OpenSSL's error only says that this is no certificate, or no key. */
function unlessRefused<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/**
 * Whether the DER signature is this P-256 key's over this SHA-256 digest (FIPS 186-5 §6.4.2).
 * `node:crypto` always hashes its input itself, and a log that stores digests never sees that input.
 */
export function isSignatureOfDigest(key: KeyObject, digest: Buffer, signature: Buffer): boolean {
  // Half of all signatures have a high s. Only some digital currencies refuse it.
  const options = { prehash: false, lowS: false, format: 'der' } as const;
  return p256.verify(signature, digest, pointOf(key), options);
}
