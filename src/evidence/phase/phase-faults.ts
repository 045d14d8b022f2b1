// What is to be said of phases: why they are not green, and what a reader should see all the same.

import { findingsOf, type Fault, type Finding } from '../../errors/evidence-error.ts';
import { faultAt } from '../../place.ts';
import { quote, shorten } from '../../quote.ts';
import { joined, listed, sentence, words, type Sentence } from '../../sentence.ts';
import { declaredFirst, hasProof } from './judge-phases.ts';
import { PHASES, type Phase, type PhaseResult, type PhaseTest, type TestStatus } from './phase.ts';

/** Where the report of a phase is, or the test with this index in it: what `at` says. */
export type LocatePhase = (phase: Phase, test?: number) => string;

/**
 * Evidence of nothing at all, where no phase has a fault: the recipe names none, and no test has
 * passed in those that were run. Without this, nothing run would be green.
 */
export function provenNothing(
  results: readonly PhaseResult[],
  locate: LocatePhase,
): readonly Fault[] {
  if (results.some((result) => isFault(result) || result.counts.passed > 0)) return [];
  const reported = results.find(({ state }) => state !== 'not-run');
  const at = locate(reported?.phase ?? PHASES[0]);
  const hint = 'run checks, even if the recipe names none, and give their report with --results';
  const found = 'no test that passed, in any phase';
  return [faultAt({ code: 'PHASE_NOT_GREEN', at, hint }, found, 'at least one')];
}

/** Why phases are not green, one PHASE_NOT_GREEN for each of them; empty if all are. */
export function phaseFaults(
  results: readonly PhaseResult[],
  locate: LocatePhase,
): readonly Fault[] {
  return results.filter(isFault).map((result) => ({
    code: 'PHASE_NOT_GREEN',
    at: locate(result.phase),
    found: `${result.phase}: ${causesOf(result).join('; ')}`,
    expected: result.required
      ? 'a test for each declared check, none failed, pending or other, at least one passed'
      : 'no failed test',
    hint: hintFor(result),
    sentence: sentence`${words(result.phase)}: ${sayCauses(result)}`,
  }));
}

function isFault({ required, state }: PhaseResult): boolean {
  return state === 'red' || (required && state === 'not-run');
}

function causesOf(result: PhaseResult): readonly string[] {
  if (result.state === 'not-run') return ['no report: the phase was not run'];
  const statuses: readonly TestStatus[] = ['failed', 'pending', 'other'];
  const shown = result.required ? statuses : statuses.slice(0, 1);
  return [
    ...shown.flatMap((status) => namesCause(`${status}:`, namesOf(result.tests, status))),
    ...namesCause('no test for', result.missing),
    ...unprovenCause(result),
  ];
}

/** What helps against each cause. */
function hintFor(result: PhaseResult): string {
  const { phase, state, counts, missing, required } = result;
  if (state === 'not-run') return `run the checks of ${phase} and give their report with --results`;
  const isOpen = required && counts.pending + counts.other > 0;
  const fixes = [
    ...(counts.failed > 0 ? ['fix what failed'] : []),
    ...(isOpen ? ['see that every test comes to its end'] : []),
    ...(missing.length > 0 ? ['add the missing checks, each as a test of exactly that name'] : []),
    ...(unprovenCause(result).length > 0 ? ['see that the declared checks are not skipped'] : []),
  ];
  return `${fixes.join(', ')}, and run ${phase} again`;
}

/** Names that one sentence lists, and characters of a test's own message in it. */
const MAX_SAID = { names: 3, message: 160 };

/** The causes as a person would tell them: a single failed test with its own message. */
function sayCauses(result: PhaseResult): Sentence {
  const { state, tests, missing } = result;
  if (state === 'not-run') return words('not run, though the recipe demands it');
  const failed = tests.filter(({ status }) => status === 'failed');
  const [first] = failed;
  const said = first && sayMessage(first);
  const causes = [
    ...(failed.length === 0 ? [] : [sentence`${names(failed)} failed`]),
    ...(failed.length !== 1 || said === undefined ? [] : [said]),
    ...unfinished(result),
    ...(missing.length === 0 ? [] : [sentence`no test for ${listed(missing, MAX_SAID.names)}`]),
    ...unprovenCause(result).map(words),
  ];
  return joined(causes, '; ');
}

