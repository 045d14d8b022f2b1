import { readFileSync } from 'node:fs';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { aicrVersionOf, parsePhaseReport, parseResults } from '../../../src/evidence/phase/ctrf.ts';
import { PHASES, TEST_STATUSES } from '../../../src/evidence/phase/phase.ts';
import { MAX_JSON_BYTES } from '../../../src/limits.ts';
import { refusalOf } from '../../document/refusal.ts';
import { propertyRuns } from '../../property-runs.ts';
import { bytesOf, exampleReport, exampleTest, found, named } from './example-reports.ts';

const GOOD = exampleReport([
  exampleTest('operator-health', 'passed', { suite: ['deployment'] }),
  exampleTest('check-nvidia-smi', 'failed', { suite: ['deployment'], message: 'node 3 is silent' }),
]);

const MERGED = exampleReport([
  exampleTest('operator-health', 'passed', { suite: ['deployment'] }),
  exampleTest('cluster-autoscaling', 'skipped', { suite: 'conformance', message: 'none here' }),
  exampleTest('nccl-all-reduce-bw', 'failed', { suite: ['performance', 'nccl'] }),
  exampleTest('dra-support', 'passed', { suite: ['conformance'] }),
]);

/** The report with one field of `results` changed. */
function withResults(change: Record<string, unknown>) {
  return { ...GOOD, results: { ...GOOD.results, ...change } };
}

function withTest(change: Record<string, unknown>) {
  return exampleReport([{ ...exampleTest('operator-health'), ...change }]);
}

function withTool([name, version]: readonly (string | undefined)[]) {
  const report = exampleReport([]);
  return { ...report, results: { ...report.results, tool: { name, version } } };
}

const FLAKY = { flaky: true, retries: 2 };

function attempt(status: string) {
  return { name: 'one', status };
}

function onlyTest(change: Record<string, unknown>) {
  return parsePhaseReport(bytesOf(withTest(change)), 'ctrf/deployment.json').tests[0];
}

function refusal(name: string, value: unknown) {
  return refusalOf(() => parseResults([named(name, value)]));
}

function text(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes);
}

