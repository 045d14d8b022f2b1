// What each part of a run says of when, where and by what it was made.

import { scalarText } from '../../document/data.ts';
import { parseTime } from '../../document/time.ts';
import type { CtrfReport } from '../phase/ctrf.ts';
import type { LocatePhase } from '../phase/phase-faults.ts';
import type { Phase } from '../phase/phase.ts';
import { subtypeOf, type Snapshot } from '../snapshot/snapshot.ts';

/** One statement of one part: what it says, who says it, and where. */
export interface Said<T> {
  readonly value: T;
  /** `snapshot`, or the name of a phase. */
  readonly by: string;
  readonly at: string;
}

/** Everything that is said; what a part leaves out is not there. */
export interface RunSources {
  readonly phases: readonly RunPhase[];
  readonly clusterUids: readonly Said<string>[];
  /** Without a leading `v`; the snapshot's comes first. */
  readonly serverVersions: readonly Said<string>[];
  /** The snapshot's comes first. */
  readonly times: readonly Said<Date>[];
  /** The `aicr` that took the snapshot, without a leading `v`. */
  readonly snapshotTool: Said<string> | undefined;
}

export interface RunPhase extends Pick<CtrfReport, 'tool' | 'run' | 'longest'> {
  readonly phase: Phase;
  readonly place: (pointer: string) => string;
}

export function runSources(
  snapshot: Snapshot,
  reports: ReadonlyMap<Phase, CtrfReport>,
  locate: LocatePhase,
): RunSources {
  const phases = [...reports.values()].map(({ phase, tool, run, longest }) => ({
    ...{ phase, tool, run, longest },
    place: (pointer: string) => `${locate(phase)}#/results/${pointer}`,
  }));
  return {
    phases,
    clusterUids: phases.flatMap(({ phase, run, place }) =>
      said(run.clusterUid, phase, place('environment/extra/clusterUid')),
    ),
    serverVersions: [
      ...serverOf(snapshot),
      ...phases.flatMap(({ phase, run, place }) =>
        said(withoutV(run.serverVersion), phase, place('environment/extra/serverVersion')),
      ),
    ],
    times: [
      ...said(
        parseTime(snapshot.metadata.get('timestamp') ?? ''),
        'snapshot',
        timestampAt(snapshot),
      ),
      ...phases.flatMap(({ phase, run, place }) => [
        ...said(run.start, phase, place('summary/start')),
        ...said(run.stop, phase, place('summary/stop')),
      ]),
    ],
    snapshotTool: said(
      withoutV(snapshot.metadata.get('version') ?? ''),
      'snapshot',
      `${snapshot.file}#/metadata/version`,
    )[0],
  };
}

function serverOf(snapshot: Snapshot): readonly Said<string>[] {
  const version = scalarText(subtypeOf(snapshot, 'K8s', 'server')?.data.get('version')) ?? '';
  return said(withoutV(version), 'snapshot', `${snapshot.file}#/measurements`);
}

function timestampAt({ file }: Snapshot): string {
  return `${file}#/metadata/timestamp`;
}

function said<T extends string | Date>(
  value: T | undefined,
  by: string,
  at: string,
): readonly Said<T>[] {
  return value === undefined || value === '' ? [] : [{ value, by, at }];
}

/** `v1.33.4` and `1.33.4` are one version: both are written. */
export function withoutV(version: string): string {
  return version.replace(/^v(?=\d)/, '');
}
