import type { BundleFile, ReceivedFile } from '../../archive/entry.ts';
import { digestOf } from '../../digest.ts';
import { EvidenceError, type Fault } from '../../errors/evidence-error.ts';
import { INPUT_ERRORS } from '../../errors/input.ts';
import { MADE_AGAIN } from '../../place.ts';
import type { Trust } from '../../trust/trust.ts';
import { ATTESTATION, ATTESTATION_FILE } from '../layout.ts';
import type { Validation } from '../validate/validate.ts';
import { verifyEvidenceFiles, type VerificationReport } from '../verify/verify-evidence.ts';

/** A file that is packed, with its content if a verifier reads it. */
export interface PackedFile extends BundleFile {
  readonly bytes?: Uint8Array;
}

/** There is no attestation yet, so no trust is needed. */
const NO_TRUST: Trust = {
  root: { source: 'none', digest: digestOf(''), sandbox: false },
  weakened: [],
  verify: () => {
    throw new TypeError('files that are not signed yet have no attestation');
  },
};

/** Stands for the attestation among the files: its size is not known yet. */
const ATTESTATION_TO_COME: ReceivedFile = {
  path: ATTESTATION_FILE,
  size: ATTESTATION.maxBytes,
  digest: digestOf(''),
  bytes: undefined,
};

/**
 * Reads what is packed as a verifier will, before anybody signs it: a log keeps its entries for ever.
 * Evidence that is not green passes. What no signature could make valid does not. The snapshot, which may
 * be large, is not read a second time if it is what was validated.
 *
 * @throws EvidenceError what a verifier would refuse; INTERNAL if the files contradict each other
 */
export function requireVerifiable(
  files: readonly PackedFile[],
  { tool, ...known }: Pick<Validation, 'tool' | 'snapshot' | 'snapshotDigest'>,
): void {
  const received = files.map(({ path, size, digest, bytes }) => ({ path, size, digest, bytes }));
  const { checks, verdict } = verifyUnsigned(received, { tool, known });
  if (verdict === 'verified' || verdict === 'failed') return;
  const fault = checks.flatMap(({ faults }) => faults).find(({ code }) => code !== 'UNSIGNED');
  if (fault === undefined) throw new TypeError(`evidence without a fault that is ${verdict}`);
  throw refusalOf(fault);
}

/** Judges files that nobody signed yet, with room for the attestation to come. */
export function verifyUnsigned(
  files: readonly ReceivedFile[],
  more: Partial<Pick<Parameters<typeof verifyEvidenceFiles>[1], 'tool' | 'known'>> = {},
): VerificationReport {
  return verifyEvidenceFiles([...files, ATTESTATION_TO_COME], {
    trust: NO_TRUST,
    policy: undefined,
    allowUnsigned: true,
    ...more,
  });
}

function refusalOf(fault: Fault): EvidenceError {
  if (!Object.hasOwn(INPUT_ERRORS, fault.code)) {
    return new EvidenceError('INTERNAL', {
      ...fault,
      found: `evidence that no verifier would accept: ${fault.code}, ${fault.found}`,
      hint: 'report this, with the inputs if you may; nothing was signed or written',
    });
  }
  const isLimit = fault.code === 'LIMIT_EXCEEDED';
  // It is being made just now.
  const fix = isLimit ? 'give fewer or smaller files' : fault.hint.replace(MADE_AGAIN, '');
  const hint = `${fix}; nothing was signed or written`;
  return new EvidenceError(fault.code, { ...fault, hint });
}
