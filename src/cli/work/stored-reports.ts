// Stored reports of many, one at a time: nothing in them is believed, but a summary of other reports is refused.
import { isDeepStrictEqual } from 'node:util';

import type { StoredShard } from '../../batch/require-one-batch.ts';
import { rowOf, type Row } from '../../batch/row.ts';
import { Summary } from '../../batch/summary.ts';
import { JsonMap, isDataList } from '../../document/data.ts';
import { decodeJson, encodeCompactJson } from '../../document/json.ts';
import { EvidenceError, unlessRefused } from '../../errors/evidence-error.ts';
import { EVIDENCE_LAYOUT, LOGS_ALONE } from '../../evidence/layout.ts';
import { STDIN, nameOf, ofTheCaller, readFileBounded } from '../../io/disk/files.ts';
import { isBundle } from '../../io/disk/folders.ts';
import { lookAt } from '../../io/disk/harmless-output.ts';
import { readStart } from '../../io/disk/open-file.ts';
import {
  beginsAsBatch,
  notOurs,
  storedBatch,
  type StoredLine,
} from '../../io/disk/stored-batch.ts';
import { MAX_JSON_BYTES } from '../../limits.ts';
import { fileWord } from '../../packed-file.ts';
import { escapeInvisible } from '../../quote.ts';
import { present } from '../../report/json.ts';
import type { BatchJson, SummaryJson } from '../../report/report-json.ts';
import { parseStoredBatch, parseStoredReport } from '../../report/stored-report.ts';
import { subjectOf } from '../../report/subject.ts';
import type { ReportAndRow } from './batch-reports.ts';

/** A stored report of many: its parts, as often as they are asked for. */
export interface StoredBatch {
  readonly path: string;
  readonly parts: () => AsyncIterable<StoredLine> | Iterable<StoredLine>;
}

/**
 * A stored report of many, or whatever else is there. As `verify-evidence` writes it, it may have any length and takes
 * no memory; from standard input, or written again by another program, it is read whole.
 *
 * @throws EvidenceError FILE_UNREADABLE, REPORT_INVALID (both unjudged)
 */
export async function openStored(path: string): Promise<StoredBatch | Uint8Array> {
  if (path !== STDIN) await refuseBundle(path);
  const isOurs = path !== STDIN && (await beginsAsBatch(path));
  if (isOurs) return { path, parts: () => storedBatch(path) };
  const reading = readFileBounded(path, MAX_JSON_BYTES, 'report');
  const bytes = await ofTheCaller('REPORT_INVALID', reading);
  const parts = partsIn(bytes, escapeInvisible(nameOf(path)));
  return parts === undefined ? bytes : { path, parts: () => parts };
}

/** Who has a bundle is one command away from its report. */
async function refuseBundle(path: string): Promise<void> {
  const isFile = lookAt(path)?.isFile() === true;
  const isPacked = isFile && GZIP.equals((await readStart(path)).subarray(0, 2));
  if (!isPacked && !isBundle(path, EVIDENCE_LAYOUT)) return;
  const name = escapeInvisible(nameOf(path));
  throw new EvidenceError('REPORT_INVALID', {
    at: name,
    found: isPacked
      ? 'an archive, as evidence is, and no report of it'
      : 'evidence, and no report of it',
    expected: 'what verify-evidence or validate wrote with --format json',
    hint: name.endsWith('.logs.tar.gz')
      ? LOGS_ALONE
      : `verify it, which makes the report: \`affidavit verify-evidence ${fileWord(name)}\``,
  });
}

const GZIP = Buffer.from([0x1f, 0x8b]);

/** The same, and nothing else than a report of many. */
export async function openBatch(path: string): Promise<StoredBatch> {
  const stored = await openStored(path);
  if (stored instanceof Uint8Array) throw notOurs(escapeInvisible(nameOf(path)));
  return stored;
}

/** None if it is no report of many. Whoever reads it as one of one bundle says what is wrong. */
function partsIn(bytes: Uint8Array, file: string): readonly StoredLine[] | undefined {
  const data = unlessRefused(() => decodeJson(bytes, file));
  if (!(data instanceof JsonMap)) return undefined;
  const reports = data.get('reports');
  if (reports === undefined || !isDataList(reports) || !data.has('summary')) return undefined;
  const around = new JsonMap([...data].filter(([name]) => name !== 'reports'));
  return [
    { part: 'head', json: '{"reports":[]}', at: file },
    ...reports.map((report, index) => ({
      part: 'report' as const,
      json: encodeCompactJson(report),
      at: `${file}#/reports/${index}`,
    })),
    { part: 'end', json: encodeCompactJson(around), at: file },
  ];
}

export interface StoredFile extends StoredShard {
  readonly from: StoredBatch;
}

/** What a report of many says of them all, when each was read and says the same. */
export async function readStored(from: StoredBatch): Promise<StoredFile> {
  const summary = new Summary();
  let head = '';
  let common: Row | undefined;
  for await (const line of from.parts()) {
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
    const isSame = isOf(batch, summary, common) && isRebuilt(batch.summary, summary);
    if (!isSame) throw forged(at);
    return { from, file: escapeInvisible(nameOf(from.path)), batch };
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

/** What can be made again of the reports. How a user named an input can not: the report of a pointer says where it led. */
function isRebuilt(said: SummaryJson, added: Summary): boolean {
  const { inputs, root } = said;
  const made = present(added.json({ inputs }));
  const isSandbox = root === undefined || root.sandbox || !made.sandbox;
  return isSandbox && REBUILT.every((name) => isDeepStrictEqual(said[name], made[name]));
}

const REBUILT = [
  'unproven',
  'problems',
  'recipes',
  'signers',
  'unsigned',
  'sandbox',
  'weakened',
] as const;

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

export async function* reportsIn(from: StoredBatch): AsyncGenerator<ReportAndRow, void> {
  for await (const line of from.parts()) {
    if (line.part === 'report') yield await oneIn(line);
  }
}
