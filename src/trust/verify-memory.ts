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
