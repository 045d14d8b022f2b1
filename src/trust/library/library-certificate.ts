// The library's certificates, without its repeated work. What the library itself found is remembered here; our own checks
// (`chain.ts`) do not read it. What OpenSSL verified for them is not computed again, if the library asks for the same of the
// same bytes.

import type { X509Certificate } from '@sigstore/core';

import { KnownSignatures, type SignedBytes } from '../known-signatures.ts';
import type { VerifyMemory } from '../verify-memory.ts';

type Asn1 = X509Certificate['root'];

/**
 * The library encodes a certificate again for each comparison and each signature, and verifies the same
 * chain for each time: two thirds of its work. It reads only lengths and tags that have one spelling, so
 * it would encode exactly the bytes that it has read. A test compares them.
 *
 * @param raw the bytes of the certificate
 * @param known signatures that verified already
 */
export function remembering(
  certificate: X509Certificate,
  raw: Buffer,
  memory: VerifyMemory,
  known = new KnownSignatures(),
): X509Certificate {
  const { root, tbsCertificate } = certificate;
  root.toDER = () => raw;
  keepEncodings(root);
  keepEncodings(tbsCertificate);
  const clone = certificate.clone.bind(certificate);
  certificate.clone = () => changeable(clone());
  const verify = certificate.verify.bind(certificate);
  certificate.verify = (issuer = certificate) =>
    memory.remember(
      raw,
      issuer.root.toDER(),
      () => known.has(signatureOf(certificate, issuer)) || verify(issuer),
    );
  return certificate;
}

/** As the library reads the two certificates, and would verify it. */
function signatureOf(certificate: X509Certificate, { publicKey }: X509Certificate): SignedBytes {
  const { signatureAlgorithm: hash, signatureValue: signature, tbsCertificate } = certificate;
  return { hash, key: publicKey, bytes: tbsCertificate.toDER(), signature };
}

/** It may lose an extension: whatever holds extensions is encoded again. */
function changeable(copy: X509Certificate): X509Certificate {
  const { tbsCertificate } = copy;
  const extensions = tbsCertificate.subs.find(({ tag }) => tag.isContextSpecific(EXTENSIONS));
  keepEncodings(tbsCertificate, extensions);
  const [list] = extensions?.subs ?? [];
  if (list !== undefined) keepEncodings(list);
  return copy;
}

/** RFC 5280 §4.1 */
const EXTENSIONS = 3;

/** Of each part, but for one of them. */
function keepEncodings({ value, subs }: Asn1, except?: Asn1): void {
  let start = 0;
  for (const part of subs) {
    const end = part.value.byteOffset - value.byteOffset + part.value.length;
    const encoded = value.subarray(start, end);
    if (part !== except) part.toDER = () => encoded;
    start = end;
  }
}
