import { memoryFile, sortedByPath } from '../../archive/entry.ts';
import { seal, type Signing } from '../../attestation/seal.ts';
import { timestampOf } from '../../document/time.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import type { Proof } from '../../trust/trust.ts';
import { isSignedBeforeRun } from '../claim/signed-before-run.ts';
import { ATTESTATION, ATTESTATION_FILE, STATEMENT_FILE } from '../layout.ts';
import type { PackedEvidence } from './packed-evidence.ts';

/**
 * Signs what was packed and verified, and checks what a verifier will check: not before the time that the
 * evidence states.
 *
 * @throws EvidenceError SELF_CHECK_FAILED (unjudged) if what was signed does not verify, and what the signer
 *   throws
 */
export async function signEvidence(
  unsigned: PackedEvidence,
  signing: Signing,
): Promise<PackedEvidence> {
  const { files, statement } = unsigned;
  const names = { statement: STATEMENT_FILE, attestation: ATTESTATION };
  const { sigstoreBundle, proof } = await seal(statement, signing, names);
  requireSignedAfter(unsigned, proof);
  return {
    ...unsigned,
    files: sortedByPath([...files, memoryFile(ATTESTATION_FILE, sigstoreBundle)]),
    proof,
    sandbox: signing.trust.root.sandbox,
  };
}

/** Throws SELF_CHECK_FAILED if it is signed before the time that the evidence states. */
export function requireSignedAfter(
  { attestedAt, facts: { lastStop = attestedAt } }: PackedEvidence,
  proof: Proof,
): void {
  const [time, name] =
    lastStop > attestedAt ? [lastStop, 'the last phase ended,'] : [attestedAt, 'attestedAt'];
  if (!isSignedBeforeRun(proof.signedAt, time)) return;
  throw new EvidenceError('SELF_CHECK_FAILED', {
    found: `signed at ${timestampOf(proof.signedAt)}, says the ${sourceOf(proof)}, before ${name} ${timestampOf(time)}`,
    expected: 'evidence that is not signed before it is made',
    hint: 'check the clock of this machine and SOURCE_DATE_EPOCH; nothing signed was written, but a log keeps the entry that it made',
  });
}

/** Who vouches for the earliest time. */
function sourceOf({ times, signedAt }: Proof): string {
  const first = times.find(({ at }) => at.getTime() === signedAt.getTime());
  return first?.source ?? 'signature';
}
