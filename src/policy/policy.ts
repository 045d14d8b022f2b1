/** Who signed: the certificate's subject alternative name and its OIDC issuer. */
export interface Identity {
  readonly identity: string;
  readonly issuer: string;
}

/** Who may sign. schemas/policy.schema.json */
export interface Policy {
  readonly signers: readonly Identity[];
}

/** Whole and exact: a pattern would let a look-alike in. */
export function allows(policy: Policy, signer: Identity): boolean {
  return policy.signers.some(
    ({ identity, issuer }) => identity === signer.identity && issuer === signer.issuer,
  );
}
