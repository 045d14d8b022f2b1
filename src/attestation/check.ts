import type { Fault } from '../errors/fault.ts';

/** The checks, in order. docs/verification.md has a section for each. */
export const CHECK_NAMES = [
  'archive-is-safe',
  'signature-is-valid',
  'signer-is-allowed',
  'statement-is-evidence',
  'signed-after-run',
  'manifest-matches-statement',
  'files-match-manifest',
  'recipe-matches-digest',
  'fingerprint-matches-snapshot',
  'constraints-match-claims',
  'phases-match-results',
  'bom-matches-claims',
  'cluster-fits-recipe',
  'constraints-hold',
  'phases-are-green',
] as const;

export type CheckName = (typeof CHECK_NAMES)[number];

export type CheckOutcome = 'passed' | 'failed' | 'skipped' | 'not-reached';

export interface CheckResult {
  readonly name: CheckName;
  readonly outcome: CheckOutcome;
  /** What was found and what was expected; of a failed check, its first fault's. */
  readonly found: string;
  readonly expected: string;
  /** What to do next; "" if there is nothing to do. */
  readonly hint: string;
  /** Empty unless the check failed or was skipped. */
  readonly faults: readonly Fault[];
}
