import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decodeJson } from '../../../src/document/json.ts';
import { locateInBundle } from '../../../src/evidence/layout.ts';
import { parseResults } from '../../../src/evidence/phase/ctrf.ts';
import { assessRun, type RunOptions } from '../../../src/evidence/run/assess-run.ts';
import { parseSnapshot } from '../../../src/evidence/snapshot/snapshot.ts';
import { propertyRuns } from '../../property-runs.ts';
import { bytesOf, exampleReport, exampleTest, named } from '../phase/example-reports.ts';

const START = Date.parse('2026-06-10T01:00:00Z');
const STOP = Date.parse('2026-06-10T01:12:00Z');
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

interface Phase {
  readonly start?: unknown;
  readonly stop?: unknown;
  readonly tool?: Readonly<Record<string, unknown>>;
  readonly extra?: unknown;
  readonly duration?: unknown;
}

const WHERE = { clusterUid: 'uid-1', serverVersion: 'v1.33.4' };

function reportOf({ start = START, stop = STOP, tool, extra = WHERE, duration = 1200 }: Phase) {
  const report = exampleReport([exampleTest('check', 'passed', { duration })]);
  const { results } = report;
  return {
    ...report,
    results: {
      ...results,
      tool: tool ?? results.tool,
      summary: { ...results.summary, start, stop },
      environment: { extra },
    },
  };
}

interface Run {
  readonly deployment?: Phase;
  readonly performance?: Phase | null;
  readonly snapshot?: { readonly metadata?: object; readonly server?: string | null };
  readonly options?: Partial<RunOptions>;
}

/** Two phases and a snapshot of one run, but for what a test changes. */
function assess({ deployment = {}, performance = {}, snapshot = {}, options }: Run = {}) {
  const { metadata = { timestamp: '2026-06-10T00:50:00Z', version: 'v1.0.0' } } = snapshot;
  const { server = 'v1.33.4' } = snapshot;
  const document = {
    ...{ kind: 'Snapshot', apiVersion: 'aicr.run/v1', metadata },
    measurements:
      server === null
        ? []
        : [{ type: 'K8s', subtypes: [{ subtype: 'server', data: { version: server } }] }],
  };
  const phases = { deployment, ...(performance === null ? {} : { performance }) };
  const results = parseResults(
    Object.entries(phases).map(([phase, change]) => named(`${phase}.json`, reportOf(change))),
  );
  const { faults, findings } = assessRun(
    parseSnapshot(decodeJson(bytesOf(document), 'snapshot.yaml'), 'snapshot.yaml'),
    results.reports,
    { attestedAt: new Date(STOP), locate: locateInBundle, ...options },
  );
  return {
    faults: faults.map(({ code, at }) => `${code} ${at}`),
    findings: findings.map(({ code, at }) => `${code} ${at}`),
    found: findings.map(({ found }) => found),
    hints: faults.map(({ hint }) => hint),
  };
}

const NOTHING = { faults: [], findings: [], found: [], hints: [] };
const IN_PERFORMANCE = 'ctrf/performance.json#/results';

