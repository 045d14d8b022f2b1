// Whether snapshot and results can be of one run: what cannot be, what is doubtful, and what is not said.
// docs/format.md §7

import { timestampOf } from '../../document/time.ts';
import { durationText } from '../../duration.ts';
import type { Fault, Finding } from '../../errors/evidence-error.ts';
import { MAX_CLOCK_SKEW_MS, MAX_RUN_SPAN_MS } from '../../limits.ts';
import { quote } from '../../quote.ts';
import type { CtrfReport } from '../phase/ctrf.ts';
import type { LocatePhase } from '../phase/phase-faults.ts';
import type { Phase } from '../phase/phase.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { runFindings } from './run-findings.ts';
import { runSources, type RunPhase, type RunSources, type Said } from './run-sources.ts';

export interface RunOptions {
  /** When the evidence was made, or is made now. */
  readonly attestedAt: Date;
  /** The proven time of signing; undefined if there is none. */
  readonly signedAt?: Date | undefined;
  /** How far apart snapshot and phases may be; by default MAX_RUN_SPAN_MS. */
  readonly maxRunSpan?: number | undefined;
  readonly locate: LocatePhase;
}

export interface RunAssessment {
  /** Of class `invalid`: it cannot be. Of class `undecided`: it is doubtful. */
  readonly faults: readonly Fault[];
  readonly findings: readonly Finding[];
  /** The end of the last phase, if a report says one. */
  readonly facts: { readonly lastStop?: Date };
}

export function assessRun(
  snapshot: Snapshot,
  reports: ReadonlyMap<Phase, CtrfReport>,
  options: RunOptions,
): RunAssessment {
  const sources = runSources(snapshot, reports, options.locate);
  const { phases, clusterUids, serverVersions } = sources;
  const apart = farApart(sources, options);
  return {
    faults: [
      ...otherThanFirst(clusterUids, 'RUN_CLUSTERS_DIFFER', 'clusterUid'),
      ...(phases.length === 0
        ? []
        : otherThanFirst(serverVersions, 'RUN_SERVERS_DIFFER', 'Kubernetes')),
      ...endedLater(sources, options),
      ...apart.faults,
      ...otherTools(phases),
      ...phases.flatMap((phase) => tooLong(phase, options.locate)),
    ],
    findings: [...apart.findings, ...runFindings(sources)],
    facts: lastOf(phases.flatMap(({ run }) => run.stop ?? [])),
  };
}

function lastOf(stops: readonly Date[]): RunAssessment['facts'] {
  const lastStop = stops.toSorted((a, b) => a.getTime() - b.getTime()).at(-1);
  return lastStop === undefined ? {} : { lastStop };
}

const OTHER_RUN = 'find out which file is of another run, and make evidence of one run alone';

function otherThanFirst(
  [first, ...others]: readonly Said<string>[],
  code: 'RUN_CLUSTERS_DIFFER' | 'RUN_SERVERS_DIFFER',
  what: string,
): readonly Fault[] {
  if (first === undefined) return [];
  return others
    .filter(({ value }) => value !== first.value)
    .map(({ value, by, at }) => ({
      code,
      at,
      found: `${by}: ${what} ${quote(value)}`,
      expected: `${quote(first.value)}, as ${first.by} has it`,
      hint: OTHER_RUN,
    }));
}

/** No phase ends after evidence of it is made or signed. Only the difference of clocks is allowed. */
function endedLater(
  { phases }: RunSources,
  { attestedAt, signedAt }: RunOptions,
): readonly Fault[] {
  const isSignedFirst = signedAt !== undefined && signedAt < attestedAt;
  const [limit, name] = isSignedFirst
    ? ([signedAt, 'the evidence was signed'] as const)
    : ([attestedAt, 'attestedAt'] as const);
  return phases.flatMap(({ phase, run: { stop }, place }) => {
    if (stop === undefined || stop.getTime() - limit.getTime() <= MAX_CLOCK_SKEW_MS) return [];
    return [
      {
        code: 'RUN_AFTER_EVIDENCE' as const,
        at: place('summary/stop'),
        found: `${phase} ended at ${timestampOf(stop)}`,
        expected: `not more than 5 minutes after ${timestampOf(limit)}, ${isSignedFirst ? 'when ' : 'which is '}${name}`,
        hint: 'set the clocks right, and SOURCE_DATE_EPOCH, if it is set, to the end of the run or later; then make the evidence again',
      },
    ];
  });
}

function farApart(
  { phases, times }: RunSources,
  { maxRunSpan = MAX_RUN_SPAN_MS }: RunOptions,
): Pick<RunAssessment, 'faults' | 'findings'> {
  const none = { faults: [], findings: [] };
  if (phases.length === 0) return none;
  const sorted = times.toSorted((a, b) => a.value.getTime() - b.value.getTime());
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined) return none;
  const span = last.value.getTime() - first.value.getTime();
  if (span <= Math.min(maxRunSpan, MAX_RUN_SPAN_MS)) return none;
  const [from, to] = [first, last].map(({ value, by }) => `${by} at ${timestampOf(value)}`);
  const where = { at: last.at, found: `${durationText(span)} between ${from} and ${to}` };
  if (span > maxRunSpan) {
    const hint =
      'take the snapshot and run the phases together; or decide that this is one run, and give a longer --max-run-span';
    const fault = { code: 'RUN_SPAN_TOO_LONG', expected: atMost(maxRunSpan), hint } as const;
    return { faults: [{ ...where, ...fault }], findings: [] };
  }
  const expected = `${atMost(MAX_RUN_SPAN_MS)}: a verifier goes by that unless told otherwise`;
  const hint =
    'say to whoever verifies why this is one run: it is verified with --max-run-span alone';
  return { faults: [], findings: [{ code: 'RUN_SPAN_ALLOWED', ...where, expected, hint }] };
}

function atMost(limit: number): string {
  return `at most ${durationText(limit)} between snapshot and phases`;
}

/** Of each tool, the first version counts. */
function otherTools(phases: readonly RunPhase[]): readonly Fault[] {
  const first = new Map<string, RunPhase>();
  return phases.flatMap((each) => {
    const { name, version } = each.tool;
    if (version === '') return [];
    const earlier = first.get(name) ?? each;
    first.set(name, earlier);
    if (earlier.tool.version === version) return [];
    return [
      {
        code: 'RUN_TOOLS_DIFFER' as const,
        at: each.place('tool/version'),
        found: `${each.phase}: ${quote(name)} ${quote(version)}`,
        expected: `${quote(earlier.tool.version)}, as ${earlier.phase} has it`,
        hint: 'run all phases with one version; or decide that both test the same',
      },
    ];
  });
}

function tooLong(
  { phase, run: { start, stop }, longest }: RunPhase,
  locate: LocatePhase,
): readonly Fault[] {
  if (start === undefined || stop === undefined) return [];
  const took = stop.getTime() - start.getTime();
  const fault = { code: 'RUN_TEST_TOO_LONG' as const, hint: WRONG_TIMES };
  if (took < 0) {
    const found = `${phase} ends ${durationText(-took)} before it starts`;
    return [{ ...fault, at: locate(phase), found, expected: 'an end after the start' }];
  }
  if (longest === undefined || longest.duration <= took) return [];
  const at = `${locate(phase, longest.test)}/duration`;
  const found = `${phase}: a test of ${durationText(longest.duration)}`;
  return [
    { ...fault, at, found, expected: `at most the ${durationText(took)} that its phase took` },
  ];
}

const WRONG_TIMES = 'find out who wrote these times; run the phase again if nobody can say';