describe('parseResults', () => {
  it('packs a report of one phase byte for byte', () => {
    const input = named('results/deployment.json', GOOD);
    const report = parseResults([input]).reports.get('deployment');
    expect(report?.bytes).toBe(input.bytes);
    expect(report?.counts).toEqual({ passed: 1, failed: 1, skipped: 0, pending: 0, other: 0 });
    expect(report?.tool).toEqual({ name: 'aicr', version: 'v1.0.0' });
    expect(report?.tests).toEqual([
      { name: 'operator-health', status: 'passed', message: undefined },
      { name: 'check-nvidia-smi', status: 'failed', message: 'node 3 is silent' },
    ]);
  });

  it.each([
    ['flaky', { flaky: true }, 'flaky is true'],
    ['a retry', { retries: 1 }, 'retries 1'],
    ['retries as a text', { retries: '2' }, 'retries 2'],
    [
      'a failed attempt',
      { retryAttempts: [attempt('failed'), attempt('passed')] },
      '1 failed attempt',
    ],
    ['failed steps', { steps: [attempt('failed'), attempt('failed')] }, '2 failed steps'],
    ['the status of its runner', { rawStatus: 'FAILURE' }, 'rawStatus "FAILURE"'],
    [
      'all of them',
      { ...FLAKY, steps: [attempt('failed')] },
      'flaky is true, retries 2, 1 failed step',
    ],
    ['one that was skipped', { status: 'skipped', retries: 3 }, 'retries 3'],
  ])('sees that a test is flaky by %s', (_, change, sign) => {
    expect(onlyTest(change)?.flaky).toBe(sign);
  });

  it.each([
    ['flaky: false', { flaky: false }],
    ['no retries', { retries: 0 }],
    ['fewer', { retries: -1 }],
    ['retries that are no number', { retries: 'no' }],
    ['retries that JSON does not write so', { retries: '0x2' }],
    ['attempts that passed', { retryAttempts: [attempt('passed')], steps: [] }],
    ['another raw status', { rawStatus: 'passed' }],
    ['fields of another shape', { flaky: {}, retries: [], retryAttempts: {}, steps: ['failed'] }],
    ['a test that failed', { ...FLAKY, status: 'failed', rawStatus: 'failed' }],
  ])('does not take for flaky: %s', (_, change) => {
    expect(onlyTest(change)?.flaky).toBeUndefined();
  });

  it('takes the phase from the suite, whatever the file is called', () => {
    const { reports } = parseResults([named('run-17.json', GOOD)]);
    expect([...reports.keys()]).toEqual(['deployment']);
  });

  it.each([
    ['results/conformance.json', undefined],
    ['C:\\results\\conformance.json', undefined],
    ['conformance', undefined],
    ['conformance.json', []],
    ['conformance.json', null],
  ])('takes the phase from the file name %s if the suite is %j', (name, suite) => {
    const { reports } = parseResults([named(name, withTest({ suite }))]);
    expect([...reports.keys()]).toEqual(['conformance']);
  });

  it('splits a merged report, in the order of the phases', () => {
    const { reports } = parseResults([named('merged.json', MERGED)]);
    expect([...reports.keys()]).toEqual([...PHASES]);
    expect(reports.get('conformance')?.tests.map(({ name }) => name)).toEqual([
      'cluster-autoscaling',
      'dra-support',
    ]);
    expect(JSON.parse(text(reports.get('conformance')?.bytes))).toEqual({
      ...MERGED,
      results: {
        ...MERGED.results,
        summary: { ...MERGED.results.summary, tests: 2, passed: 1, failed: 0, skipped: 1 },
        tests: [MERGED.results.tests[1], MERGED.results.tests[3]],
      },
    });
  });

  it('keeps fields that it does not know, and the spelling of every number, when it splits', () => {
    const merged = JSON.stringify(MERGED)
      .replace('"duration":1200', '"duration":1.20e3,"worker":18446744073709551615')
      .replace('"generatedBy":', '"__proto__":{"x":0.10},"generatedBy":');
    const bytes = new TextEncoder().encode(merged);
    const { reports } = parseResults([{ name: 'all.json', bytes, folder: undefined }]);
    const deployment = text(reports.get('deployment')?.bytes);
    expect(deployment).toContain('"duration": 1.20e3');
    expect(deployment).toContain('"worker": 18446744073709551615');
    expect(deployment).toContain('"x": 0.10');
  });

  it('splits into reports that are read as they were split', () => {
    const test = fc.record({
      name: fc.string({ maxLength: 8 }),
      status: fc.constantFrom(...TEST_STATUSES),
      suite: fc.constantFrom<unknown>(...PHASES, ...PHASES.map((phase) => [phase])),
    });
    fc.assert(
      fc.property(fc.array(test, { minLength: 1, maxLength: 12 }), (tests) => {
        const merged = exampleReport(tests);
        const { reports } = parseResults([named('merged.json', merged)]);
        const again = [...reports.values()].map(({ phase, bytes }) =>
          parsePhaseReport(bytes, `ctrf/${phase}.json`),
        );
        expect(again).toEqual([...reports.values()]);
        const total = again.reduce((sum, report) => sum + report.tests.length, 0);
        expect(total).toBe(tests.length);
      }),
    );
  });

  it('joins files of one phase each', () => {
    const { reports } = parseResults([
      named('performance.json', withTest({})),
      named('deployment.json', GOOD),
    ]);
    expect([...reports.keys()]).toEqual(['deployment', 'performance']);
  });

  it('reads a report without tests if its name says of which phase it is', () => {
    const { reports } = parseResults([named('deployment.json', exampleReport([]))]);
    expect(reports.get('deployment')?.tests).toEqual([]);
  });

  it('takes the reason code that redaction leaves when it removes the message', () => {
    const test = withTest({ status: 'skipped', extra: { skipReason: 'no-gpu-nodes' } });
    const report = parseResults([named('deployment.json', test)]).reports.get('deployment');
    expect(report?.tests[0]?.message).toBe('no-gpu-nodes');
  });

  it('reads stored AICR reports', () => {
    const names = ['deployment', 'performance', 'conformance'];
    const inputs = names.map((name) => ({
      name: `${name}.json`,
      bytes: readFileSync(new URL(`../../../testdata/demo/results/${name}.json`, import.meta.url)),
      folder: undefined,
    }));
    const single = parseResults(inputs);
    const merged = parseResults([
      {
        name: 'results-merged.json',
        bytes: readFileSync(new URL('../../../testdata/demo/results-merged.json', import.meta.url)),
        folder: undefined,
      },
    ]);
    for (const [phase, report] of single.reports) {
      expect(merged.reports.get(phase)).toMatchObject({ tests: report.tests, tool: report.tool });
    }
    expect(aicrVersionOf(single.reports)).toBe('v1.0.0');
  });

  it.each([
    ['a suite that is no phase', 'x.json', withTest({ suite: ['readiness'] }), '/suite/0'],
    ['a suite that is a word of no phase', 'x.json', withTest({ suite: 'Deployment' }), '/suite'],
    ['an empty suite', 'deployment.json', withTest({ suite: '' }), '/suite'],
    ['no suite in a file of no phase', 'report.json', withTest({}), ''],
    ['no suite on standard input', 'stdin', withTest({}), ''],
  ])('refuses %s', (_, name, value, pointer) => {
    const error = refusal(name, value);
    expect(error?.code).toBe('RESULTS_PHASE_UNKNOWN');
    expect(error?.at).toBe(`${name}#/results/tests/0${pointer}`);
    expect(error?.hint).toContain(pointer === '' ? 'give each test its suite' : 'as its suite');
  });

  it('refuses a report without tests in a file of no phase', () => {
    expect(refusal('report.json', exampleReport([]))).toMatchObject({
      code: 'RESULTS_PHASE_UNKNOWN',
      at: 'report.json',
    });
  });

  it('refuses a suite that contradicts the name of the file', () => {
    expect(refusal('out/performance.json', GOOD)).toMatchObject({
      code: 'RESULTS_PHASE_CONFLICT',
      at: 'out/performance.json#/results/tests/0/suite/0',
    });
  });

  it('refuses a merged report that is named after one of its phases', () => {
    expect(refusal('deployment.json', MERGED)).toMatchObject({
      code: 'RESULTS_PHASE_CONFLICT',
      at: 'deployment.json#/results/tests/1/suite',
    });
  });

  it('refuses a second report of a phase, and names both files', () => {
    const error = refusalOf(() =>
      parseResults([named('a/deployment.json', GOOD), named('merged.json', MERGED)]),
    );
    expect(error?.code).toBe('RESULTS_PHASE_DUPLICATE');
    expect(error?.at).toBe('merged.json');
    expect(error?.expected).toContain('a/deployment.json');
  });

  it.each(['tests', ...TEST_STATUSES])('refuses a summary with one %s too many', (count) => {
    const { summary } = GOOD.results;
    const changed = {
      ...summary,
      [count]: Number(new Map(Object.entries(summary)).get(count)) + 1,
    };
    expect(refusal('deployment.json', withResults({ summary: changed }))).toMatchObject({
      code: 'RESULTS_SUMMARY_DIFFERS',
      at: `deployment.json#/results/summary/${count}`,
    });
  });

  it('compares the summary of a merged report as a whole', () => {
    const { summary } = MERGED.results;
    const changed = { ...MERGED.results, summary: { ...summary, passed: 3, failed: 0 } };
    const error = refusal('merged.json', { ...MERGED, results: changed });
    expect(error?.code).toBe('RESULTS_SUMMARY_DIFFERS');
    expect(error?.found).toBe('passed 3, failed 0');
    expect(error?.expected).toContain('passed 2, failed 1');
  });

  it.each([
    ['no reportFormat', { ...GOOD, reportFormat: undefined }, 'KIND_UNEXPECTED', '#/reportFormat'],
    ['JUnit', { ...GOOD, reportFormat: 'JUnit' }, 'KIND_UNEXPECTED', '#/reportFormat'],
    ['no object', [GOOD], 'KIND_UNEXPECTED', ''],
    ['no results', { ...GOOD, results: undefined }, 'FIELD_MISSING', '#/results'],
    ['no tool', withResults({ tool: undefined }), 'FIELD_MISSING', '#/results/tool'],
    ['no tests', withResults({ tests: undefined }), 'FIELD_MISSING', '#/results/tests'],
    ['tests that are no list', withResults({ tests: {} }), 'FIELD_INVALID', '#/results/tests'],
    ['no summary', withResults({ summary: undefined }), 'FIELD_MISSING', '#/results/summary'],
    [
      'a count that is no number',
      withResults({ summary: { ...GOOD.results.summary, passed: '1' } }),
      'FIELD_INVALID',
      '#/results/summary/passed',
    ],
    [
      'a status that CTRF does not have',
      withResults({ tests: [{ name: 'a', status: 'PASSED' }] }),
      'FIELD_INVALID',
      '#/results/tests/0/status',
    ],
    [
      'a test without a name',
      withResults({ tests: [{ status: 'passed' }] }),
      'FIELD_MISSING',
      '#/results/tests/0/name',
    ],
    [
      'a suite that is a number',
      withResults({ tests: [{ name: 'a', status: 'passed', suite: [1] }] }),
      'FIELD_INVALID',
      '#/results/tests/0/suite',
    ],
  ])('refuses a document with %s', (_, value, code, pointer) => {
    expect(refusal('deployment.json', value)).toMatchObject({
      code,
      at: `deployment.json${pointer}`,
    });
  });

  it('has no white space in a part that indentation would make too large for a verifier', () => {
    const tests = [
      exampleTest('a', 'passed', {
        suite: 'deployment',
        extra: { x: Array(900_000).fill('1234567') },
      }),
      exampleTest('b', 'passed', { suite: 'performance' }),
    ];
    const { reports } = parseResults([named('merged.json', exampleReport(tests))]);
    const [large, small] = [...reports.values()].map(({ bytes }) => Buffer.from(bytes));
    expect([large?.includes('\n'), small?.includes('\n')]).toEqual([false, true]);
    expect(large?.length).toBeLessThanOrEqual(MAX_JSON_BYTES);
  });

  it('ignores a JSON document in a directory that does not say that it is CTRF', () => {
    const { reports, findings } = parseResults([
      found('deployment.json', GOOD),
      found('versions.json', { aicr: 'v1.0.0' }),
    ]);
    expect([...reports.keys()]).toEqual(['deployment']);
    expect(findings).toMatchObject([{ code: 'RESULTS_FILE_IGNORED', at: 'results/versions.json' }]);
  });

  it.each([
    ['is named after a phase', 'performance.json', { a: 1 }],
    ['says that it is of another kind', 'x.json', { reportFormat: 'JUnit' }],
  ])('refuses a document in a directory that %s and is no CTRF report', (_, name, value) => {
    const error = refusalOf(() =>
      parseResults([found('deployment.json', GOOD), found(name, value)]),
    );
    expect(error?.code).toBe('KIND_UNEXPECTED');
  });

  it('refuses a directory without a CTRF report, even beside a good file', () => {
    const error = refusalOf(() =>
      parseResults([named('deployment.json', GOOD), found('versions.json', {})]),
    );
    expect(error).toMatchObject({ code: 'RESULTS_MISSING', at: 'results' });
  });

  it('throws nothing but an EvidenceError, whatever the document is', () => {
    const value = fc.jsonValue({ maxDepth: 2 });
    const document = fc.record(
      {
        reportFormat: fc.constant('CTRF'),
        results: fc.record(
          {
            tool: fc.oneof(value, fc.constant({ name: 'x' })),
            summary: fc.oneof(value, fc.constant(GOOD.results.summary)),
            tests: fc.oneof(
              value,
              fc.array(
                fc.record({
                  name: fc.oneof(value, fc.string()),
                  status: fc.oneof(value, fc.constant('passed')),
                  suite: value,
                  message: value,
                  extra: value,
                }),
              ),
            ),
          },
          { requiredKeys: [] },
        ),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(value, document), (any) => {
        // Any other error passes through `refusal`.
        expect([undefined, 'EvidenceError']).toContain(refusal('deployment.json', any)?.name);
      }),
      { numRuns: propertyRuns(100, 500) },
    );
  });
});