describe('assessRun', () => {
  it('has nothing to say of one run', () => {
    expect(assess()).toEqual(NOTHING);
  });

  it.each([undefined, 22 * MINUTE - 1])('asks for a longer span than %s', (maxRunSpan) => {
    const metadata = { timestamp: '2026-06-08T01:12:00Z', version: 'v1.0.0' };
    const { hints } = assess({ snapshot: { metadata }, options: { maxRunSpan } });
    expect(hints).toEqual([expect.stringMatching(/give a longer --max-run-span$/)]);
  });

  it.each([
    ['2026-06-09T01:12:00Z', []],
    ['2026-06-09T01:11:59Z', [`RUN_SPAN_ALLOWED ${IN_PERFORMANCE}/summary/stop`]],
  ])('with a longer span says of a snapshot of %s: %j', (timestamp, said) => {
    const metadata = { timestamp, version: 'v1.0.0' };
    const { faults, findings } = assess({
      snapshot: { metadata },
      options: { maxRunSpan: 5 * DAY },
    });
    expect([faults, findings]).toEqual([[], said]);
  });

  it.each<[string, Run, readonly string[]]>([
    [
      'two cluster UIDs',
      { performance: { extra: { ...WHERE, clusterUid: 'uid-2' } } },
      [`RUN_CLUSTERS_DIFFER ${IN_PERFORMANCE}/environment/extra/clusterUid`],
    ],
    [
      'a UID in other case: UIDs are texts',
      { performance: { extra: { ...WHERE, clusterUid: 'UID-1' } } },
      [`RUN_CLUSTERS_DIFFER ${IN_PERFORMANCE}/environment/extra/clusterUid`],
    ],
    [
      'another server version than the snapshot',
      { performance: { extra: { ...WHERE, serverVersion: 'v1.33.5' } } },
      [`RUN_SERVERS_DIFFER ${IN_PERFORMANCE}/environment/extra/serverVersion`],
    ],
    [
      'two server versions where the snapshot has none',
      {
        snapshot: { server: null },
        performance: { extra: { ...WHERE, serverVersion: 'v1.33.5' } },
      },
      [`RUN_SERVERS_DIFFER ${IN_PERFORMANCE}/environment/extra/serverVersion`],
    ],
    [
      'a snapshot of another server than all phases',
      { snapshot: { server: 'v1.32.0' } },
      ['deployment', 'performance'].map(
        (phase) => `RUN_SERVERS_DIFFER ctrf/${phase}.json#/results/environment/extra/serverVersion`,
      ),
    ],
    [
      'a stop 5 minutes and a millisecond after attestedAt',
      { performance: { stop: STOP + 5 * MINUTE + 1 } },
      [`RUN_AFTER_EVIDENCE ${IN_PERFORMANCE}/summary/stop`],
    ],
    [
      'a stop 5 minutes and a millisecond after the signature',
      {
        options: { signedAt: new Date(STOP - MINUTE) },
        performance: { stop: STOP + 4 * MINUTE + 1 },
      },
      [`RUN_AFTER_EVIDENCE ${IN_PERFORMANCE}/summary/stop`],
    ],
    [
      '24 hours and a millisecond between the snapshot and a phase',
      {
        snapshot: { metadata: { timestamp: '2026-06-09T01:12:00Z', version: 'v1.0.0' } },
        performance: { stop: STOP + 1 },
      },
      [`RUN_SPAN_TOO_LONG ${IN_PERFORMANCE}/summary/stop`],
    ],
    [
      '24 hours and a second between phases and a later snapshot',
      { snapshot: { metadata: { timestamp: '2026-06-11T01:00:01Z', version: 'v1.0.0' } } },
      ['RUN_SPAN_TOO_LONG snapshot.yaml#/metadata/timestamp'],
    ],
    [
      'more than the caller allows',
      { options: { maxRunSpan: 22 * MINUTE - 1 } },
      [`RUN_SPAN_TOO_LONG ${IN_PERFORMANCE}/summary/stop`],
    ],
    [
      'two versions of a tool',
      { performance: { tool: { name: 'aicr', version: 'v1.0.1' } } },
      [`RUN_TOOLS_DIFFER ${IN_PERFORMANCE}/tool/version`],
    ],
    [
      'a test longer than its phase by a millisecond',
      { performance: { duration: STOP - START + 1 } },
      [`RUN_TEST_TOO_LONG ${IN_PERFORMANCE}/tests/0/duration`],
    ],
    [
      'a phase that ends before it starts',
      { performance: { start: STOP + 1 } },
      ['RUN_TEST_TOO_LONG ctrf/performance.json'],
    ],
  ])('says what is wrong, and where: %s', (_, run, faults) => {
    expect(assess(run).faults).toEqual(faults);
  });

  it.each<[string, Run]>([
    [
      'one version with v and without',
      { performance: { extra: { ...WHERE, serverVersion: '1.33.4' } } },
    ],
    ['a stop exactly 5 minutes after attestedAt', { performance: { stop: STOP + 5 * MINUTE } }],
    [
      'a stop exactly 5 minutes after the signature',
      { options: { signedAt: new Date(STOP - MINUTE) }, performance: { stop: STOP + 4 * MINUTE } },
    ],
    [
      'exactly 24 hours',
      { snapshot: { metadata: { timestamp: '2026-06-09T01:12:00Z', version: 'v1.0.0' } } },
    ],
    ['exactly what the caller allows', { options: { maxRunSpan: 22 * MINUTE } }],
    ['a test exactly as long as its phase', { performance: { duration: STOP - START } }],
    ['a test that takes a part of a millisecond', { performance: { duration: 0.25 } }],
    ['a phase without a length', { performance: { start: STOP, duration: 0 } }],
  ])('has nothing to say of %s', (_, run) => {
    expect(assess(run)).toEqual(NOTHING);
  });

  it('says what is missing of each phase, in one finding, and compares nothing with it', () => {
    const silent = { start: 0, stop: null, extra: null, tool: { name: 'aicr' }, duration: null };
    const run = { performance: silent, snapshot: { server: null } };
    expect(assess(run)).toEqual({
      ...NOTHING,
      findings: ['RUN_DATA_MISSING ctrf/deployment.json#/results/environment'],
      found: [
        'no start of performance; no stop of performance; no tool version of performance; no clusterUid of performance; no serverVersion of performance; no K8s.server.version of the snapshot',
      ],
    });
  });

  it('says that the snapshot is of another aicr, or a phase of another tool', () => {
    const metadata = { timestamp: '2026-06-10T00:50:00Z', version: 'v0.9.0' };
    expect(assess({ snapshot: { metadata } })).toMatchObject({
      faults: [],
      findings: ['RUN_TOOL_OTHER snapshot.yaml#/metadata/version'],
    });
    const other = { tool: { name: 'nccl-runner', version: 'v9.0.0' } };
    expect(assess({ performance: other })).toMatchObject({
      faults: [],
      findings: [`RUN_TOOL_OTHER ${IN_PERFORMANCE}/tool/name`],
    });
  });

  it('does not depend on the order in which the phases are given', () => {
    const values = fc.record({
      stop: fc.integer({ min: START, max: STOP + 10 * MINUTE }),
      extra: fc.record({ clusterUid: fc.constantFrom('', 'a', 'b') }),
    });
    fc.assert(
      fc.property(values, values, (one, two) => {
        const codes = (run: Run): readonly string[] =>
          assess(run).faults.map((fault) => fault.replace(/ .*/, ''));
        expect(codes({ deployment: one, performance: two }).toSorted()).toEqual(
          codes({ deployment: two, performance: one }).toSorted(),
        );
      }),
      { numRuns: propertyRuns(100, 1000) },
    );
  });

  it.each<[string, Phase, string]>([
    ['a start in quotes', { start: '1' }, '/results/summary/start'],
    ['a stop with a fraction', { stop: 1.5 }, '/results/summary/stop'],
    ['a stop before 1970', { stop: -1 }, '/results/summary/stop'],
    ['a stop after the year 9999', { stop: 253402300800000 }, '/results/summary/stop'],
    ['a duration in quotes', { duration: '12' }, '/results/tests/0/duration'],
    ['a duration below 0', { duration: -1 }, '/results/tests/0/duration'],
    ['a duration that is true', { duration: true }, '/results/tests/0/duration'],
    ['an extra that is a list', { extra: [] }, '/results/environment/extra'],
    ['a UID that is a map', { extra: { clusterUid: {} } }, '/results/environment/extra/clusterUid'],
    [
      'a UID in other case',
      { extra: { ClusterUID: 'x' } },
      '/results/environment/extra/ClusterUID',
    ],
  ])('is not asked of a report with %s, which is refused', (_, change, pointer) => {
    expect(() => assess({ performance: change })).toThrow(
      expect.objectContaining({ at: `performance.json#${pointer}` }),
    );
  });
});
