// The tarball of a Kubernetes conformance run, as sonobuoy lays it out. Its rules: docs/results.md

import { archiveEntries } from '../../archive/archive-entries.ts';
import { plainPath } from '../../archive/collect.ts';
import { shownPath, type Entry } from '../../archive/entry.ts';
import { textOf } from '../../document/data.ts';
import { decodeJson } from '../../document/json.ts';
import { EvidenceError, type ErrorDetail } from '../../errors/evidence-error.ts';
import { MAX_JSON_BYTES, MAX_RUN_BYTES, MAX_RUN_ENTRIES } from '../../limits.ts';
import { quote } from '../../quote.ts';
import { readJUnit } from './junit.ts';
import { failureIn, readLogEnd, requireSameRun, type LogEnd } from './run-log.ts';
import {
  failuresIn,
  infoFailures,
  requireGreenRun,
  statusFailure,
  type RunFailure,
} from './run-status.ts';
import type { MappedRun } from './test-row.ts';

const FOLDER = 'plugins/e2e/results/global';
const JUNIT = `${FOLDER}/junit_01.xml`;
const LOG = `${FOLDER}/e2e.log`;
const SERVER = 'serverversion.json';

const INFO = 'meta/info.json';
/** What sonobuoy makes of the reports of the plugin. */
const STATUS = 'plugins/e2e/sonobuoy_results.yaml';
/** What sonobuoy writes if the plugin failed as a whole. */
const ERROR = /^plugins\/e2e\/errors\//i;
const EMPTY = 'an empty report: whoever should have written it did not end';
/** Of another worker, or attempt. */
const OTHER_LOG = /^plugins\/e2e\/results\/.*\.log$/i;
/** Each of them has tests, for sonobuoy too. */
const REPORT = /^plugins\/e2e\/results\/.*\.xml$/i;

/**
 * @throws EvidenceError RESULTS_MISSING, RESULTS_LOG_DIFFERS, RESULTS_RUN_FAILED, ARCHIVE_UNSAFE, LIMIT_EXCEEDED, and what `archiveEntries`
 *   and `readJUnit` throw
 */
export async function readConformanceRun(bytes: Uint8Array, file: string): Promise<MappedRun> {
  const at = (path: string): string => `${file}: ${path}`;
  const { files, log, failures } = await readRun(bytes, file);
  const junit = files.get(JUNIT);
  if (!files.has('meta')) throw missing(file, 'no directory meta');
  if (junit === undefined) throw missing(file, `no ${JUNIT}`);
  if (log === undefined) throw missing(file, `no ${LOG}`);
  const run = readJUnit(junit, at(JUNIT));
  requireSameRun(run, log, at(LOG));
  const info = files.get(INFO);
  const said = info === undefined ? [] : infoFailures(decodeJson(info, at(INFO)), at(INFO));
  requireGreenRun(run.rows, [...failures, ...said]);
  const server = files.get(SERVER);
  const serverVersion = server && textOf(decodeJson(server, at(SERVER)), 'gitVersion');
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

/** What is read of the tarball. */
interface Run {
  /** By path; `meta` is empty. */
  readonly files: Map<string, Uint8Array>;
  log?: LogEnd;
  readonly failures: RunFailure[];
  /** Of reports beside the one that is mapped. */
  otherBytes: number;
}

async function readRun(bytes: Uint8Array, file: string): Promise<Run> {
  const run: Run = { files: new Map(), failures: [], otherBytes: 0 };
  let [total, count] = [0, 0];
  for await (const entry of archiveEntries(once(bytes), file)) {
    total += entry.size;
    count += 1;
    if (total > MAX_RUN_BYTES || count > MAX_RUN_ENTRIES) throw tooLarge(file);
    const path = plainPath(entry);
    const at = `${file}: ${shownPath(path)}`;
    requirePlain(entry, at);
    if (/^meta(?:\/|$)/.test(path)) run.files.set('meta', new Uint8Array(0));
    if (entry.type === 'file') await readFile(run, { entry, path, at });
  }
  return run;
}

interface Named {
  readonly entry: Entry;
  readonly path: string;
  readonly at: string;
}

async function readFile(run: Run, { entry, path, at }: Named): Promise<void> {
  if (ERROR.test(path)) run.failures.push({ at, found: 'an error of sonobuoy about the tests' });
  const isKept = KEPT.has(path);
  if (path === LOG || isKept) {
    if (run.files.has(path)) throw unsafe(at, 'a file that is there twice', 'each file once');
    run.files.set(path, isKept ? await wholeOf(entry, at) : new Uint8Array(0));
    if (path === LOG) run.log = await readLogEnd(entry.content);
  } else if (path.toLowerCase() === STATUS) {
    run.failures.push(...statusFailure(await wholeOf(entry, at), at));
  } else run.failures.push(...(await failuresBeside(run, { entry, path, at })));
}

/** What reports and logs beside those of the run say against it. */
async function failuresBeside(
  run: Run,
  { entry, path, at }: Named,
): Promise<readonly RunFailure[]> {
  if (OTHER_LOG.test(path)) {
    const found = failureIn(await readLogEnd(entry.content));
    return found === undefined ? [] : [{ at, found: quote(found) }];
  }
  if (!REPORT.test(path)) return [];
  run.otherBytes += entry.size;
  if (run.otherBytes > MAX_JSON_BYTES) throw tooLong(at, run.otherBytes);
  const bytes = await wholeOf(entry, at);
  return bytes.length === 0 ? [{ at, found: EMPTY }] : failuresIn(readJUnit(bytes, at).rows, at);
}

const KEPT: ReadonlySet<string> = new Set([JUNIT, SERVER, INFO]);

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield bytes;
}

async function wholeOf(entry: Entry, at: string): Promise<Uint8Array> {
  if (entry.size > MAX_JSON_BYTES) throw tooLong(at, entry.size);
  const pieces: Uint8Array[] = [];
  for await (const piece of entry.content) pieces.push(piece);
  return Buffer.concat(pieces);
}

function tooLong(at: string, size: number): EvidenceError {
  return new EvidenceError('LIMIT_EXCEEDED', {
    at,
    found: `${size} bytes`,
    expected: `at most ${MAX_JSON_BYTES} bytes`,
    hint: 'give the results of fewer tests',
  });
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
