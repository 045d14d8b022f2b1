/** What a signature is verified with: the certificate of its key, or the key alone. */
export interface Verifier {
  readonly type: 'certificate' | 'publicKey';
  /** The certificate, or the key's SubjectPublicKeyInfo. */
  readonly der: Buffer;
}

export interface Signed {
  readonly signature: Buffer;
  readonly verifier: Verifier;
}

/** What somebody signs with. Logs and timestamp authorities witness the signature afterwards. */
export interface Credential {
  /**
   * Signs these bytes. If a log has the first signature already, it is asked again, for another one.
   *
   * @throws EvidenceError SIGNING_FAILED, SERVICE_FAILED
   */
  sign(data: Uint8Array): Promise<Signed>;
}

const LABELS = { certificate: 'CERTIFICATE', publicKey: 'PUBLIC KEY' } as const;

/** RFC 7468, as Rekor wants it. */
export function verifierPem({ type, der }: Verifier): string {
  const lines = der.toString('base64').replaceAll(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN ${LABELS[type]}-----\n${lines}\n-----END ${LABELS[type]}-----\n`;
}
