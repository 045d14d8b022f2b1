// The library's certificates, without its repeated work. Only what the library itself found is
// remembered here. Our own checks (`chain.ts`) neither read nor write it, so the two stay
// independent.

import type { X509Certificate } from '@sigstore/core';

import type { VerifyMemory } from '../verify-memory.ts';

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
