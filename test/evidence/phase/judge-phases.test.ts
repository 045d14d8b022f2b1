import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { locateInBundle } from '../../../src/evidence/layout.ts';
import { countTests } from '../../../src/evidence/phase/ctrf-document.ts';
import { judgePhases } from '../../../src/evidence/phase/judge-phases.ts';
import {
  phaseFaults,
  phaseFindings,
  provenNothing,
} from '../../../src/evidence/phase/phase-faults.ts';
import { PHASES, TEST_STATUSES } from '../../../src/evidence/phase/phase.ts';
import type { Phase, PhaseTest, TestStatus } from '../../../src/evidence/phase/phase.ts';

function testOf(name: string, status: TestStatus = 'passed', message?: string): PhaseTest {
  return { name, status, message };
}

function reportsOf(phase: Phase, tests: readonly PhaseTest[]) {
  return new Map([[phase, { tests, counts: countTests(tests) }]]);
}

const DECLARED = [
  { phase: 'deployment', checks: ['operator-health', 'check-nvidia-smi'] },
] as const;
const GOOD = [testOf('operator-health'), testOf('check-nvidia-smi')];

/** What is said of deployment, which has these tests. */
function judge(tests: readonly PhaseTest[]) {
  const results = judgePhases(DECLARED, reportsOf('deployment', tests));
  return {
    result: results[0],
    faults: phaseFaults(results, locateInBundle),
    findings: phaseFindings(results, locateInBundle),
  };
}

const anyTest = fc.record({
  name: fc.constantFrom('a', 'b', 'c', 'd'),
  status: fc.constantFrom(...TEST_STATUSES),
  message: fc.constant(undefined),
});
const anyChecks = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 });

