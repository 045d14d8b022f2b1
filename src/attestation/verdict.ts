import { ERROR_CATALOGUE } from '../errors/catalogue.ts';
import type { ErrorClass } from '../errors/meaning.ts';
import type { CheckResult } from './check-log.ts';

/** What a verification says. docs/cli.md, exit codes 0 to 4. */
export type Verdict = 'verified' | 'failed' | 'invalid' | 'unjudged' | 'undecided';

/** The exit codes of verdicts; `cli/call/exit-codes.ts` has the others. */
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

/** Worst first: the order in which several verdicts become one. */
export const WORST_FIRST = ['invalid', 'unjudged', 'undecided', 'failed', 'verified'] as const;

/**
 * The verdict of a complete list of checks. `verified` is never the default: every check must have
 * passed, except those that the caller gave up by a flag.
 *
 * @param waived checks that may be skipped, e.g. the signature's under `--allow-unsigned`
 */
export function verdictOf(checks: readonly CheckResult[], waived: ReadonlySet<string>): Verdict {
  const verdicts = new Set(checks.map((check) => verdictOfCheck(check, waived)));
  return WORST_FIRST.find((verdict) => verdicts.has(verdict)) ?? 'invalid';
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
  return WORST_FIRST.find((verdict) => verdicts.has(verdict)) ?? 'invalid';
}

/** Nobody has said what the classes that are no verdict mean of a check that failed: the worst. */
function verdictOfClass(name: ErrorClass): Verdict {
  return WORST_FIRST.find((verdict) => verdict === name) ?? 'invalid';
}
