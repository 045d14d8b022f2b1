import { X509Certificate, createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** A P-256 key with which something was signed. */
export interface Verifier {
  readonly key: KeyObject;
  /**
   * The certificate or key as PEM with 64 columns (RFC 7468 §2), as Rekor v1 logs it however it came.
   * Some clients compare the logged text with what they would have written.
   */
  readonly pem: string;
}

/** Reads a certificate or a public key, PEM or DER; undefined unless it has a P-256 key. */
export function parseVerifier(bytes: Buffer): Verifier | undefined {
  const verifier = parseCertificate(bytes) ?? parsePublicKey(bytes);
  return verifier?.key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? verifier : undefined;
}

function parseCertificate(bytes: Buffer): Verifier | undefined {
  try {
    const certificate = new X509Certificate(bytes);
    return { key: certificate.publicKey, pem: certificate.toString() };
  } catch {
    // OpenSSL's error says no more than that this is no certificate.
    return undefined;
  }
}

function parsePublicKey(bytes: Buffer): Verifier | undefined {
  try {
    const key = isPem(bytes)
      ? createPublicKey(bytes)
      : createPublicKey({ key: bytes, format: 'der', type: 'spki' });
    return { key, pem: key.export({ format: 'pem', type: 'spki' }).toString() };
  } catch {
    // OpenSSL's error says no more than that this is no key.
    return undefined;
  }
}

export function isPem(bytes: Buffer): boolean {
  return bytes.includes('-----BEGIN ');
}
