import type { ErrorCode } from '../errors.ts';

/**
 * The checks, in order. What a failed one means for the verdict:
 * `invalid`: the proof is broken; `failed`: the proof is whole, and what it proves is not green.
 * docs/verification.md has a section for each.
 */
export const CHECKS = [
  { name: 'archive-is-safe', failure: 'invalid' },
  { name: 'signature-is-valid', failure: 'invalid' },
  { name: 'signer-is-allowed', failure: 'invalid' },
  { name: 'statement-is-evidence', failure: 'invalid' },
  { name: 'signed-after-run', failure: 'invalid' },
  { name: 'manifest-is-signed', failure: 'invalid' },
  { name: 'files-match-manifest', failure: 'invalid' },
  { name: 'recipe-matches-digest', failure: 'invalid' },
  { name: 'fingerprint-matches-snapshot', failure: 'invalid' },
  { name: 'constraints-match-claims', failure: 'invalid' },
  { name: 'phases-match-results', failure: 'invalid' },
  { name: 'bom-matches-recipe', failure: 'invalid' },
  { name: 'cluster-fits-recipe', failure: 'failed' },
  { name: 'constraints-hold', failure: 'failed' },
  { name: 'phases-are-green', failure: 'failed' },
] as const;

export type CheckName = (typeof CHECKS)[number]['name'];

export type CheckOutcome = 'passed' | 'failed' | 'skipped' | 'not-reached';

/** One thing that is wrong. */
export interface Fault {
  readonly code: ErrorCode;
  /** The file, and in it a JSON pointer as a fragment. */
  readonly at: string | undefined;
  readonly found: string;
  readonly expected: string;
  readonly hint: string;
}

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
