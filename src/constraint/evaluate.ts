/** `unevaluable`: the value is missing, or the expression cannot be read. It is never green. */
export type ConstraintOutcome = 'passed' | 'failed' | 'unevaluable';

export interface ConstraintResult {
  readonly name: string;
  /** The expression as the recipe has it. */
  readonly expected: string;
  /** The snapshot's value; undefined if it has none. */
  readonly actual: string | undefined;
  readonly outcome: ConstraintOutcome;
  /** Why it failed or could not be evaluated. */
  readonly reason: string | undefined;
  /** Shown; softens nothing. */
  readonly severity: string | undefined;
  readonly remediation: string | undefined;
}
