// What the tests of a report say of themselves beside their status, and what verification makes of it.
import { describe, expect, it } from 'vitest';

import { DEMO_INPUTS, edited, makeEvidence, type Judged } from './evidence.ts';

const evidence = await makeEvidence();
const PERFORMANCE = 'ctrf/performance.json';

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
