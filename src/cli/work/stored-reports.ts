// Stored reports of many, one at a time: nothing in them is believed, but a summary of other reports is refused.
import type { StoredShard } from '../../batch/require-one-batch.ts';
import { rowOf, type Row } from '../../batch/row.ts';
import { Summary } from '../../batch/summary.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { storedBatch, type StoredLine } from '../../io/disk/stored-batch.ts';
import { escapeInvisible } from '../../quote.ts';
import type { BatchJson } from '../../report/report-json.ts';
import { parseStoredBatch, parseStoredReport } from '../../report/stored-report.ts';
import { subjectOf } from '../../report/subject.ts';
import type { ReportAndRow } from './batch-reports.ts';

export interface StoredFile extends StoredShard {
  readonly path: string;
}

/** What a report of many says of them all, when each was read and says the same. */
export async function readStored(path: string): Promise<StoredFile> {
  const summary = new Summary();
  let head = '';
  let common: Row | undefined;
  for await (const line of storedBatch(path)) {
    const { part, json, at } = line;
    if (part === 'head') head = json.slice(0, -1);
    if (part === 'report') {
      const { row } = await oneIn(line);
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

async function oneIn({ json, at }: StoredLine): Promise<ReportAndRow> {
  const { stored } = await parseStoredReport(Buffer.from(json), at);
  if ('outcome' in stored) throw forged(at);
  return { line: json, report: () => stored, row: rowOf(stored, subjectOf(stored) ?? at) };
}

export async function* reportsIn(path: string): AsyncGenerator<ReportAndRow, void> {
  for await (const line of storedBatch(path)) {
    if (line.part === 'report') yield await oneIn(line);
  }
}
