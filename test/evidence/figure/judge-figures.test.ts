import { describe, expect, it } from 'vitest';

import { judgeFigures } from '../../../src/evidence/figure/judge-figures.ts';
import { locateInBundle } from '../../../src/evidence/layout.ts';
import type { Phase, PhaseTest, TestStatus } from '../../../src/evidence/phase/phase.ts';

const CHECK = 'nccl-all-reduce-bw';
const PLACE = 'ctrf/performance.json#/results/tests';

type Demand = readonly [name: string, expression: string];

function constraintOf([name, expression]: Demand, index: number) {
  const at = `recipe.yaml#/validation/performance/constraints/${index}`;
  return { name, expression, severity: undefined, remediation: undefined, at };
}

function printing(
  name: string,
  stdout: readonly string[],
  status: TestStatus = 'passed',
): PhaseTest {
  return { name, status, message: undefined, stdout };
}

/** A test of NCCL that measured this. */
function measuring(text: string, status?: TestStatus): PhaseTest {
  return printing(CHECK, [`NCCL All Reduce bandwidth: ${text} GB/s`], status);
}

/** What becomes of these demands on performance, whose report has these tests. */
function judge(demands: readonly Demand[], tests: readonly PhaseTest[] | undefined) {
  const phases = [
    { phase: 'performance', checks: [CHECK], constraints: demands.map(constraintOf) },
  ] as const;
  const reports = new Map<Phase, { tests: readonly PhaseTest[] }>();
  if (tests !== undefined) reports.set('performance', { tests });
  return judgeFigures({ phases, dialect: 'current' }, reports, locateInBundle);
}

const codes = (faults: readonly { readonly code: string }[]) => faults.map(({ code }) => code);

