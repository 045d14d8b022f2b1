import { requireOneBatch } from '../../batch/require-one-batch.ts';
import { Summary } from '../../batch/summary.ts';
import { present } from '../../report/json.ts';
import type { Call } from '../call/command.ts';
import { BatchReports } from './batch-reports.ts';
import { openBatch, readStored, reportsIn, type StoredFile } from './stored-reports.ts';

/** Joins stored reports of shards, and ends with the worst that they recorded. Nothing is verified. */
export async function runReportMerge(call: Call): Promise<number> {
  const read: StoredFile[] = [];
  for (const path of call.options.texts('report')) {
    read.push(await readStored(await openBatch(path)));
  }
  const shards = requireOneBatch(read);
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
    const { root, policy, rules, inputs, passedOver } = common;
    const stopped = shards.find(({ batch }) => batch.summary.stopped)?.batch.summary.stopped;
    const around = { root, policy, rules, inputs, passedOver, stopped, mergedFrom: shards.length };
    const summary = present(whole.json(around));
    await reports.end({ schemaVersion, tool, summary, exitCode: whole.exitCode });
    return whole.exitCode;
  } catch (error) {
    await reports.drop(error);
    throw error;
  }
}

/** One of each in turn, as their places in the list were shared. */
async function* byTurns<T>(streams: readonly AsyncGenerator<T, void>[]): AsyncGenerator<T, void> {
  let open = streams;
  while (open.length > 0) {
    const left: AsyncGenerator<T, void>[] = [];
    for (const stream of open) {
      const next = await stream.next();
      if (next.done === true) continue;
      left.push(stream);
      yield next.value;
    }
    open = left;
  }
}
