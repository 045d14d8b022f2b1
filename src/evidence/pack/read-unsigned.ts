import { documentOf, handlesOf, requireComplete } from '../../archive/entry.ts';
import type { ReceivedFiles } from '../../archive/entry.ts';
import { EvidenceError, type Fault, type Finding } from '../../errors/evidence-error.ts';
import { AS_PACKED, AS_SIGNED } from '../../place.ts';
import { quote } from '../../quote.ts';
import { ATTESTATION_FILE, EVIDENCE_LAYOUT, STATEMENT_FILE } from '../layout.ts';
import type { OriginalTap } from '../verify/original-tap.ts';
import type { VerificationReport, VerifyEvidenceOptions } from '../verify/verify-evidence.ts';
import type { PackedEvidence } from './packed-evidence.ts';
import { isSaid, refusedBy, verifyUnsigned } from './self-check.ts';

/** Evidence that nobody signed yet, as it was received. */
export interface UnsignedEvidence {
  readonly packed: PackedEvidence;
  /** What is not green: a signature does not change that. */
  readonly faults: readonly Fault[];
  readonly findings: readonly Finding[];
  readonly exitCode: number;
  /** It names logs that are beside it. */
  readonly hasLogs: boolean;
}

/**
 * Verifies a whole bundle again before it is signed, as a verifier will.
 *
 * @param open reads a file that was only hashed once more
 * @param rules as in `VerifyEvidenceOptions`, and what is made of the originals in the bundle
 * @throws EvidenceError EVIDENCE_SIGNED (unjudged); STATEMENT_INVALID if it is about an artifact, and what
 *   a verifier refuses (invalid)
 */
export function readUnsigned(
  files: ReceivedFiles,
  open: (path: string) => AsyncIterable<Uint8Array>,
  rules: Pick<VerifyEvidenceOptions, 'maxRunSpan' | 'pointer'> & Pick<OriginalTap, 'mapped'>,
): UnsignedEvidence {
  if (files.has(ATTESTATION_FILE)) refuseSigned();
  requireComplete(files, EVIDENCE_LAYOUT);
  const { mapped, ...others } = rules;
  const report = verifyUnsigned([...files.values()], { ...others, originals: mapped });
  const { claimed, manifestDigest, facts, findings, checks, exitCode } = report;
  refuseInvalid(report);
  if (claimed === undefined || manifestDigest === undefined) {
    throw new TypeError(`evidence without a statement or a manifest that is ${report.verdict}`);
  }
  if (claimed.artifact !== undefined) refuseArtifact(claimed.artifact.name);
  const packed = {
    files: handlesOf(files, open),
    statement: documentOf(files, STATEMENT_FILE, EVIDENCE_LAYOUT),
    attestedAt: new Date(claimed.attestedAt),
    manifestDigest,
    facts,
    // They are where they were written.
    logs: [],
    redaction: claimed.redaction,
    findings: [],
    validatorImages: claimed.validatorImages,
    proof: undefined,
    sandbox: false,
  };
  const faults = checks.flatMap((check) => check.faults).filter(({ code }) => isSaid(code));
  return { packed, faults, findings, exitCode, hasLogs: claimed.logs !== undefined };
}

function refuseInvalid({ checks }: VerificationReport): void {
  const fault = refusedBy(checks);
  if (fault === undefined) return;
  // Nobody signed it, so nobody can be asked for it as it was signed.
  const hint = fault.hint.replace(AS_SIGNED, AS_PACKED);
  throw new EvidenceError(fault.code, { ...fault, hint: `${hint}; nothing was signed` });
}

/** Whoever signs it would vouch for a digest that nothing here shows. */
function refuseArtifact(name: string): never {
  throw new EvidenceError('STATEMENT_INVALID', {
    at: `${STATEMENT_FILE}#/subject/0/name`,
    found: quote(name),
    expected: 'the recipe, in a statement that is to be signed',
    hint: 'name the bundle as it was packed, with the statement about the recipe; nothing was signed',
  });
}

function refuseSigned(): never {
  throw new EvidenceError('EVIDENCE_SIGNED', {
    at: ATTESTATION_FILE,
    found: 'evidence with a signature',
    expected: 'evidence that affidavit validate packed with --no-sign',
    hint: 'verify it with affidavit verify-evidence; to sign anew, name the bundle as it was packed',
  });
}
