// What is wrong, the worst first, each in one sentence.
import type { CheckResult } from '../../attestation/check-log.ts';
import { WORST_FIRST } from '../../attestation/verdict.ts';
import { ERROR_CATALOGUE } from '../../errors/catalogue.ts';
import type { Fault } from '../../errors/evidence-error.ts';
import { sentence, words } from '../../sentence.ts';
import type { Inline, Problem } from './block.ts';
import { SAID_BY_BANNERS } from './verdict.ts';

/** Several checks may meet one fault. */
export function checkProblems(checks: readonly CheckResult[]): readonly Problem[] {
  const faults = new Set(checks.flatMap((check) => check.faults));
  return problemsOf([...faults].filter(({ code }) => !SAID_BY_BANNERS.has(code)));
}

export function problemsOf(faults: readonly Fault[]): readonly Problem[] {
  return faults
    .toSorted((a, b) => rank(a) - rank(b))
    .map((fault, index, all) => ({
      text: sayFault(fault),
      // What to do about several at once is said once.
      next: fault.hint === all[index - 1]?.hint ? '' : fault.hint,
      tone: classOf(fault) === 'undecided' ? 'doubtful' : 'bad',
      fault,
    }));
}

/** The sentence of its own stage, else what the code means, and where. */
export function sayFault({ sentence: own, code, at = '' }: Fault): Inline {
  if (own !== undefined) return own;
  const [, meaning] = ERROR_CATALOGUE[code];
  return at === '' ? words(meaning) : sentence`${at}: ${words(meaning)}`;
}

/** As the verdict ranks them; a class that is no verdict comes last. What is only claimed may be many: the rest of its class first. */
function rank(fault: Fault): number {
  const index = WORST_FIRST.findIndex((verdict) => verdict === classOf(fault));
  const isClaim = fault.code === 'VALUE_CLAIMED';
  return (index === -1 ? WORST_FIRST.length : index) + (isClaim ? 0.5 : 0);
}

function classOf({ code }: Fault): string {
  return ERROR_CATALOGUE[code][0];
}
