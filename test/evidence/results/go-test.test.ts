import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { EvidenceError } from '../../../src/errors/evidence-error.ts';
import { parsePhaseReport } from '../../../src/evidence/phase/ctrf.ts';
import { mapOriginal } from '../../../src/evidence/results/original.ts';
import { rejection } from '../../document/refusal.ts';
import { propertyRuns } from '../../property-runs.ts';
import { endings, mapped, sample } from './samples.ts';

type Event = Readonly<Record<string, unknown>>;

function stream(...events: readonly Event[]): string {
  return events.map((event) => `${JSON.stringify({ Package: 'p', ...event })}\n`).join('');
}

const GOOD = [
  { Action: 'run', Test: 'TestA', Time: '2026-01-01T00:00:00Z' },
  { Action: 'output', Test: 'TestA', Output: '=== RUN   TestA\n' },
  { Action: 'output', Test: 'TestA', Output: 'busbw 372\n' },
  { Action: 'pass', Test: 'TestA', Elapsed: 1.5, Time: '2026-01-01T01:00:01.500000001+01:00' },
  { Action: 'pass', Elapsed: 1.6 },
];

async function refused(text: string): Promise<EvidenceError | undefined> {
  return await rejection(mapOriginal(Buffer.from(text), 'go.jsonl'));
}

describe('go test -json of real runs', () => {
  it('has subtests and their parents, failed builds, panics and timeouts', async () => {
    expect(await endings(sample('go-test-failures.jsonl'))).toEqual([
      'TestOK passed',
      'TestSkip skipped',
      'TestParent failed',
      'TestParent/good passed',
      'TestParent/bad_one failed',
      'example.com/w8/b failed',
      'TestBefore passed',
      'TestPanics failed',
      'TestWaits failed',
      'TestAfter passed',
      'TestSlow failed',
      'TestCached passed',
    ]);
    const { results, generatedBy } = await mapped(sample('go-test-failures.jsonl'));
    const message = (name: string) => results.tests.find((test) => test.name === name)?.message;
    expect(generatedBy).toBe('affidavit, by rules 1, of go test -json');
    expect(message('TestSkip')).toBe('a_test.go:4: no gpu here');
    expect(message('TestParent/bad_one')).toBe('a_test.go:5: wrong value 3');
    expect(message('example.com/w8/b')).toBe('the build failed');
    expect(message('TestWaits')).toContain('its end is not there');
    expect(results.tests[0]?.extra?.within).toEqual(['example.com/w8/a']);
    expect(results.summary).toMatchObject({ tests: 12, passed: 5, failed: 6, skipped: 1 });
    expect(results.summary['start']).toBe(Date.parse('2026-11-22T12:52:21.300Z'));
  });

  it('takes no result of an earlier run for one of this', async () => {
    const { results } = await mapped(sample('go-test-cached.jsonl'));
    expect(results.tests).toMatchObject([{ name: 'TestCached', status: 'skipped' }]);
    expect(results.tests[0]?.message).toContain('not run this time');
  });

  it('is red where a panic ended a test without a word of it', async () => {
    expect(await endings(sample('go-test-panic.jsonl'))).toEqual(['TestWaitOn_WithCompare failed']);
  });

  it('knows what Go 1.25 and 1.26 say beside the end of a test', async () => {
    const { results } = await mapped(sample('go-test-attr.jsonl'));
    expect(results.tests).toMatchObject([
      { name: 'TestAttr', status: 'passed' },
      { name: 'TestAttr/part', status: 'passed' },
      { name: 'BenchmarkX', status: 'passed' },
    ]);
    expect(results.tests[0]?.stdout).toBeUndefined();
  });

  it('takes a benchmark with a figure as passed, if its package passed', async () => {
    expect(await endings(sample('go-test-bench.jsonl'))).toEqual([
      'BenchmarkX passed',
      'BenchmarkX/8GiB passed',
      'BenchmarkSkips skipped',
      'BenchmarkNone passed',
      'BenchmarkBad passed',
    ]);
    const passed = (await endings(sample('go-test-bench-red.jsonl'))).filter((end) =>
      end.endsWith(' passed'),
    );
    expect(passed).toEqual([]);
    const green = sample('go-test-bench.jsonl').toString();
    const noFigure = green.replace(/ [\d.]+ ns\/op(?=.*\n.*BenchmarkBad)/, '');
    expect(noFigure).not.toBe(green);
    expect(await endings(noFigure)).toContain('BenchmarkNone failed');
    const noEnd = green.slice(0, green.trimEnd().lastIndexOf('\n') + 1);
    expect(await endings(noEnd)).toEqual(
      expect.arrayContaining([
        'BenchmarkX failed',
        'BenchmarkNone failed',
        'example.com/gt failed',
      ]),
    );
  });

  it('keeps tests of parallel packages apart', async () => {
    const tests = await endings(sample('go-test-parallel.jsonl'));
    expect(tests).toHaveLength(new Set(tests).size);
    expect(tests.filter((test) => test.endsWith(' failed')).length).toBeGreaterThan(2);
  });
});

