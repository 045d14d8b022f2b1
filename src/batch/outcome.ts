// What became of one of many inputs, and the worst of all.
import { VERDICT_EXIT_CODES } from '../attestation/verdict.ts';
import type { Outcome } from '../report/report-json.ts';

/** Worst first: a bug before broken proof, and what was called wrongly before what is missing. */
const EXIT_CODES: ReadonlyMap<number, Outcome> = new Map<number, Outcome>([
  [70, 'internal'],
  [VERDICT_EXIT_CODES.invalid, 'invalid'],
  [64, 'usage'],
  [VERDICT_EXIT_CODES.unjudged, 'unjudged'],
  [VERDICT_EXIT_CODES.undecided, 'undecided'],
  [VERDICT_EXIT_CODES.failed, 'failed'],
  [VERDICT_EXIT_CODES.verified, 'verified'],
]);

export const WORST_OUTCOMES = [...EXIT_CODES.values()];

/** One that no report has is a bug. */
export function outcomeOf(exitCode: number): Outcome {
  return EXIT_CODES.get(exitCode) ?? 'internal';
}

export function exitCodeOf(outcome: Outcome): number {
  const [code = 70] = [...EXIT_CODES].find(([, name]) => name === outcome) ?? [];
  return code;
}
