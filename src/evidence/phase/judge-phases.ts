import { countTests } from './ctrf-document.ts';
import type { CtrfReport } from './ctrf.ts';
import { PHASES, type Phase, type PhaseResult, type PhaseTest } from './phase.ts';

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
    const flaky = tests.filter((test) => test.flaky !== undefined).length;
    const judged = { phase, required, counts: countTests(tests), flaky, checks, missing, tests };
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
 * At least one passed: nothing run, nothing failed is no success. Where the recipe
 * declares checks it must be one of them, or any trivial test would stand in for those that were skipped.
 */
export function hasProof({ checks, tests }: Pick<PhaseResult, 'checks' | 'tests'>): boolean {
  const declared = new Set(checks);
  return tests.some(
    ({ name, status }) => status === 'passed' && (declared.size === 0 || declared.has(name)),
  );
}

/** The tests that the recipe asks for come first, or a flood of others would push them out of a report. */
export function declaredFirst({ checks, tests }: PhaseResult): readonly PhaseTest[] {
  const declared = new Set(checks);
  return [
    ...tests.filter(({ name }) => declared.has(name)),
    ...tests.filter(({ name }) => !declared.has(name)),
  ];
}
