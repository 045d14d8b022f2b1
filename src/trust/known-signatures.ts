/** A signature of a certificate, by all that decides whether it is one. */
export interface SignedBytes {
  readonly hash: string;
  /** SubjectPublicKeyInfo in DER. */
  readonly key: Buffer;
  readonly bytes: Buffer;
  readonly signature: Buffer;
}

/**
 * What OpenSSL verified of one bundle, so that it does not compute the same of the same bytes twice. Each judge reads for
 * itself which bytes, key, hash and signature belong together; one other byte, and it is another signature. One that did not
 * verify is never in it.
 */
export class KnownSignatures {
  readonly #verified: SignedBytes[] = [];

  get verified(): readonly SignedBytes[] {
    return this.#verified;
  }

  add(verified: SignedBytes): void {
    this.#verified.push(verified);
  }

  has({ hash, key, bytes, signature }: SignedBytes): boolean {
    return this.#verified.some(
      (one) =>
        one.hash === hash &&
        one.key.equals(key) &&
        one.signature.equals(signature) &&
        one.bytes.equals(bytes),
    );
  }
}