describe('judgeFigures', () => {
  it('shows the figure beside the constraint that it answers', () => {
    const { constraints, faults, findings } = judge(
      [
        ['Deployment.gpu-operator.version', '>= v24.6.0'],
        [CHECK, '>= 300'],
      ],
      [measuring('488.37')],
    );
    expect(constraints).toEqual([
      {
        ...{
          phase: 'performance',
          name: 'Deployment.gpu-operator.version',
          expected: '>= v24.6.0',
        },
        ...{ outcome: 'not-compared', figure: undefined },
      },
      {
        ...{ phase: 'performance', name: CHECK, expected: '>= 300', outcome: 'holds' },
        figure: { value: 488.37, text: '488.37', unit: 'GB/s', tolerance: 10, test: CHECK },
      },
    ]);
    expect([faults, findings]).toEqual([[], []]);
  });

  it('contradicts a test that passed, and says so in one sentence', () => {
    const { constraints, faults } = judge([[CHECK, '>= 300']], [measuring('214.30')]);
    expect(constraints).toMatchObject([{ outcome: 'contradicts', figure: { value: 214.3 } }]);
    expect(faults).toEqual([
      {
        code: 'FIGURE_CONTRADICTS',
        at: `${PLACE}/0`,
        found: 'performance: "nccl-all-reduce-bw" measured 214.30 GB/s, in a test that passed',
        expected: '">= 300", or up to 10 % less',
        hint: 'find out why the test passed all the same, fix what it measures, and run it again',
        sentence: [
          ...['performance', ': ', { value: CHECK }, ' measured ', { value: '214.30 GB/s' }],
          ...[', ', 'the recipe wants ', 'at least ', { value: '300' }],
        ],
      },
    ]);
  });

  it.each([
    [CHECK, '>= 300', '270.00', 'holds'],
    [CHECK, '>= 300', '269.99', 'contradicts'],
    [CHECK, '> 300', '270.00', 'contradicts'],
    ['nccl-all-reduce-bw-net', '>= 40', '36.00', 'holds'],
    ['nccl-all-reduce-bw-nvls', '>= 500', '449.99', 'contradicts'],
  ])('takes 0.9 times for enough of %s: %s, %s %s', (name, expression, text, outcome) => {
    const test = printing(name, [`NCCL All Reduce bandwidth (${name}): ${text} GB/s`]);
    expect(judge([[name, expression]], [test]).constraints).toMatchObject([{ outcome }]);
  });

  it.each([
    ['inference-throughput', '>= 5000', 'holds'],
    ['inference-throughput', '>= 5000.01', 'contradicts'],
    ['inference-ttft-p99', '<= 200', 'holds'],
    ['inference-ttft-p99', '<= 199.99', 'contradicts'],
  ])('takes what the recipe says for inference: %s %s %s', (name, expression, outcome) => {
    const test = printing('inference-perf', [
      'RESULT: Inference throughput: 5000.00 tokens/sec',
      'RESULT: Inference TTFT p99: 200.00 ms',
    ]);
    const { constraints } = judge([[name, expression]], [test]);
    expect(constraints).toMatchObject([{ outcome, figure: { test: 'inference-perf' } }]);
  });

  it.each([
    ['>= 300', 'holds', '310.00'],
    ['<= 900', 'holds', '700.00'],
    ['>= 400', 'contradicts', '310.00'],
    ['<= 600', 'contradicts', '700.00'],
    ['>= 300 <= 600', 'contradicts', '700.00'],
    ['>= 400 <= 600', 'contradicts', '310.00'],
    ['<= 600 >= 400', 'contradicts', '700.00'],
  ])('of several figures counts the worst: %s %s with %s', (expression, outcome, text) => {
    const inOneTest = ['500.00', '310.00', '700.00', '310.00'].map(
      (figure) => `NCCL All Reduce bandwidth: ${figure} GB/s`,
    );
    const inSeveral = [measuring('500.00'), measuring('700.00', 'other'), measuring('310.00')];
    for (const tests of [[printing(CHECK, inOneTest)], inSeveral, inSeveral.toReversed()]) {
      const { constraints } = judge([[CHECK, expression]], tests);
      expect(constraints).toMatchObject([{ outcome, figure: { text } }]);
    }
  });

  it.each([
    ['< 100 || > 200', ['50.00', '150.00', '250.00'], 'unevaluable'],
    ['!= 300', ['299.00', '300.00', '301.00'], 'unevaluable'],
    ['< 100 || > 200', ['150.00', '250.00'], 'contradicts'],
    ['< 100 || > 200', ['250.00', '250.00'], 'holds'],
    ['>= 100 <= 300', ['150.00', '250.00'], 'holds'],
  ])('does not say that %s holds of %j unless each does', (expression, figures, outcome) => {
    const lines = figures.map((figure) => `NCCL All Reduce bandwidth: ${figure} GB/s`);
    const { constraints, findings } = judge([[CHECK, expression]], [printing(CHECK, lines)]);
    expect(constraints).toMatchObject([{ outcome }]);
    expect(codes(findings).includes('FIGURE_UNEVALUABLE')).toBe(outcome === 'unevaluable');
  });

  it('names the test that printed the worst', () => {
    const tests = [measuring('400.00'), measuring('100.00', 'failed'), measuring('350.00')];
    const { faults } = judge([[CHECK, '>= 300']], tests);
    expect(faults).toMatchObject([{ code: 'FIGURE_CONTRADICTS', at: `${PLACE}/1` }]);
    expect(faults[0]?.found).not.toContain('passed');
  });

  it('compares each of several constraints of one name', () => {
    const { constraints, faults } = judge(
      [
        [CHECK, '>= 300'],
        [CHECK, '>= 400'],
      ],
      [measuring('350.00')],
    );
    expect(constraints.map(({ outcome }) => outcome)).toEqual(['holds', 'contradicts']);
    expect(codes(faults)).toEqual(['FIGURE_CONTRADICTS']);
  });

  it.each([
    ['nobody printed', []],
    ['a skipped test printed', [measuring('488.37', 'skipped')]],
    ['a test that never started printed', [measuring('488.37', 'pending')]],
    ['a test of another name printed', [{ ...measuring('488.37'), name: 'all-reduce' }]],
    ['is none', [measuring('NaN')]],
  ])('misses a figure that %s', (_, tests) => {
    const { constraints, faults, findings } = judge([[CHECK, '>= 300']], tests);
    expect(constraints).toMatchObject([{ outcome: 'not-measured', figure: undefined }]);
    expect(faults).toEqual([]);
    expect(findings).toMatchObject([{ code: 'FIGURE_MISSING', at: 'ctrf/performance.json' }]);
    expect(findings[0]?.found).toContain(CHECK);
  });

  it('says nothing more of a phase that was not run', () => {
    const { constraints, faults, findings } = judge([[CHECK, '>= 300']], undefined);
    expect(constraints).toMatchObject([{ outcome: 'not-measured' }]);
    expect([faults, findings]).toEqual([[], []]);
  });

  it('says that a constraint demands no number, and shows the figure all the same', () => {
    const { constraints, faults, findings } = judge([[CHECK, '300']], [measuring('214.30')]);
    expect(constraints).toMatchObject([{ outcome: 'unevaluable', figure: { text: '214.30' } }]);
    expect(faults).toEqual([]);
    expect(findings).toMatchObject([
      { code: 'FIGURE_UNEVALUABLE', at: 'recipe.yaml#/validation/performance/constraints/0' },
    ]);
  });

  it('never asks the constraint that was printed, and says that it is another one', () => {
    const test = (text: string) =>
      printing(CHECK, [`NCCL All Reduce bandwidth: ${text} GB/s`, 'Constraint: >= 100 → true']);
    for (const [text, outcome] of [
      ['214.30', 'contradicts'],
      ['488.37', 'holds'],
    ] as const) {
      const { constraints, findings } = judge(
        [[CHECK, '>= 300']],
        [measuring('500.00'), test(text)],
      );
      expect(constraints).toMatchObject([{ outcome }]);
      expect(findings).toMatchObject([
        {
          code: 'FIGURE_CONSTRAINT_DIFFERS',
          at: `${PLACE}/1`,
          found: 'performance: the test compared "nccl-all-reduce-bw" with ">= 100"',
          expected: '">= 300"',
        },
      ]);
    }
  });

  it.each([
    ['the same', [[CHECK, '>= 300']], []],
    ['the same but for blanks around it', [[CHECK, ' >= 300 ']], []],
    [
      'one of two',
      [
        [CHECK, '<= 900'],
        [CHECK, '>= 300'],
      ],
      [],
    ],
    ['another spelling', [[CHECK, '>=300']], ['FIGURE_CONSTRAINT_DIFFERS']],
    ['one that the recipe does not have', [], ['FIGURE_CONSTRAINT_DIFFERS']],
  ] as const)(
    'compares the printed constraint with the text of the recipe: %s',
    (_, demands, found) => {
      const lines = ['NCCL All Reduce bandwidth: 488.37 GB/s', 'Constraint: >= 300 → true'];
      expect(codes(judge(demands, [printing(CHECK, lines)]).findings)).toEqual(found);
    },
  );

  it('says once that constraints differ, however often they are printed', () => {
    const lines = Array.from({ length: 1000 }, (_, index) => `Constraint: >= ${index} → true`);
    const tests = [measuring('488.37'), printing(CHECK, lines), printing(CHECK, lines)];
    const { findings } = judge([[CHECK, '>= 300']], tests);
    expect(findings).toMatchObject([
      { at: `${PLACE}/1`, found: expect.stringContaining('">= 0"') },
    ]);
  });
});
