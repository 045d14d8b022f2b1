import type { Meanings } from './meaning.ts';

/** Results and logs. */
export const RESULT_ERRORS = {
  RESULTS_MISSING: ['invalid', 'no CTRF report was found'],
  RESULTS_PHASE_UNKNOWN: ['invalid', 'the results are of a phase that does not exist'],
  RESULTS_PHASE_CONFLICT: ['invalid', 'the results name two phases for one report'],
  RESULTS_PHASE_DUPLICATE: ['invalid', 'one phase has two reports'],
  RESULTS_SUMMARY_DIFFERS: [
    'invalid',
    'the summary of a report differs from the count of its tests',
  ],
  LOGS_INVALID: ['invalid', 'the logs directory holds something that is not a log'],
} as const satisfies Meanings;
