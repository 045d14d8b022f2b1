import { X509Certificate } from 'node:crypto';

import { refuse, type Place } from '../place.ts';

/** OpenSSL reads the parts outside the signature more strictly than `@sigstore/core` does. */
export function parseX509(bytes: Uint8Array, place: Place): X509Certificate {
  try {
    const certificate = new X509Certificate(bytes);
    if (certificate.raw.equals(bytes)) return certificate;
  } catch (error) {
    refuse(place, 'bytes that are no certificate', 'an X.509 certificate in DER', error);
  }
  return refuse(place, 'a certificate in another spelling', 'an X.509 certificate in DER');
}

/** The subject, one attribute a line. Node's own is undefined for an empty one, whatever its type says. */
export function subjectLines({ subject }: { readonly subject?: string }): readonly string[] {
  return subject === undefined ? [] : subject.split('\n');
}
