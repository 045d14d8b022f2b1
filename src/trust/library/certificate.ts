// The library's certificates, without its repeated work. Only what the library itself found is
// remembered here. Our own checks (`leaf-certificate.ts`) neither read nor write it, so the two stay
// independent.

import type { X509Certificate } from '@sigstore/core';

/** More than any trusted root needs. One root may verify many bundles, each with other certificates. */
const MAX_REMEMBERED = 256;

/** Whether one certificate signed another, by the bytes of both. */
export class VerifyMemory {
  readonly #found = new Map<string, boolean>();

  remember(certificate: Buffer, issuer: Buffer, verify: () => boolean): boolean {
    // The length says where one ends and the other begins.
    const key = `${certificate.length} ${certificate.toString('latin1')}${issuer.toString('latin1')}`;
    const found = this.#found.get(key) ?? verify();
    if (this.#found.size < MAX_REMEMBERED) this.#found.set(key, found);
    return found;
  }
}

/**
 * The library encodes a certificate again for each comparison and each signature, and verifies the same
 * chain for each time: two thirds of its work. It reads only lengths and tags that have one spelling, so
 * it would encode exactly the bytes that it has read. A test compares them.
 *
 * @param raw the bytes of the certificate
 */
export function remembering(
  certificate: X509Certificate,
  raw: Buffer,
  memory: VerifyMemory,
): X509Certificate {
  const { root, tbsCertificate } = certificate;
  const signed = root.value.subarray(
    0,
    tbsCertificate.value.byteOffset - root.value.byteOffset + tbsCertificate.value.length,
  );
  root.toDER = () => raw;
  tbsCertificate.toDER = () => signed;
  const verify = certificate.verify.bind(certificate);
  certificate.verify = (issuer = certificate) =>
    memory.remember(raw, issuer.root.toDER(), () => verify(issuer));
  return certificate;
}
