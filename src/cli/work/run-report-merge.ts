import { byTurns } from '../../batch/in-order.ts';
import { requireOneBatch } from '../../batch/require-one-batch.ts';
import { Summary, type Around } from '../../batch/summary.ts';
import { MOST_PASSED_OVER } from '../../io/disk/list-inputs.ts';
import { present } from '../../report/json.ts';
import type { Call } from '../call/command.ts';
import { BatchReports } from './batch-reports.ts';
import {
  openBatch,
  readStored,
  reportsIn,
  requireList,
  type StoredFile,
} from './stored-reports.ts';

/** Joins stored reports of shards, and ends with the worst that they recorded. Nothing is verified. */
export async function runReportMerge(call: Call): Promise<number> {
  const read: StoredFile[] = [];
  for (const path of call.options.texts('report')) {
    read.push(await readStored(await openBatch(path)));
  }
  const shards = requireOneBatch(read);
  await requireList(shards);
  const [first] = shards;
  if (first === undefined) throw new TypeError('no report to merge');
  await call.beforeWriting();
  const { schemaVersion, tool, summary: common } = first.batch;
  const head = { schemaVersion, tool, isStored: true };
  const reports = await BatchReports.open(call, head, call.signal);
  const whole = new Summary();
  try {
    for await (const one of byTurns(shards.map(({ from }) => reportsIn(from)))) {
      await reports.add(one);
      whole.add(one.row);
    }
    const { root, policy, rules } = common;
    const around = { root, policy, rules, ...listOf(shards), mergedFrom: shards.length };
    const summary = present(whole.json(around));
    await reports.end({ schemaVersion, tool, summary, exitCode: whole.exitCode });
    return whole.exitCode;
  } catch (error) {
    await reports.drop(error);
    throw error;
  }
}

/** Of a list that one of them read to its end, else of the one that came farthest. What any of them passed over was passed over. */
function listOf(shards: readonly StoredFile[]): Pick<Around, 'inputs' | 'passedOver' | 'stopped'> {
  const all = shards.map(({ batch }) => batch.summary);
  const [first, ...others] = all.toSorted((a, b) => b.inputs.count - a.inputs.count);
  if (first === undefined) throw new TypeError('no report to merge');
  const { inputs } = all.find(({ stopped }) => stopped === undefined) ?? first;
  const said = [first, ...others].flatMap(({ passedOver }) => passedOver ?? []);
  const paths = [...new Set(said.flatMap((each) => each.paths))];
  const count = Math.max(paths.length, ...said.map((each) => each.count));
  return {
    inputs,
    passedOver: count === 0 ? undefined : { count, paths: paths.slice(0, MOST_PASSED_OVER) },
    stopped: all.find(({ stopped }) => stopped !== undefined)?.stopped,
  };
}
