// Stored reports of many, one at a time: nothing in them is believed, but a summary of other reports is refused.
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';

import { byTurns } from '../../batch/in-order.ts';
import type { StoredShard } from '../../batch/require-one-batch.ts';
import { rowOf, type Row } from '../../batch/row.ts';
import { Summary } from '../../batch/summary.ts';
import { digestOfHex } from '../../digest.ts';
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
import type {
  BatchJson,
  ErrorJson,
  SummaryJson,
  VerificationJson,
} from '../../report/report-json.ts';
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

/** What was read of the reports. */
interface Added {
  readonly summary: Summary;
  common?: Row;
  last?: Row;
  /** Whether each says how the user named it: that of a tag says only what the tag was. */
  isNamed: boolean;
}

/** What a report of many says of them all, when each was read and says the same. */
export async function readStored(from: StoredBatch): Promise<StoredFile> {
  const added: Added = { summary: new Summary(), isNamed: true };
  let head = '';
  for await (const line of from.parts()) {
    const { part, json, at } = line;
    if (part === 'head') head = json.slice(0, -1);
    if (part === 'report') await addLine(added, line);
    if (part !== 'end') continue;
    const batch = await parseStoredBatch(Buffer.from(`${head},${json.slice(1)}`), at);
    if (!isOf(batch, added)) throw forged(at);
    return { from, file: escapeInvisible(nameOf(from.path)), batch };
  }
  throw new TypeError('a report of many without an end');
}

async function addLine(added: Added, line: StoredLine): Promise<void> {
  const stored = await storedIn(line);
  const row = rowOfStored(stored, line);
  added.summary.add(row);
  added.last = row;
  added.isNamed &&= namedIn(stored) !== undefined;
  if (row.root === undefined) return;
  const common = (added.common ??= row);
  if (REPEATED.some((name) => row[name] !== common[name])) throw forged(line.at);
}

/** What each report has, and the summary. */
const REPEATED = ['root', 'policy', 'tool'] as const;

function isOf({ tool, summary, exitCode }: BatchJson, added: Added): boolean {
  const { common, last, summary: made } = added;
  const isSame =
    summary.bundles === made.bundles &&
    JSON.stringify(summary.outcomes) === JSON.stringify(made.outcomes) &&
    (exitCode === made.exitCode || summary.stopped === 'interrupted');
  const said = [summary.root?.digest, summary.policy?.digest, `${tool.name} ${tool.version}`];
  const isCommon =
    common === undefined || REPEATED.every((name, index) => common[name] === said[index]);
  return isSame && isCommon && isEndedBy(summary, last) && isRebuilt(summary, added);
}

/** All of its share, or as many as came before it was stopped. */
function isEndedBy(summary: SummaryJson, last: Row | undefined): boolean {
  const { stopped, bundles, inputs, shard = { index: 1, count: 1 } } = summary;
  const share = Math.floor((inputs.count - shard.index) / shard.count) + 1;
  // No call ends with nothing to judge.
  if (stopped === undefined) return bundles === share && inputs.count > 0;
  return bundles <= share && (stopped === 'interrupted' || isFailedBy(summary, last));
}

/** The first failure is the last that was judged; of shards each may have one. */
function isFailedBy({ bundles, outcomes, mergedFrom }: SummaryJson, last?: Row): boolean {
  const failures = bundles - (outcomes.verified ?? 0);
  if (mergedFrom === undefined) return failures === 1 && last?.outcome !== 'verified';
  return failures > 0 && failures <= mergedFrom;
}

/** What can be made again of the reports. */
function isRebuilt(said: SummaryJson, { summary, isNamed }: Added): boolean {
  const { inputs, root } = said;
  const own = summary.json({ inputs });
  const made: unknown = JSON.parse(JSON.stringify(own));
  const isSandbox = root === undefined || root.sandbox || !own.sandbox;
  const rebuilt = [...REBUILT, ...(isNamed ? OF_NAMES : [])];
  return (
    isSandbox &&
    rebuilt.every((name) => isDeepStrictEqual(said[name], Reflect.get(Object(made), name)))
  );
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

/** They name inputs. */
const OF_NAMES = ['notVerified', 'notListed'] as const;

/** A tag and a digest: the one that the tag was then, unless the user named both. */
const PINNED = /:[^/:@]+@sha256:[0-9a-f]{64}$/;

/** How the user named the input of a report; undefined if it does not say. That of an artifact is in the command that repeats it. */
function namedIn(report: unknown): string | undefined {
  const source: unknown = Reflect.get(Object(report), 'source') ?? '';
  if (typeof source === 'string') return source;
  const repeat: unknown = Reflect.get(Object(report), 'repeat');
  const input: unknown = Array.isArray(repeat) ? repeat[2] : undefined;
  return typeof input !== 'string' || PINNED.test(input) ? undefined : input;
}

function rowOfStored(stored: VerificationJson | ErrorJson, { at }: StoredLine): Row {
  return rowOf(stored, namedIn(stored) ?? subjectOf(stored) ?? at);
}

/**
 * The digest over the whole list can be made again of all its reports, if each says how it was named.
 *
 * @param shards all of one batch, in their order
 * @throws EvidenceError REPORT_INVALID
 */
export async function requireList(shards: readonly StoredFile[]): Promise<void> {
  const [first] = shards;
  const hasEnd = shards.every(({ batch }) => batch.summary.stopped === undefined);
  if (first === undefined || !hasEnd) return;
  const hash = createHash('sha256');
  for await (const source of byTurns(shards.map(({ from }) => sourcesIn(from)))) {
    if (source === undefined) return;
    hash.update(`${source}\n`);
  }
  const found = digestOfHex(hash.digest('hex'));
  const { digest: expected } = first.batch.summary.inputs;
  if (found === expected) return;
  throw new EvidenceError('REPORT_INVALID', {
    at: `${first.file}#/summary/inputs/digest`,
    found: `reports of the inputs ${found}${shards.length === 1 ? '' : ', in all files together'}`,
    expected: `those that were listed: ${expected}`,
    hint: 'have it written again by verify-evidence, with --format json: an input was renamed in a report, or left out',
  });
}

async function* sourcesIn(from: StoredBatch): AsyncGenerator<string | undefined, void> {
  for await (const { part, json } of from.parts()) {
    if (part === 'report') yield namedIn(JSON.parse(json));
  }
}

function forged(at: string): EvidenceError {
  return new EvidenceError('REPORT_INVALID', {
    at,
    found: 'reports and a summary that do not fit each other',
    expected: 'a summary of just these reports',
    hint: 'have it written again by verify-evidence, with --format json; what was changed by hand is no report',
  });
}

async function storedIn({ json, at }: StoredLine): Promise<VerificationJson | ErrorJson> {
  const { stored } = await parseStoredReport(Buffer.from(json), at);
  if ('outcome' in stored) throw forged(at);
  return stored;
}

export async function* reportsIn(from: StoredBatch): AsyncGenerator<ReportAndRow, void> {
  for await (const line of from.parts()) {
    if (line.part !== 'report') continue;
    const stored = await storedIn(line);
    const row = rowOfStored(stored, line);
    yield { line: line.json, report: () => stored, row };
  }
}