describe('parsePhaseReport', () => {
  it('reads the report of a bundle', () => {
    const bytes = bytesOf(GOOD);
    const report = parsePhaseReport(bytes, 'ctrf/deployment.json');
    expect(report).toMatchObject({ phase: 'deployment', counts: { passed: 1, failed: 1 } });
    expect(report.bytes).toBe(bytes);
  });

  it('refuses a report of another phase', () => {
    const error = refusalOf(() => parsePhaseReport(bytesOf(GOOD), 'ctrf/conformance.json'));
    expect(error).toMatchObject({
      code: 'RESULTS_PHASE_CONFLICT',
      at: 'ctrf/conformance.json#/results/tests/0/suite/0',
    });
  });

  it('refuses a file that is not named after a phase', () => {
    const error = refusalOf(() => parsePhaseReport(bytesOf(GOOD), 'ctrf/readiness.json'));
    expect(error?.code).toBe('RESULTS_PHASE_UNKNOWN');
  });

  it('E-16 refuses a summary that was edited', () => {
    const summary = { ...GOOD.results.summary, passed: 2, failed: 0 };
    const error = refusalOf(() =>
      parsePhaseReport(bytesOf(withResults({ summary })), 'ctrf/deployment.json'),
    );
    expect(error).toMatchObject({
      code: 'RESULTS_SUMMARY_DIFFERS',
      at: 'ctrf/deployment.json#/results/summary/passed',
    });
  });
});

describe('aicrVersionOf', () => {
  it.each([
    ['aicr in one version', ['aicr', 'v1.0.0'], ['aicr', 'v1.0.0'], 'v1.0.0'],
    ['nothing of aicr in two versions', ['aicr', 'v1.0.0'], ['aicr', 'v1.1.0'], ''],
    ['nothing of aicr beside another tool', ['aicr', 'v1.0.0'], ['pytest', 'v1.0.0'], ''],
    ['nothing of another tool', ['pytest', 'v1.0.0'], ['pytest', 'v1.0.0'], ''],
    ['nothing of aicr without a version', ['aicr'], ['aicr'], ''],
  ])('knows %s', (_, first, second, expected) => {
    const { reports } = parseResults([
      named('deployment.json', withTool(first)),
      named('conformance.json', withTool(second)),
    ]);
    expect(aicrVersionOf(reports)).toBe(expected);
  });

  it('knows no version where nothing was run', () => {
    expect(aicrVersionOf(new Map())).toBe('');
  });
});
