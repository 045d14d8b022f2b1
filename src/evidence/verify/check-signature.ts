import type { ReceivedFiles } from '../../archive/entry.ts';
import type { CheckLog, Outcome } from '../../attestation/check-log.ts';
import { timestampOf } from '../../document/time.ts';
import type { Fault } from '../../errors/fault.ts';
import type { Policy } from '../../policy/policy.ts';
import { allows } from '../../policy/policy.ts';
import { quote } from '../../quote.ts';
import type { Identity } from '../../trust/identity.ts';
import type { Proof, Trust } from '../../trust/trust.ts';
import type { ReceivedPredicate } from '../claim/predicate.ts';
import { ATTESTATION, ATTESTATION_FILE } from '../layout.ts';
import { isSignedBeforeRun } from '../signed-before-run.ts';
import type { VerificationReport } from './verification-report.ts';

interface SignatureOptions {
  readonly trust: Trust;
  readonly policy: Policy | undefined;
}

/** Who signed what, if anybody did. A signature that does not verify stops the line. */
export function checkSignature(
  log: CheckLog,
  files: ReceivedFiles,
  { trust, policy }: SignatureOptions,
): VerificationReport['signature'] {
  const sigstoreBundle = files.get(ATTESTATION_FILE)?.bytes;
  if (sigstoreBundle === undefined) {
    log.skip('signature-is-valid', UNSIGNED);
    log.skip('signer-is-allowed', UNSIGNED);
    return { state: 'absent' };
  }
  const proof = log.run('signature-is-valid', () =>
    verified(trust.verify(sigstoreBundle, ATTESTATION)),
  );
  if (policy === undefined) log.skip('signer-is-allowed', notPinned(proof.signer));
  else log.note('signer-is-allowed', () => allowed(policy, proof.signer));
  return { state: 'verified', proof };
}

function verified(proof: Proof): Outcome<Proof> {
  const { times, logEntries } = proof;
  return {
    value: proof,
    found: `a signature, ${logEntries.length} log entries, ${times.length} proofs of time`,
    expected: 'a signature with certificate, log entry and time under the trusted root',
  };
}

function allowed(policy: Policy, signer: Identity): Outcome<undefined> {
  const found = describeSigner(signer);
  const expected = policy.signers.map(describeSigner).join(', or ');
  const fault: Fault = {
    code: 'SIGNER_NOT_ALLOWED',
    at: ATTESTATION_FILE,
    found,
    expected,
    hint: 'if this signer shall be trusted, name this identity and issuer, letter by letter',
  };
  return { value: undefined, found, expected, faults: allows(policy, signer) ? [] : [fault] };
}

/** The time of signing, as others prove it, is not before the time that the evidence claims for itself. */
export function checkSignedAfterRun(
  log: CheckLog,
  proof: Proof | undefined,
  predicate: ReceivedPredicate,
): void {
  if (proof === undefined) {
    log.skip('signed-after-run', UNSIGNED);
    return;
  }
  const { attestedAt, at } = predicate;
  const expected = `not more than 5 minutes before attestedAt, ${timestampOf(attestedAt)}`;
  const found = `signed at ${timestampOf(proof.signedAt)}`;
  const fault: Fault = {
    code: 'SIGNED_BEFORE_RUN',
    at: `${at}/attestedAt`,
    found,
    expected,
    hint: 'ask the signer to check the clock and SOURCE_DATE_EPOCH of the machine and to sign again',
  };
  log.note('signed-after-run', () => ({
    value: undefined,
    found,
    expected,
    faults: isSignedBeforeRun(proof.signedAt, attestedAt) ? [fault] : [],
  }));
}

function notPinned(signer: Identity): Fault {
  const { subject, issuer } = signer;
  return {
    code: 'SIGNER_NOT_PINNED',
    at: ATTESTATION_FILE,
    found: describeSigner(signer),
    expected: '--certificate-identity with --certificate-oidc-issuer, or --policy',
    hint: `if that is who should have signed, add --certificate-identity ${quote(subject)} --certificate-oidc-issuer ${quote(issuer)}`,
  };
}

const UNSIGNED: Fault = {
  code: 'UNSIGNED',
  at: ATTESTATION_FILE,
  found: 'no signature: anybody could have written these files',
  expected: `${ATTESTATION_FILE}, a Sigstore bundle`,
  hint: 'ask the contributor to sign, or judge the files alone with --allow-unsigned',
};

function describeSigner({ subject, issuer }: Identity): string {
  return `${quote(subject)} (issuer ${quote(issuer)})`;
}
