// What the tests of a report say of themselves beside their status, and what verification makes of it.
import { describe, expect, it } from 'vitest';

import { DEMO_INPUTS, edited, makeEvidence, type Judged } from './evidence.ts';

const evidence = await makeEvidence();
const PERFORMANCE = 'ctrf/performance.json';

const FIGURE = 'NCCL All Reduce bandwidth: 214.30 GB/s';
const CONTRADICTION = `FIGURE_CONTRADICTS ${PERFORMANCE}#/results/tests/0`;

/** Evidence of the demo whose report of performance differs in these places. */
async function performing(edits: Readonly<Record<string, unknown>>): Promise<Judged> {
  const results = DEMO_INPUTS.results;
  const performance = edited(results['performance'] ?? Buffer.alloc(0), edits);
  return await evidence.judge(await evidence.emit({ results: { ...results, performance } }));
}

describe('a flaky check', () => {
  it.each([
    ['flaky', { '/results/tests/0/flaky': true }],
    ['retries', { '/results/tests/0/retries': 1 }],
    ['a failed attempt', { '/results/tests/0/retryAttempts': [{ attempt: 1, status: 'failed' }] }],
    ['a failed step', { '/results/tests/0/steps': [{ name: 'warm up', status: 'failed' }] }],
    ['its raw status', { '/results/tests/0/rawStatus': 'failed' }],
  ])('is verified and shown: %s', async (_, edits) => {
    const { code, report } = await performing(edits);
    expect([code, report.verdict]).toEqual([0, 'verified']);
    expect(report['phases']).toMatchObject([
      { phase: 'deployment', flaky: 0 },
      { phase: 'performance', state: 'green', flaky: 1, counts: { passed: 1, failed: 0 } },
      { phase: 'conformance', flaky: 0 },
    ]);
    expect(report.findings.filter(({ code: found }) => found === 'CHECK_FLAKY')).toMatchObject([
      { at: `${PERFORMANCE}#/results/tests/0` },
    ]);
  });
});

function findingsOf({ report }: Judged): readonly string[] {
  return report.findings
    .filter(({ code }) => code.startsWith('FIGURE_'))
    .map(({ code, at }) => `${code} ${at}`);
}

describe('a figure', () => {
  it('is shown as a number with its unit, beside the constraint that it answers', async () => {
    const judged = await performing({});
    expect(judged.code).toBe(0);
    expect(findingsOf(judged)).toEqual([]);
    expect(judged.report['phaseConstraints']).toEqual([
      {
        ...{ phase: 'deployment', name: 'Deployment.gpu-operator.version' },
        ...{ expected: '>= v24.6.0', outcome: 'not-compared', figure: null },
      },
      {
        ...{ phase: 'performance', name: 'nccl-all-reduce-bw', expected: '>= 300' },
        ...{ outcome: 'holds' },
        figure: {
          ...{ value: 473.99, text: '473.99', unit: 'GB/s', tolerance: 10 },
          test: 'nccl-all-reduce-bw',
        },
      },
    ]);
  });

  it.each([
    ['in the list that AICR writes', [FIGURE, 'Constraint: >= 300 → true']],
    ['in one text', `starting\n${FIGURE}\n`],
    ['in one text of lines with CR LF', `starting\r\n${FIGURE}\r\n`],
    ['beside better ones', ['NCCL All Reduce bandwidth: 473.99 GB/s', FIGURE]],
  ])('that contradicts the recipe makes a phase red that says it passed: %s', async (_, stdout) => {
    const judged = await performing({ '/results/tests/0/stdout': stdout });
    expect([judged.code, judged.faults]).toEqual([1, [CONTRADICTION]]);
    expect(judged.report['phases']).toMatchObject([
      { state: 'green' },
      { phase: 'performance', state: 'red', counts: { passed: 1, failed: 0 } },
      { state: 'green' },
    ]);
    expect(judged.report['phaseConstraints']).toMatchObject([
      {},
      { outcome: 'contradicts', figure: { value: 214.3 } },
    ]);
  });

  it.each([
    ['270.00', 0, []],
    ['269.99', 1, [CONTRADICTION]],
  ])('of NCCL may miss its floor by 10 %%: %s', async (figure, code, faults) => {
    const stdout = [`NCCL All Reduce bandwidth: ${figure} GB/s`];
    const judged = await performing({ '/results/tests/0/stdout': stdout });
    expect([judged.code, judged.faults]).toEqual([code, faults]);
  });

  it.each([
    ['without stdout', undefined],
    ['with a number', 473.99],
    ['with items that are no texts', [473.99, null, { line: FIGURE }, [FIGURE]]],
    ['with a line that looks like one', ['NCCL All Reduce bandwidth: 473.99 GB/s (estimated)']],
  ])('that is nowhere is a finding: %s', async (_, stdout) => {
    const judged = await performing({ '/results/tests/0/stdout': stdout });
    expect([judged.code, judged.faults]).toEqual([0, []]);
    expect(findingsOf(judged)).toEqual([`FIGURE_MISSING ${PERFORMANCE}`]);
  });

  it('is not compared with the constraint that is printed beside it', async () => {
    const stdout = [FIGURE, 'Constraint: >= 100 → true'];
    const judged = await performing({ '/results/tests/0/stdout': stdout });
    expect([judged.code, judged.faults]).toEqual([1, [CONTRADICTION]]);
    expect(findingsOf(judged)).toEqual([
      `FIGURE_CONSTRAINT_DIFFERS ${PERFORMANCE}#/results/tests/0`,
    ]);
  });

  it('is compared with the recipe alone: another floor there, and the same figure is red', async () => {
    const recipe = Buffer.from(DEMO_INPUTS.recipe.toString().replace("'>= 300'", "'>= 600'"));
    const judged = await evidence.judge(await evidence.emit({ recipe }));
    expect([judged.code, judged.faults]).toEqual([1, [CONTRADICTION]]);
  });
});
