// The tarball of a Kubernetes conformance run, as sonobuoy lays it out. Its rules: docs/results.md

import { archiveEntries } from '../../archive/archive-entries.ts';
import { plainPath } from '../../archive/collect.ts';
import { shownPath, type Entry } from '../../archive/entry.ts';
import { textOf } from '../../document/data.ts';
import { decodeJson } from '../../document/json.ts';
import { EvidenceError, type ErrorDetail } from '../../errors/evidence-error.ts';
import { MAX_JSON_BYTES, MAX_RUN_BYTES, MAX_RUN_ENTRIES } from '../../limits.ts';
import { refuse } from '../../place.ts';
import { readJUnit } from './junit.ts';
import { requireSameRun } from './run-log.ts';
import type { MappedRun } from './test-row.ts';

const FOLDER = 'plugins/e2e/results/global';
const JUNIT = `${FOLDER}/junit_01.xml`;
const LOG = `${FOLDER}/e2e.log`;
const SERVER = 'serverversion.json';

/** How much of the end of a log is read, in bytes: its summary is there. */
const LOG_END_BYTES = 65_536;

/**
 * @throws EvidenceError RESULTS_MISSING, RESULTS_LOG_DIFFERS, ARCHIVE_UNSAFE, LIMIT_EXCEEDED, and what `archiveEntries`
 *   and `readJUnit` throw
 */
export async function readConformanceRun(bytes: Uint8Array, file: string): Promise<MappedRun> {
  const files = await filesOf(bytes, file);
  const [junit, log] = [files.get(JUNIT), files.get(LOG)];
  if (!files.has('meta')) throw missing(file, 'no directory meta');
  if (junit === undefined) throw missing(file, `no ${JUNIT}`);
  if (log === undefined) throw missing(file, `no ${LOG}`);
  const run = readJUnit(junit, `${file}: ${JUNIT}`);
  requireSameRun(run.rows, Buffer.from(log).toString('utf8'), `${file}: ${LOG}`);
  const server = files.get(SERVER);
  const serverVersion = server && textOf(decodeJson(server, `${file}: ${SERVER}`), 'gitVersion');
  return { ...run, format: 'a Kubernetes conformance run', tool: 'sonobuoy', serverVersion };
}

function missing(at: string, found: string): EvidenceError {
  return new EvidenceError('RESULTS_MISSING', {
    at,
    found: `${found} in the archive`,
    expected: `the tarball of a Kubernetes conformance run: meta, ${JUNIT} and ${LOG}`,
    hint: 'give the tarball as `sonobuoy retrieve` wrote it, once the run has ended',
  });
}

/** What is read of the tarball, by path; `meta` is empty. */
async function filesOf(bytes: Uint8Array, file: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  let [total, count] = [0, 0];
  for await (const entry of archiveEntries(once(bytes), file)) {
    total += entry.size;
    count += 1;
    if (total > MAX_RUN_BYTES || count > MAX_RUN_ENTRIES) throw tooLarge(file);
    const path = plainPath(entry);
    const at = `${file}: ${shownPath(path)}`;
    requirePlain(entry, at);
    if (/^meta(?:\/|$)/.test(path)) files.set('meta', new Uint8Array(0));
    if (!READ.has(path)) continue;
    if (files.has(path)) throw unsafe(at, 'a file that is there twice', 'each file once');
    files.set(path, path === LOG ? await endOf(entry) : await wholeOf(entry, at));
  }
  return files;
}

const READ: ReadonlySet<string> = new Set([JUNIT, LOG, SERVER]);

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield bytes;
}

async function wholeOf(entry: Entry, at: string): Promise<Uint8Array> {
  if (entry.size > MAX_JSON_BYTES) {
    const place = { code: 'LIMIT_EXCEEDED', at, hint: 'give the results of fewer tests' } as const;
    refuse(place, `${entry.size} bytes`, `at most ${MAX_JSON_BYTES} bytes`);
  }
  const pieces: Uint8Array[] = [];
  for await (const piece of entry.content) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function endOf(entry: Entry): Promise<Uint8Array> {
  let end: Buffer = Buffer.alloc(0);
  for await (const piece of entry.content) {
    end = Buffer.from(Buffer.concat([end, piece]).subarray(-LOG_END_BYTES));
  }
  return end;
}

const PACK_LESS =
  'pack what is read alone: `tar -czf conformance.tar.gz meta plugins/e2e serverversion.json`';

function tooLarge(at: string): EvidenceError {
  return new EvidenceError('LIMIT_EXCEEDED', {
    at,
    found: 'more files or bytes than a conformance run may have',
    expected: `at most ${MAX_RUN_ENTRIES} entries and ${MAX_RUN_BYTES} bytes, unpacked`,
    hint: PACK_LESS,
  });
}

/** Links lead to other files, which programs that unpack it follow. */
function requirePlain({ type }: Entry, at: string): void {
  if (type === 'file' || type === 'directory') return;
  throw unsafe(at, `a ${type}`, 'regular files and directories only');
}

function unsafe(at: string, found: string, expected: string): EvidenceError {
  const detail: ErrorDetail = { at, found, expected, hint: PACK_LESS };
  return new EvidenceError('ARCHIVE_UNSAFE', detail);
}
