import type { Signature } from '../../attestation/kind.ts';
import { unsigned } from '../../attestation/open-attestation.ts';
import { timestampOf } from '../../document/time.ts';
import type { Fault } from '../../errors/evidence-error.ts';
import type { ReceivedPredicate } from '../claim/predicate.ts';
import { isSignedBeforeRun } from '../claim/signed-before-run.ts';
import { ATTESTATION } from '../layout.ts';
import type { EvidenceLog } from './checks.ts';

/** The proven time of signing is not before the time that the evidence states. */
export function checkSignedAfterRun(
  log: EvidenceLog,
  signature: Signature,
  { attestedAt, at }: ReceivedPredicate,
): void {
  if (signature.state !== 'verified') {
    log.skip('signed-after-run', unsigned({ file: ATTESTATION }));
    return;
  }
  const { signedAt } = signature.proof;
  const expected = `not more than 5 minutes before attestedAt, ${timestampOf(attestedAt)}`;
  const found = `signed at ${timestampOf(signedAt)}`;
  const fault: Fault = {
    code: 'SIGNED_BEFORE_RUN',
    at: `${at}/attestedAt`,
    found,
    expected,
    hint: 'have it made and signed again, on a machine whose clock is right and with SOURCE_DATE_EPOCH not in the future',
  };
  log.note('signed-after-run', () => ({
    found,
    expected,
    faults: isSignedBeforeRun(signedAt, attestedAt) ? [fault] : [],
  }));
}
