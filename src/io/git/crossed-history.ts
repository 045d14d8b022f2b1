import { EvidenceError } from '../../errors/evidence-error.ts';
import { escapeInvisible } from '../../quote.ts';
import { commandLine } from '../../shell-words.ts';

/** Says that it is not one commit from which a change is counted, and how it becomes one. */
export function crossedHistory(
  directory: string,
  bases: readonly string[],
  [base, head]: readonly [string, string],
): EvidenceError {
  return new EvidenceError('GIT_HISTORY_CROSSED', {
    at: escapeInvisible(directory),
    found: `${bases.length} commits from which both ${base} and ${head} come: ${bases.join(', ')}`,
    expected: 'one, from which the change is counted',
    hint: `make the change again on the tip of the base: ${commandLine(['git', '-C', directory, 'rebase', base, head])}`,
  });
}
