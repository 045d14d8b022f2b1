import type { EvidenceError } from '../../errors/evidence-error.ts';
import { refusal } from '../../place.ts';

/** @param at the flag that is missing, if a command was called */
export function resultsRequired(at?: string): EvidenceError {
  const hint =
    'add --results with a file for each phase, one CTRF file of all, or their directory: CTRF, JUnit XML, go test -json or a conformance tarball; --phase PHASE=FILE says the phase of one that is not named after it';
  const expected = 'the results of the phases that were run';
  return refusal({ code: 'RESULTS_REQUIRED', at, hint }, 'no results', expected);
}
