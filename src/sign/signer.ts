/** Signs a statement. The result is a Sigstore bundle, v0.3, as JSON. */
export interface Signer {
  /**
   * @param statement the exact bytes to sign (in-toto Statement v1, JSON)
   * @throws EvidenceError SIGNING_FAILED, SERVICE_FAILED
   */
  sign(statement: Uint8Array): Promise<Uint8Array>;
}
