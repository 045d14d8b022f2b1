import { ERROR_CATALOGUE } from '../errors/catalogue.ts';
import type { ErrorClass } from '../errors/meaning.ts';
import type { CheckResult } from './check-log.ts';

/** What a verification says. docs/cli.md, exit codes 0 to 4. */
export type Verdict = 'verified' | 'failed' | 'invalid' | 'unjudged' | 'undecided';

/** The exit codes of verdicts. */
export const VERDICT_EXIT_CODES = {
  /** The proof is complete, the signer is pinned, and every required phase is green. */
  verified: 0,
  /** The proof is complete, and what it proves is not green. */
  failed: 1,
  /** The proof is broken, or an input is refused. */
  invalid: 2,
  /** Nothing was judged: a file, a service or a trusted root is missing. */
  unjudged: 3,
  /** The user has to decide: unsigned, the signer is not pinned, or the recipe is another one. */
  undecided: 4,
} as const satisfies Record<Verdict, number>;

/** How one of several can end; `cli/call/exit-codes.ts` has what ends all of them. */
export const ENDING_EXIT_CODES = {
  ...VERDICT_EXIT_CODES,
  /** sysexits EX_USAGE: the command was called wrongly. */
  usage: 64,
  /** sysexits EX_SOFTWARE: a bug. Never a verdict. */
  internal: 70,
} as const;

export type Ending = keyof typeof ENDING_EXIT_CODES;

/**
 * Worst first: the one order in which several become one. A bug may hide anything. What was called wrongly comes behind
 * broken proof, which is known, and before what is missing, which may be there the next time.
 */
export const WORST_FIRST = [
  ...(['internal', 'invalid', 'usage', 'unjudged', 'undecided', 'failed', 'verified'] as const),
] satisfies readonly Ending[];

/** The same as exit codes: 70, 2, 64, 3, 4, 1, 0. */
export const WORST_EXIT_CODES = WORST_FIRST.map((ending) => ENDING_EXIT_CODES[ending]);

const WORST_VERDICTS = WORST_FIRST.filter(
  (ending): ending is Verdict => ending in VERDICT_EXIT_CODES,
);

/**
 * The verdict of a complete list of checks. `verified` is never the default: every check must have
 * passed, except those that the caller gave up by a flag.
 *
 * @param waived checks that may be skipped, e.g. the signature's under `--allow-unsigned`
 */
export function verdictOf(checks: readonly CheckResult[], waived: ReadonlySet<string>): Verdict {
  const verdicts = new Set(checks.map((check) => verdictOfCheck(check, waived)));
  return WORST_VERDICTS.find((verdict) => verdicts.has(verdict)) ?? 'invalid';
}

function verdictOfCheck(check: CheckResult, waived: ReadonlySet<string>): Verdict {
  switch (check.outcome) {
    case 'passed':
      return 'verified';
    case 'skipped':
      return waived.has(check.name) ? 'verified' : 'undecided';
    case 'not-reached':
      // An earlier check failed and says why. This one alone is no reason to call the bundle broken.
      return 'undecided';
    case 'failed':
      return worstOf(check);
  }
}

/** What the worst of its faults means. */
function worstOf({ faults }: CheckResult): Verdict {
  const verdicts = new Set(faults.map(({ code }) => verdictOfClass(ERROR_CATALOGUE[code][0])));
  return WORST_VERDICTS.find((verdict) => verdicts.has(verdict)) ?? 'invalid';
}

/** Nobody has said what the classes that are no verdict mean of a check that failed: the worst. */
function verdictOfClass(name: ErrorClass): Verdict {
  return WORST_VERDICTS.find((verdict) => verdict === name) ?? 'invalid';
}
