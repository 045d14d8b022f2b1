import { EvidenceError } from '../../errors/evidence-error.ts';
import type { IdentityType } from '../../policy/policy-signer.ts';
import { parsePolicy, policyOfKey, type Policy } from '../../policy/policy.ts';
import { readConfig, nameOf } from './files.ts';

export interface Pin {
  readonly identity: string | undefined;
  readonly issuer: string | undefined;
  /** Of the identity; by default a user name (`other`) never matches. */
  readonly type: IdentityType | undefined;
  /** A file with the key of the signer. */
  readonly publicKey: string | undefined;
  /** A policy file. */
  readonly policy: string | undefined;
}

/** Who may sign, as the caller said it; undefined if nothing was said. */
export async function readPolicy({
  identity,
  issuer,
  type,
  publicKey,
  policy,
}: Pin): Promise<Policy | undefined> {
  if (policy !== undefined) {
    return parsePolicy(await readConfig(policy, 'policy', 'POLICY_INVALID'), nameOf(policy));
  }
  if (publicKey !== undefined) {
    return policyOfKey(await readConfig(publicKey, 'public-key', 'KEY_INVALID'), nameOf(publicKey));
  }
  if (identity === undefined && issuer === undefined) return undefined;
  if (isText(identity) && isText(issuer)) return { signers: [{ subject: identity, issuer, type }] };
  throw new EvidenceError('IDENTITY_INCOMPLETE', {
    at: isText(identity) ? '--certificate-oidc-issuer' : '--certificate-identity',
    found: 'nothing',
    expected: 'both --certificate-identity and --certificate-oidc-issuer',
    hint: 'an identity means nothing without the issuer that vouches for it; give both',
  });
}

function isText(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}