describe('go test -json', () => {
  it('has durations, times and what was printed', async () => {
    const { results } = await mapped(stream(...GOOD));
    expect(results.tests).toEqual([
      {
        ...{ name: 'TestA', status: 'passed', duration: 1500, stdout: ['busbw 372'] },
        extra: { within: ['p'] },
      },
    ]);
    const start = Date.parse('2026-01-01T00:00:00Z');
    expect(results.summary).toMatchObject({ start, stop: start + 1500 });
  });

  it.each([1, 2, 3, 4])('is not passed if it is cut off after %i events', async (count) => {
    const tests = await endings(stream(...GOOD.slice(0, count)));
    expect(tests).toContain(count === 4 ? 'p failed' : 'TestA failed');
  });

  it('is a test for each run', async () => {
    const twice = stream(...GOOD.slice(0, 4), { ...GOOD[0] }, { Action: 'fail', Test: 'TestA' });
    expect(await endings(`${twice}${stream({ Action: 'fail' })}`)).toEqual([
      'TestA passed',
      'TestA failed',
    ]);
  });

  it('keeps a test that never ended, though its name starts again and passes', async () => {
    const [run, , , pass, end] = GOOD;
    expect(await endings(stream({ ...run }, ...GOOD))).toEqual(['TestA failed', 'TestA passed']);
    const start = { Action: 'start' };
    const rest = [{ ...pass }, { ...end }];
    expect(await endings(stream(start, { ...run }, ...rest))).toEqual(['TestA passed']);
    expect(await endings(stream(start, { ...run }, start, { ...run }, ...rest))).toEqual([
      ...['TestA failed', 'TestA passed', 'p failed'],
    ]);
  });

  it('wants an end of each run of a package in the file', async () => {
    const [run, , , pass, end] = GOOD;
    const whole = [{ Action: 'start' }, { ...run }, { ...pass }, { ...end }];
    expect(await endings(stream(...whole, ...whole))).toEqual(['TestA passed', 'TestA passed']);
    const cut = ['TestA passed', 'p failed'];
    expect(await endings(stream({ Action: 'start' }, ...whole))).toEqual(cut);
    expect(await endings(stream(...whole, { Action: 'start' }))).toEqual(cut);
    expect(await endings(stream(...whole, ...whole.slice(1, 3)))).toEqual([
      ...['TestA passed', ...cut],
    ]);
    const failed = [{ Action: 'start' }, { ...run }, { Action: 'fail' }];
    expect(await endings(stream(...failed, ...whole))).toEqual(['TestA failed', 'TestA passed']);
  });

  it('stays failed, whatever comes after', async () => {
    const late = stream({ Action: 'fail', Test: 'TestA' }, ...GOOD.slice(3));
    expect(await endings(late)).toEqual(['TestA failed']);
  });

  it('has a failed build that no package names, and a package that failed without a test', async () => {
    const build = { Action: 'build-fail', ImportPath: 'q [q.test]' };
    expect(await endings(`${JSON.stringify(build)}\n${stream(...GOOD)}`)).toEqual([
      'TestA passed',
      'q [q.test] failed',
    ]);
    expect(await endings(stream(...GOOD.slice(0, 4), { Action: 'fail' }))).toEqual([
      'TestA passed',
      'p failed',
    ]);
  });

  it('has a failed build that only a package names that passed', async () => {
    const build = JSON.stringify({ Action: 'build-fail', ImportPath: 'x' });
    const passed = stream(...GOOD.slice(0, 4), { Action: 'pass', FailedBuild: 'x' });
    expect(await endings(`${build}\n${passed}`)).toEqual(['TestA passed', 'x failed']);
    const failed = stream(...GOOD.slice(0, 4), { Action: 'fail', FailedBuild: 'x' });
    expect(await endings(`${build}\n${failed}`)).toEqual(['TestA passed', 'p failed']);
  });

  it.each([
    ['FAIL\tp [build failed]\n', 'line 6: ', 'DOCUMENT_INVALID'],
    ['{"Package":"p"}\n', 'line 6: no event', 'DOCUMENT_INVALID'],
    ['{"Action":"run","Action":"pass","Package":"p"}\n', 'line 6: ', 'DOCUMENT_INVALID'],
    ['{"Action":"crash","Package":"p"}\n', 'line 6: the Action "crash"', 'FIELD_INVALID'],
    ['{"Action":"FAIL","Package":"p"}\n', 'line 6: the Action "FAIL"', 'FIELD_INVALID'],
    [
      '{"Action":"build-timeout","ImportPath":"p"}\n',
      'line 6: the Action "build-timeout"',
      'FIELD_INVALID',
    ],
    ['{"Action":"run"}\n', 'line 6: an event without a Package', 'FIELD_INVALID'],
    [
      '{"Action":"run","Package":"p","Time":"yesterday"}',
      'line 6: a Time that is none',
      'FIELD_INVALID',
    ],
    [
      '{"Action":"pass","Package":"p","Elapsed":-1}',
      'line 6: an Elapsed that is none',
      'FIELD_INVALID',
    ],
    [
      '{"Action":"run","Package":"p","Test":"a\\u001b[2J"}',
      'line 6: control characters in the name',
      'FIELD_INVALID',
    ],
  ])('with the line %s is refused', async (line, found, code) => {
    const error = await refused(`${stream(...GOOD)}${line}`);
    expect(error).toMatchObject({ code, at: 'go.jsonl' });
    expect(error?.found.startsWith(found)).toBe(true);
  });

  it('becomes a report or a refusal, and no test without a pass of its own has passed', async () => {
    const event = fc.record(
      {
        Action: fc.constantFrom('run', 'pass', 'fail', 'skip', 'output', 'bench', 'pause', 'attr'),
        Package: fc.constantFrom('p', 'q'),
        Test: fc.constantFrom('TestA', 'TestB'),
        Output: fc.string({ maxLength: 9 }),
        Elapsed: fc.oneof(fc.double(), fc.constant(0.25)),
      },
      { requiredKeys: ['Action', 'Package'] },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 12 }), async (events) => {
        const bytes = Buffer.from(stream(...events));
        const report = await mapOriginal(bytes, 'x.jsonl').catch((error: unknown) => {
          if (error instanceof EvidenceError && error.class === 'invalid') return undefined;
          throw error;
        });
        if (report === undefined) return;
        const { tests } = parsePhaseReport(report, 'ctrf/deployment.json');
        const passes = events.filter(({ Action }) => /^(?:pass|bench)$/.test(Action));
        const passed = tests.filter(({ status }) => status === 'passed').map(({ name }) => name);
        expect(passes.map(({ Test }) => Test)).toEqual(expect.arrayContaining(passed));
        const failed = events.some(({ Action }) => Action === 'fail');
        expect(failed && tests.every(({ status }) => status !== 'failed')).toBe(false);
      }),
      { numRuns: propertyRuns(300, 1500) },
    );
  });
});
