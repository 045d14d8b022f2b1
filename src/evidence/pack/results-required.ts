import { EvidenceError } from '../../errors/evidence-error.ts';

/** @param at the flag that is missing, if a command was called */
export function resultsRequired(at?: string): EvidenceError {
  return new EvidenceError('RESULTS_REQUIRED', {
    at,
    found: 'no results',
    expected: 'the CTRF reports of the phases that were run',
    hint: 'add --results with a CTRF file for each phase, one merged CTRF file, or their directory',
  });
}
