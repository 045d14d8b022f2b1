import type { Fault } from '../errors/evidence-error.ts';

export type CheckOutcome = 'passed' | 'failed' | 'skipped' | 'not-reached';

/** @typeParam Name the names of one kind's checks */
export interface CheckResult<Name extends string = string> {
  readonly name: Name;
  readonly outcome: CheckOutcome;
  /** What was found and what was expected; of a failed check, its first fault's. */
  readonly found: string;
  readonly expected: string;
  /** What to do next; "" if there is nothing to do. */
  readonly hint: string;
  /** Empty unless the check failed or was skipped. */
  readonly faults: readonly Fault[];
}
