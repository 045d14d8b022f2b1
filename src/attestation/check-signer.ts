import type { Fault } from '../errors/evidence-error.ts';
import { judgeSigner, type SignerJudgement } from '../policy/judge-signer.ts';
import { describeSigner, type PolicySigner } from '../policy/policy-signer.ts';
import { pinOf, type Policy } from '../policy/policy.ts';
import { commandLine } from '../shell-words.ts';
import { isSameSigner, type Proof } from '../trust/trust.ts';
import type { CheckLog } from './check-log.ts';
import type { AttestationSlot, Signature } from './kind.ts';
import { unsigned } from './open-attestation.ts';

/** Who must have signed, and when, and for what: somebody whom the caller allows. */
export interface SignerRule {
  readonly policy: Policy | undefined;
  /** The recomputed name of what was signed; undefined if it could not be recomputed. */
  readonly name: string | undefined;
  /** What time it is, if the policy asks. */
  readonly now: Date | undefined;
  /** What its kind says of an entry. */
  readonly limit?: ((entry: PolicySigner) => Fault | undefined) | undefined;
  /** What was signed, of which `limit` would judge, could not be read: whoever is named may not be allowed to say it. */
  readonly isUnread?: boolean;
}

/** Who signed the first attestation, and the rule for the others. */
export interface SameSigner {
  readonly sameAs: Signature;
  /** The entry that allows the first; undefined if none does. */
  readonly allowedBy?: PolicySigner | undefined;
  readonly rule: SignerRule;
}

type Slot<Name extends string> = Pick<AttestationSlot<Name, unknown>, 'file' | 'checks' | 'next'>;

/** The signer of the first attestation. Undefined if there is nothing to judge, or nothing to judge by. */
export function checkSigner<Name extends string>(
  log: CheckLog<Name>,
  slot: Slot<Name>,
  signature: Signature,
  rule: SignerRule,
): SignerJudgement | undefined {
  const proof = proofOf(log, slot, signature);
  if (proof === undefined) return undefined;
  const { file, checks } = slot;
  const { policy } = rule;
  if (policy === undefined) {
    log.skip(checks.signer, notPinned(slot, proof));
    return undefined;
  }
  const judgement = judgeSigner(policy, proof, { ...rule, file: file.name });
  if (rule.isUnread === true && judgement.faults.length === 0) return undefined;
  log.note(checks.signer, () => judgement);
  return judgement;
}

/**
 * The signer of another attestation: whoever signed the first. If an entry allows that one, the same entry must allow
 * this signature too, at its own times. Every entry of the policy may revoke it.
 */
export function checkSameSigner<Name extends string>(
  log: CheckLog<Name>,
  slot: Slot<Name>,
  signature: Signature,
  { sameAs, allowedBy, rule }: SameSigner,
): void {
  const proof = proofOf(log, slot, signature);
  if (proof === undefined || sameAs.state !== 'verified') return;
  const { file, checks } = slot;
  log.note(checks.signer, () => {
    const found = describeSigner(proof.signer);
    const expected = describeSigner(sameAs.proof.signer);
    if (!isSameSigner(sameAs.proof.signer, proof.signer)) {
      const hint = 'have all of it signed by one signer';
      const fault: Fault = { code: 'SIGNER_NOT_ALLOWED', at: file.name, found, expected, hint };
      return { found, expected, faults: [fault] };
    }
    const { policy } = rule;
    if (policy === undefined || allowedBy === undefined) return { found, expected, faults: [] };
    return judgeSigner(policy, proof, { ...rule, allowedBy, file: file.name });
  });
}

/** The proof of a signature that verified. Of one that is not there the check is skipped. */
function proofOf<Name extends string>(
  log: CheckLog<Name>,
  slot: Slot<Name>,
  signature: Signature,
): Proof | undefined {
  if (signature.state === 'absent') log.skip(slot.checks.signer, unsigned(slot));
  return signature.state === 'verified' ? signature.proof : undefined;
}

function notPinned({ file, next }: Slot<string>, { signer }: Proof): Fault {
  const name = next?.name ?? `add ${commandLine(pinOf(signer))}`;
  return {
    code: 'SIGNER_NOT_PINNED',
    at: file.name,
    found: describeSigner(signer),
    expected: next?.named ?? '--certificate-identity with --certificate-oidc-issuer, or --policy',
    hint: `if that is who should have signed, ${name}`,
  };
}
