import type { Fault, Finding } from '../../errors/evidence-error.ts';
import { quote } from '../../quote.ts';
import { countTests } from './ctrf-document.ts';
import type { CtrfReport } from './ctrf.ts';
import { PHASES, type Phase, type PhaseResult, type PhaseTest, type TestStatus } from './phase.ts';

/** A phase that the recipe's `validation` block names, with the checks that it declares. */
export interface DeclaredPhase {
  readonly phase: Phase;
  readonly checks: readonly string[];
}

/** What the recipe demands of each phase and what the reports show: all three phases, in order. */
export function judgePhases(
  declared: readonly DeclaredPhase[],
  reports: ReadonlyMap<Phase, Pick<CtrfReport, 'tests'>>,
): readonly PhaseResult[] {
  return PHASES.map((phase) => {
    const demands = declared.filter((entry) => entry.phase === phase);
    const required = demands.length > 0;
    const report = reports.get(phase);
    const tests = report?.tests ?? [];
    const names = new Set(tests.map(({ name }) => name));
    const checks = [...new Set(demands.flatMap((entry) => entry.checks))];
    const missing = checks.filter((check) => !names.has(check));
    const judged = { phase, required, counts: countTests(tests), checks, missing, tests };
    return { ...judged, state: report === undefined ? 'not-run' : stateOf(judged) };
  });
}

function stateOf(judged: Omit<PhaseResult, 'state'>): 'green' | 'red' {
  const { required, counts, missing } = judged;
  if (!required) return counts.failed > 0 ? 'red' : 'green';
  const isBad = counts.failed > 0 || counts.pending > 0 || counts.other > 0;
  return !isBad && missing.length === 0 && hasProof(judged) ? 'green' : 'red';
}

/**
 * At least one passed: nothing run, nothing failed is no success (a vacuous pass). Where the recipe
 * declares checks it must be one of them, or any trivial test would stand in for those that were skipped.
 */
function hasProof({ checks, tests }: Pick<PhaseResult, 'checks' | 'tests'>): boolean {
  const declared = new Set(checks);
  return tests.some(
    ({ name, status }) => status === 'passed' && (declared.size === 0 || declared.has(name)),
  );
}

/** Where the report of a phase is, or the test with this index in it: what `at` says. */
export type LocatePhase = (phase: Phase, test?: number) => string;

/**
 * Evidence of nothing at all, where no phase has a fault: the recipe names none, and no test has
 * passed in those that were run. Without this, nothing run would be green.
 */
export function vacuousFaults(
  results: readonly PhaseResult[],
  locate: LocatePhase,
): readonly Fault[] {
  if (results.some((result) => isFault(result) || result.counts.passed > 0)) return [];
  const reported = results.find(({ state }) => state !== 'not-run');
  return [
    {
      code: 'PHASE_NOT_GREEN',
      at: locate(reported?.phase ?? PHASES[0]),
      found: 'no test that passed, in any phase (vacuous)',
      expected: 'at least one',
      hint: 'run checks, even if the recipe names none, and give their report with --results',
    },
  ];
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
    hint:
      result.state === 'not-run'
        ? `run the checks of ${result.phase} and give their report with --results`
        : `correct what failed and run the checks of ${result.phase} again`,
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
    ...vacuousCause(result),
  ];
}

function vacuousCause(result: PhaseResult): readonly string[] {
  const { counts, missing, tests } = result;
  if (tests.length === 0) return ['no tests at all (vacuous)'];
  if (counts.skipped === tests.length) return ['only skipped tests (vacuous)'];
  const isTold = !result.required || missing.length > 0 || hasProof(result);
  return isTold ? [] : ['no declared check passed (vacuous)'];
}

function namesOf(tests: readonly PhaseTest[], status: TestStatus): readonly string[] {
  return tests.filter((test) => test.status === status).map(({ name }) => name);
}

/** Names that one cause lists; the report has the rest. */
const MAX_NAMES = 20;

function namesCause(words: string, names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const shown = names.slice(0, MAX_NAMES).map((name) => quote(name));
  const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : '';
  return [`${words} ${shown.join(', ')}${more}`];
}

/** What a reader should see though it changes nothing: phases nobody asked for, skipped checks. */
export function phaseFindings(
  results: readonly PhaseResult[],
  locate: LocatePhase,
): readonly Finding[] {
  return results.flatMap((result) => [
    ...notListed(result, locate),
    ...skippedChecks(result, locate),
  ]);
}

function notListed(
  { phase, required, state }: PhaseResult,
  locate: LocatePhase,
): readonly Finding[] {
  if (required || state === 'not-run') return [];
  return [
    {
      code: 'PHASE_NOT_LISTED',
      at: locate(phase),
      found: `a report of ${phase}`,
      expected: 'reports of the phases that the validation block of the recipe names',
      hint: 'nothing to do: the report is packed, and only a failed test in it counts',
    },
  ];
}

function skippedChecks(result: PhaseResult, locate: LocatePhase): readonly Finding[] {
  const { phase, tests } = result;
  return declaredFirst(result)
    .filter(({ status }) => status === 'skipped')
    .map((test) => ({
      code: 'CHECK_SKIPPED',
      at: locate(phase, tests.indexOf(test)),
      found: `${phase}: ${quote(test.name)} was skipped: ${test.message === undefined ? 'no reason given' : quote(test.message)}`,
      expected: 'a check that was run',
      hint: 'decide whether the reason is acceptable; a skipped check proves nothing',
    }));
}

/** The tests that the recipe asks for come first, or a flood of others would push them out of a report. */
export function declaredFirst({ checks, tests }: PhaseResult): readonly PhaseTest[] {
  const declared = new Set(checks);
  return [
    ...tests.filter(({ name }) => declared.has(name)),
    ...tests.filter(({ name }) => !declared.has(name)),
  ];
}
