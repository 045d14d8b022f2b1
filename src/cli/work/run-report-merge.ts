import { requireOneBatch, type StoredShard } from '../../batch/require-one-batch.ts';
import { rowOf, type Row } from '../../batch/row.ts';
import { Summary } from '../../batch/summary.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { storedBatch } from '../../io/disk/stored-batch.ts';
import { documentTime } from '../../io/process/clock.ts';
import { escapeInvisible } from '../../quote.ts';
import { present } from '../../report/json.ts';
import type { BatchJson } from '../../report/report-json.ts';
import { parseStoredBatch, parseStoredReport } from '../../report/stored-report.ts';
import type { Call } from '../call/command.ts';
import type { Answer } from './answer.ts';
import { BatchReports } from './batch-reports.ts';

interface Shard extends StoredShard {
  readonly path: string;
}

/** Joins stored reports of shards, and ends with the worst that they recorded. Nothing is verified. */
export async function runReportMerge(call: Call): Promise<number> {
  // Not used here. But if it is set wrongly, every command says so.
  documentTime(call.environment);
  const read: Shard[] = [];
  for (const path of call.options.texts('report')) read.push(await readShard(path));
  const shards = requireOneBatch(read);
  const [first] = shards;
  if (first === undefined) throw new TypeError('no report to merge');
  await call.beforeWriting();
  const { schemaVersion, tool, summary: common } = first.batch;
  const reports = new BatchReports(call, { schemaVersion, tool }, call.signal);
  const whole = new Summary();
  try {
    for await (const stored of byTurns(shards.map(({ path }) => rowsIn(path)))) {
      await reports.add(stored);
      whole.add(stored.row);
    }
    const { root, policy, inputs, passedOver } = common;
    const stopped = shards.find(({ batch }) => batch.summary.stopped)?.batch.summary.stopped;
    const around = { root, policy, inputs, passedOver, stopped, mergedFrom: shards.length };
    const summary = present(whole.json(around));
    await reports.end({ schemaVersion, tool, summary, exitCode: whole.exitCode });
    return whole.exitCode;
  } catch (error) {
    await reports.drop(error);
    throw error;
  }
}

/** What a shard says of itself, when all its reports were read and say the same. */
async function readShard(path: string): Promise<Shard> {
  const summary = new Summary();
  let head = '';
  let common: Row | undefined;
  for await (const { part, json, at } of storedBatch(path)) {
    if (part === 'head') head = json.slice(0, -1);
    if (part === 'report') {
      const row = await rowIn(json, at);
      summary.add(row);
      if (row.root === undefined) continue;
      common ??= row;
      if (REPEATED.some((name) => row[name] !== common?.[name])) throw forged(at);
    }
    if (part !== 'end') continue;
    const batch = await parseStoredBatch(Buffer.from(`${head},${json.slice(1)}`), at);
    if (!isOf(batch, summary, common)) throw forged(at);
    return { path, file: escapeInvisible(path), batch };
  }
  throw new TypeError('a report of many without an end');
}

/** What each report has, and the summary. */
const REPEATED = ['root', 'policy', 'tool'] as const;

function isOf({ tool, summary, exitCode }: BatchJson, added: Summary, common?: Row): boolean {
  const { bundles, outcomes, stopped, inputs, shard = { index: 1, count: 1 } } = summary;
  const share = Math.floor((inputs.count - shard.index) / shard.count) + 1;
  const isWhole = stopped !== undefined || bundles === share;
  const isSame =
    bundles === added.bundles &&
    JSON.stringify(outcomes) === JSON.stringify(added.outcomes) &&
    (exitCode === added.exitCode || stopped === 'interrupted');
  const said = [summary.root?.digest, summary.policy?.digest, `${tool.name} ${tool.version}`];
  const isCommon = REPEATED.every(
    (name, index) => common === undefined || common[name] === said[index],
  );
  return isWhole && isSame && isCommon;
}

function forged(at: string): EvidenceError {
  return new EvidenceError('REPORT_INVALID', {
    at,
    found: 'reports and a summary that do not fit each other',
    expected: 'a summary of just these reports',
    hint: 'have it written again by verify-evidence, with --format json; what was changed by hand is no report',
  });
}

async function rowIn(json: string, at: string): Promise<Row> {
  const { stored } = await parseStoredReport(Buffer.from(json), at);
  if ('outcome' in stored) throw forged(at);
  const { source } = stored;
  return rowOf(
    stored,
    typeof source === 'object' ? `oci://${source.registry}@${source.digest}` : (source ?? at),
  );
}

async function* rowsIn(path: string): AsyncGenerator<Answer, void> {
  for await (const { part, json, at } of storedBatch(path)) {
    if (part === 'report') yield { json, row: await rowIn(json, at) };
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
