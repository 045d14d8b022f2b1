// What is wrong, the worst first, each in one sentence.
import { WORST_FIRST } from '../../attestation/verdict.ts';
import { ERROR_CATALOGUE } from '../../errors/catalogue.ts';
import type { ErrorClass } from '../../errors/meaning.ts';
import { sentence, words } from '../../sentence.ts';
import type { CheckJson, FaultJson } from '../report-json.ts';
import type { Inline, Problem } from './block.ts';
import { SAID_BY_BANNERS } from './verdict.ts';

export function checkProblems(checks: readonly CheckJson[]): readonly Problem[] {
  return problemsOf(distinctFaults(checks).filter(({ code }) => !SAID_BY_BANNERS.has(code)));
}

/** Several checks may meet one fault: in what was just made it is one value, in what was stored it looks the same. */
export function distinctFaults(checks: readonly Pick<CheckJson, 'faults'>[]): readonly FaultJson[] {
  const met = new Set(checks.flatMap((check) => check.faults));
  return [...new Map([...met].map((fault) => [JSON.stringify(fault), fault])).values()];
}

export function problemsOf<F extends FaultJson>(faults: readonly F[]): readonly Problem<F>[] {
  return faults
    .toSorted((a, b) => rankOfCode(a.code) - rankOfCode(b.code))
    .map((fault, index, all) => ({
      text: sayFault(fault),
      // What to do about several at once is said once.
      next: fault.hint === all[index - 1]?.hint ? '' : fault.hint,
      tone: classOf(fault) === 'undecided' ? 'doubtful' : 'bad',
      fault,
    }));
}

/** The sentence of its own stage, else what the code means, and where. */
export function sayFault({ sentence: own, code, at }: FaultJson): Inline {
  if (own !== undefined) return own;
  const [, meaning] = ERROR_CATALOGUE[code];
  return at === null || at === '' ? words(meaning) : sentence`${at}: ${words(meaning)}`;
}

/** As the verdict ranks them; a class that is no verdict comes last. What is only claimed may be many: the rest of its class first. */
export function rankOfCode(code: FaultJson['code']): number {
  const index = WORST_FIRST.findIndex((verdict) => verdict === classOf({ code }));
  return (index === -1 ? WORST_FIRST.length : index) + (code === 'VALUE_CLAIMED' ? 0.5 : 0);
}

/** Else something failed that is no fault of the evidence. */
export function isOfEvidence(fault: FaultJson): boolean {
  return ['invalid', 'failed', 'undecided'].includes(classOf(fault));
}

export function classOf({ code }: Pick<FaultJson, 'code'>): ErrorClass {
  return ERROR_CATALOGUE[code][0];
}
