// What is said of a run and changes nothing: other tools, and what nobody says.

import type { Finding } from '../../errors/evidence-error.ts';
import { faultAt } from '../../place.ts';
import { quote } from '../../quote.ts';
import { withoutV, type RunPhase, type RunSources } from './run-sources.ts';

export function runFindings(sources: RunSources): readonly Finding[] {
  return [...otherSnapshotTool(sources), ...otherNames(sources), ...notSaid(sources)];
}

/** The snapshot's header names no tool: it is aicr that writes snapshots. */
function otherSnapshotTool({ phases, snapshotTool }: RunSources): readonly Finding[] {
  const aicr = phases.find(({ tool }) => tool.name === 'aicr' && tool.version !== '');
  if (aicr === undefined || snapshotTool === undefined) return [];
  if (withoutV(aicr.tool.version) === snapshotTool.value) return [];
  const hint = 'take snapshot and results with one aicr, so that both mean the same by a value';
  const found = `the snapshot by aicr ${quote(snapshotTool.value)}`;
  const expected = `${quote(aicr.tool.version)}, as ${aicr.phase} has it`;
  return [faultAt({ code: 'RUN_TOOL_OTHER', at: snapshotTool.at, hint }, found, expected)];
}

function otherNames({ phases: [first, ...others] }: RunSources): readonly Finding[] {
  const other = others.find(({ tool }) => tool.name !== first?.tool.name);
  if (first === undefined || other === undefined) return [];
  const hint = 'know that two tools made these results; their versions are not compared';
  const found = `${other.phase} by ${quote(other.tool.name)}`;
  const expected = `${quote(first.tool.name)}, as ${first.phase} has it`;
  return [faultAt({ code: 'RUN_TOOL_OTHER', at: other.place('tool/name'), hint }, found, expected)];
}

/** What a phase can say, and whether it does. */
const FACTS: readonly (readonly [string, (phase: RunPhase) => boolean])[] = [
  ['start', ({ run }) => run.start !== undefined],
  ['stop', ({ run }) => run.stop !== undefined],
  ['tool version', ({ tool }) => tool.version !== ''],
  ['clusterUid', ({ run }) => run.clusterUid !== ''],
  ['serverVersion', ({ run }) => run.serverVersion !== ''],
];

function notSaid({ phases, serverVersions }: RunSources): readonly Finding[] {
  const [first] = phases;
  if (first === undefined) return [];
  const silent = FACTS.flatMap(([name, isSaid]) => {
    const without = phases.filter((phase) => !isSaid(phase)).map(({ phase }) => phase);
    return without.length === 0 ? [] : [`no ${name} of ${without.join(', ')}`];
  });
  const noServer = serverVersions.every(({ by }) => by !== 'snapshot');
  const missing = [...silent, ...(noServer ? ['no K8s.server.version of the snapshot'] : [])];
  if (missing.length === 0) return [];
  const at = first.place('environment');
  const hint =
    'have the validators write it: without it nothing shows that snapshot and phases are of one cluster and one run';
  const expected =
    'start, stop and tool of each phase, and results.environment.extra {clusterUid, serverVersion}';
  return [faultAt({ code: 'RUN_DATA_MISSING', at, hint }, missing.join('; '), expected)];
}