describe('judgePhases', () => {
  it('is green when every declared check passed', () => {
    const { result, faults, findings } = judge(GOOD);
    expect(result).toEqual({
      phase: 'deployment',
      required: true,
      state: 'green',
      counts: { passed: 2, failed: 0, skipped: 0, pending: 0, other: 0 },
      flaky: 0,
      checks: GOOD.map(({ name }) => name),
      missing: [],
      tests: GOOD,
    });
    expect(faults).toEqual([]);
    expect(findings).toEqual([]);
  });

  it('judges all three phases, in order', () => {
    const results = judgePhases(DECLARED, reportsOf('deployment', GOOD));
    expect(results.map(({ phase, state }) => [phase, state])).toEqual([
      ['deployment', 'green'],
      ['performance', 'not-run'],
      ['conformance', 'not-run'],
    ]);
  });

  it('E-15 is not green without a report', () => {
    const results = judgePhases(DECLARED, new Map());
    expect(results[0]).toMatchObject({ state: 'not-run', missing: DECLARED[0].checks });
    expect(phaseFaults(results, locateInBundle)).toMatchObject([
      {
        code: 'PHASE_NOT_GREEN',
        at: 'ctrf/deployment.json',
        found: 'deployment: no report: the phase was not run',
      },
    ]);
  });

  it('E-15 is not green without a test, and says so', () => {
    const { result, faults } = judge([]);
    expect(result?.state).toBe('red');
    expect(faults).toMatchObject([{ code: 'PHASE_NOT_GREEN', at: 'ctrf/deployment.json' }]);
    expect(faults[0]?.found).toContain('; no tests at all');
  });

  it('E-15 is not green with skipped tests alone, and says so', () => {
    const { result, faults } = judge(GOOD.map(({ name }) => testOf(name, 'skipped')));
    expect(result?.state).toBe('red');
    expect(faults[0]?.found).toBe('deployment: only skipped tests');
  });

  it.each<[string, readonly PhaseTest['status'][], found: string, hint: string]>([
    [
      'all failed: nothing else is to be fixed',
      ['failed', 'failed'],
      'failed: "operator-health", "check-nvidia-smi"',
      'fix what failed, and run deployment again',
    ],
    [
      'one failed and one was skipped',
      ['failed', 'skipped'],
      'failed: "operator-health"',
      'fix what failed, and run deployment again',
    ],
  ])('of declared checks that %s, says only what is the cause', (_, statuses, found, hint) => {
    const tests = GOOD.map(({ name }, index) => testOf(name, statuses[index]));
    expect(judge(tests).faults).toMatchObject([{ found: `deployment: ${found}`, hint }]);
  });

  it('says that no declared check passed where they were skipped and another passed', () => {
    const tests = [...GOOD.map(({ name }) => testOf(name, 'skipped')), testOf('more')];
    expect(judge(tests).faults).toMatchObject([
      {
        found: 'deployment: no declared check passed',
        hint: 'see that the declared checks are not skipped, and run deployment again',
      },
    ]);
  });

  it('E-15 is not green without a test even if the recipe declares no check', () => {
    const declared = [{ phase: 'deployment', checks: [] }] as const;
    const [result] = judgePhases(declared, reportsOf('deployment', []));
    expect(result?.state).toBe('red');
  });

  it('E-18 is not green with one failed test, and names the phase and the test', () => {
    const { result, faults } = judge([...GOOD, testOf('gpu-operator-version', 'failed')]);
    expect(result?.state).toBe('red');
    expect(faults).toMatchObject([
      {
        code: 'PHASE_NOT_GREEN',
        at: 'ctrf/deployment.json',
        found: 'deployment: failed: "gpu-operator-version"',
      },
    ]);
  });

  it.each<[string, readonly PhaseTest[], hint: string]>([
    ['a failed test', [...GOOD, testOf('x', 'failed')], 'fix what failed, and'],
    [
      'a test without end',
      [...GOOD, testOf('x', 'pending')],
      'see that every test comes to its end, and',
    ],
    [
      'a missing check',
      GOOD.slice(1),
      'add the missing checks, each as a test of exactly that name, and',
    ],
    [
      'nothing but skipped ones',
      GOOD.map(({ name }) => testOf(name, 'skipped')),
      'see that the declared checks are not skipped, and',
    ],
    [
      'one that failed and one that is missing',
      [testOf('operator-health', 'failed')],
      'fix what failed, add the missing checks, each as a test of exactly that name, and',
    ],
  ])('says what to do about %s, and nothing else', (_, tests, hint) => {
    expect(judge(tests).faults.map((fault) => fault.hint)).toEqual([
      `${hint} run deployment again`,
    ]);
  });

  it('says of a phase that was not run that it has to be', () => {
    const [fault] = phaseFaults(judgePhases(DECLARED, new Map()), locateInBundle);
    expect(fault?.hint).toBe('run the checks of deployment and give their report with --results');
  });

  it.each(['pending', 'other'] as const)('is not green with a test that is %s', (status) => {
    const { result, faults } = judge([...GOOD, testOf('late', status)]);
    expect(result?.state).toBe('red');
    expect(faults[0]?.found).toBe(`deployment: ${status}: "late"`);
  });

  it('is not green when a declared check has no test, and names it', () => {
    const { result, faults } = judge([testOf('operator-health'), testOf('Check-nvidia-smi')]);
    expect(result).toMatchObject({ state: 'red', missing: ['check-nvidia-smi'] });
    expect(faults[0]?.found).toBe('deployment: no test for "check-nvidia-smi"');
  });

  it('is not green when one of two tests of one name failed', () => {
    const { result } = judge([...GOOD, testOf('operator-health', 'failed')]);
    expect(result).toMatchObject({ state: 'red', counts: { passed: 2, failed: 1 } });
  });

  it('is green with a skipped check beside one that passed, and lists it with its reason', () => {
    const { result, faults, findings } = judge([
      testOf('operator-health'),
      testOf('check-nvidia-smi', 'skipped', 'no-gpu-nodes'),
    ]);
    expect(result?.state).toBe('green');
    expect(faults).toEqual([]);
    expect(findings).toMatchObject([
      { code: 'CHECK_SKIPPED', at: 'ctrf/deployment.json#/results/tests/1' },
    ]);
    expect(findings[0]?.found).toContain('"no-gpu-nodes"');
  });

  it('is green with a flaky check, counts it and lists it with what shows it', () => {
    const flaky = { ...testOf('operator-health'), flaky: 'retries 2' };
    const { result, faults, findings } = judge([testOf('check-nvidia-smi'), flaky]);
    expect(result).toMatchObject({ state: 'green', flaky: 1, counts: { passed: 2, failed: 0 } });
    expect(faults).toEqual([]);
    expect(findings).toMatchObject([
      {
        code: 'CHECK_FLAKY',
        at: 'ctrf/deployment.json#/results/tests/1',
        found: 'deployment: "operator-health" is flaky (passed in the end): retries 2',
      },
    ]);
  });

  it('says nothing of a phase that the recipe does not list, if none of its tests failed', () => {
    const results = judgePhases([], reportsOf('performance', [testOf('x', 'other')]));
    expect(results[1]).toMatchObject({ required: false, state: 'green' });
    expect(phaseFaults(results, locateInBundle)).toEqual([]);
    expect(phaseFindings(results, locateInBundle)).toEqual([]);
  });

  it('E-15 has proven nothing where the recipe names no phase and no test has passed', () => {
    const empty = [
      judgePhases([], new Map()),
      judgePhases([], reportsOf('performance', [])),
      judgePhases([], reportsOf('performance', [testOf('x', 'skipped')])),
    ];
    for (const results of empty) {
      expect(provenNothing(results, locateInBundle)).toMatchObject([
        { code: 'PHASE_NOT_GREEN', found: 'no test that passed, in any phase' },
      ]);
    }
    const red = [testOf('x', 'failed')];
    expect(provenNothing(judgePhases([], reportsOf('performance', red)), locateInBundle)).toEqual(
      [],
    );
    expect(
      provenNothing(judgePhases([], reportsOf('performance', [testOf('x')])), locateInBundle),
    ).toEqual([]);
  });

  it('counts a failed test in a phase that the recipe does not list', () => {
    const tests = [testOf('x', 'failed'), testOf('y', 'other')];
    const results = judgePhases([], reportsOf('performance', tests));
    expect(results[1]?.state).toBe('red');
    expect(phaseFaults(results, locateInBundle)).toMatchObject([
      { code: 'PHASE_NOT_GREEN', at: 'ctrf/performance.json', found: 'performance: failed: "x"' },
    ]);
  });

  it('says nothing of a phase that nobody asked for and nobody ran', () => {
    const results = judgePhases([], new Map());
    expect(phaseFaults(results, locateInBundle)).toEqual([]);
    expect(phaseFindings(results, locateInBundle)).toEqual([]);
  });

  it('names twenty tests at most and counts the rest', () => {
    const tests = Array.from({ length: 23 }, (_, index) => testOf(`test-${index}`, 'failed'));
    const { faults } = judge([...GOOD, ...tests]);
    expect(faults[0]?.found).toContain('"test-19" and 3 more');
    expect(faults[0]?.found).not.toContain('test-20');
  });

  it('escapes what would rewrite a line of a terminal', () => {
    const { faults } = judge([...GOOD, testOf('a\u{1b}[2K\u{202e}', 'failed')]);
    expect(faults[0]?.found).toBe(String.raw`deployment: failed: "a\u001b[2K\u202e"`);
  });

  it('is never green but by the whole rule', () => {
    fc.assert(
      fc.property(anyChecks, fc.array(anyTest, { maxLength: 6 }), (checks, tests) => {
        const declared = [{ phase: 'conformance', checks }] as const;
        const results = judgePhases(declared, reportsOf('conformance', tests));
        const isOf = (status: TestStatus) => tests.some((test) => test.status === status);
        const hasAll = checks.every((check) => tests.some(({ name }) => name === check));
        const isBad = isOf('failed') || isOf('pending') || isOf('other');
        const declaredNames: readonly string[] = checks;
        const counted = tests.filter(
          ({ name }) => checks.length === 0 || declaredNames.includes(name),
        );
        const isProven = counted.some(({ status }) => status === 'passed');
        const green = isProven && hasAll && !isBad;
        expect(results[2]?.state).toBe(green ? 'green' : 'red');
        expect(phaseFaults(results, locateInBundle)).toHaveLength(green ? 0 : 1);
      }),
    );
  });

  it('has a fault for each phase that is red, or demanded and not run, and for no other', () => {
    const declared = fc.uniqueArray(
      fc.record({ phase: fc.constantFrom(...PHASES), checks: anyChecks }),
      { selector: ({ phase }) => phase },
    );
    const reports = fc.uniqueArray(
      fc.tuple(fc.constantFrom(...PHASES), fc.array(anyTest, { maxLength: 4 })),
      { selector: ([phase]) => phase },
    );
    fc.assert(
      fc.property(declared, reports, (phases, pairs) => {
        const given = new Map(
          pairs.map(([phase, tests]) => [phase, { tests, counts: countTests(tests) }]),
        );
        const results = judgePhases(phases, given);
        const red = results.filter(
          ({ state, required }) => state === 'red' || (required && state === 'not-run'),
        );
        expect(phaseFaults(results, locateInBundle).map(({ at }) => at)).toEqual(
          red.map(({ phase }) => `ctrf/${phase}.json`),
        );
        expect(phaseFaults(results, locateInBundle).every(({ found }) => /: .+/.test(found))).toBe(
          true,
        );
      }),
    );
  });
});