const WITHHELD = 'the redaction withholds messages';

function sayMessage({ message = '', isRedacted }: PhaseTest): Sentence | undefined {
  if (message !== '') return sentence`it says ${shorten(message, MAX_SAID.message)}`;
  return isRedacted && words(`${WITHHELD}, so not what it said`);
}

function unfinished({ required, tests }: PhaseResult): readonly Sentence[] {
  const open = tests.filter(({ status }) => status === 'pending' || status === 'other');
  return required && open.length > 0 ? [sentence`${names(open)} did not end`] : [];
}

function names(tests: readonly PhaseTest[]): Sentence {
  return listed(
    tests.map(({ name }) => name),
    MAX_SAID.names,
  );
}

function unprovenCause(result: PhaseResult): readonly string[] {
  const { counts, missing, tests } = result;
  if (tests.length === 0) return ['no tests at all'];
  if (counts.skipped === tests.length) return ['only skipped tests'];
  const isTold = counts.failed > 0 || counts.skipped === 0 || missing.length > 0;
  const isDue = result.required && !isTold && !hasProof(result);
  return isDue ? ['no declared check passed'] : [];
}

function namesOf(tests: readonly PhaseTest[], status: TestStatus): readonly string[] {
  return tests.filter((test) => test.status === status).map(({ name }) => name);
}

/** Names that one cause lists; the report has the rest. */
const MAX_NAMES = 20;

function namesCause(cause: string, all: readonly string[]): readonly string[] {
  if (all.length === 0) return [];
  const shown = all.slice(0, MAX_NAMES).map((name) => quote(name));
  const more = all.length > MAX_NAMES ? ` and ${all.length - MAX_NAMES} more` : '';
  return [`${cause} ${shown.join(', ')}${more}`];
}

/** What a reader should see though it changes nothing: skipped and flaky checks. */
export function phaseFindings(
  results: readonly PhaseResult[],
  locate: LocatePhase,
): readonly Finding[] {
  return results.flatMap((result) => testFindings(result, locate));
}

function testFindings(result: PhaseResult, locate: LocatePhase): readonly Finding[] {
  const { phase, tests } = result;
  const places = new Map(tests.map((test, index) => [test, index]));
  const tested = declaredFirst(result);
  const placeOf = (test: PhaseTest): TestPlace => ({ phase, at: locate(phase, places.get(test)) });
  const skipped = tested.filter(({ status }) => status === 'skipped');
  const flaky = tested.filter((test) => test.flaky !== undefined);
  return [
    ...findingsOf(skipped, (test) => skippedCheck(test, placeOf(test))),
    ...findingsOf(flaky, (test) => flakyCheck(test, placeOf(test))),
  ];
}

interface TestPlace {
  readonly phase: Phase;
  readonly at: string;
}

function skippedCheck(
  { name, message = '', isRedacted }: PhaseTest,
  { at, phase }: TestPlace,
): Finding {
  const none = isRedacted ? `${WITHHELD}, also the reason if there is one` : 'no reason given';
  const why = message === '' ? words(none) : sentence`${shorten(message, MAX_SAID.message)}`;
  return {
    code: 'CHECK_SKIPPED',
    at,
    found: `${phase}: ${quote(name)} was skipped: ${message === '' ? none : quote(message)}`,
    expected: 'a check that was run',
    hint: 'decide whether the reason is acceptable; a skipped check proves nothing',
    sentence: sentence`${words(phase)}: ${name} was skipped: ${why}`,
  };
}

function flakyCheck({ name, status, flaky = '' }: PhaseTest, { at, phase }: TestPlace): Finding {
  return {
    code: 'CHECK_FLAKY',
    at,
    found: `${phase}: ${quote(name)} is flaky (${status} in the end): ${flaky}`,
    expected: 'a check that ends the same each time',
    hint: 'find out why it failed before; run it again until you trust it',
    sentence: sentence`${words(phase)}: ${name} is flaky: ${words(flaky)}`,
  };
}
