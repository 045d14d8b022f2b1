import type { Dirent } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';

import { EvidenceError, orIfRefused, type Finding } from '../../errors/evidence-error.ts';
import { ResultsCollector, resultsMissing } from '../../evidence/phase/ctrf.ts';
import type { Results, ResultsInput } from '../../evidence/phase/ctrf.ts';
import { PHASES, type Phase } from '../../evidence/phase/phase.ts';
import { isPacked, mapOriginal } from '../../evidence/results/original.ts';
import { MAX_ENTRIES, MAX_JSON_BYTES, MAX_RESULTS_BYTES } from '../../limits.ts';
import { fileWord } from '../../packed-file.ts';
import { faultAt, refusal } from '../../place.ts';
import { escapeInvisible } from '../../quote.ts';
import { recognised } from '../../recognise.ts';
import { STDIN, nameOf, readFileBounded, requireOneStdin } from './files.ts';
import { kindOf, listDirectory, readStart } from './open-file.ts';
import { unreadable } from './system-error.ts';

const LIMIT = {
  most: MAX_ENTRIES,
  found: `more than ${MAX_ENTRIES} entries`,
  expected: `at most ${MAX_ENTRIES} entries in a directory of results`,
  hint: 'name the files one by one',
};

/** A file, a directory, or `-`, and the phase that the user said it is of. */
export interface ResultsPath {
  readonly path: string;
  readonly phase?: Phase | undefined;
}

/**
 * Reads and sorts the results that the user names: CTRF files and others that become CTRF, directories of them (`*.json`,
 * and others that are named after a phase; all else in them is a finding), or standard input for `-`.
 *
 * @throws EvidenceError FILE_UNREADABLE, LIMIT_EXCEEDED, RESULTS_MISSING, USAGE (`-` twice), and what
 * `parseResults` and `mapOriginal` throw
 */
export async function readResults(paths: readonly ResultsPath[]): Promise<Results> {
  requireOneStdin(paths.map(({ path }) => path));
  const collector = new ResultsCollector();
  const findings: Finding[] = [];
  const bundles: string[] = [];
  let total = 0;
  const add = async (file: ResultsPath, folder: string | undefined): Promise<void> => {
    const input = await readInput(file, folder);
    total += (input.original ?? input.bytes).length;
    if (total > MAX_RESULTS_BYTES) throw tooLarge(file.path);
    collector.add(input);
  };
  for (const { path, phase } of paths) {
    if (path !== STDIN && (await isDirectory(path))) {
      const entries = await listDirectory(path, LIMIT);
      if (isBundle(entries)) bundles.push(path);
      const { reports = [], others = [] } = Object.groupBy(entries, (entry) =>
        isReport(entry) ? 'reports' : 'others',
      );
      if (reports.length === 0) throw await noReport(path, others);
      for (const { name } of reports) await add({ path: join(path, name), phase }, path);
      findings.push(...others.map((entry) => ignored(path, entry)));
    } else {
      await add({ path, phase }, undefined);
    }
  }
  const results = orIfRefused(
    () => collector.results(),
    (error) => {
      throw bundles.map((path) => missingInBundle(path, error)).find(Boolean) ?? error;
    },
  );
  return { ...results, findings: [...findings, ...results.findings] };
}

/** An unpacked one: its reports are one level further down. */
function isBundle(entries: readonly Dirent[]): boolean {
  const has = (name: string): boolean => entries.some((entry) => entry.name === name);
  return has('ctrf') && has('manifest.json');
}

function missingInBundle(bundle: string, error: EvidenceError): EvidenceError | undefined {
  const folder = escapeInvisible(bundle);
  const isIn = error.at === folder || error.at?.startsWith(join(folder, '/')) === true;
  if (error.code !== 'RESULTS_MISSING' || !isIn) return undefined;
  const hint = `name the directory in it that has them: \`--results ${fileWord(join(bundle, 'ctrf'))}\``;
  const place = { code: 'RESULTS_MISSING', at: folder, hint } as const;
  return refusal(place, 'an unpacked bundle', 'a directory of results', error);
}

/** A directory of other files: the first tells what was taken for reports, e.g. JUnit XML. */
async function noReport(directory: string, others: readonly Dirent[]): Promise<EvidenceError> {
  const folder = escapeInvisible(directory);
  const file = others.find((entry) => entry.isFile() && !isMangled(entry));
  if (file === undefined) return resultsMissing(folder);
  const path = join(directory, file.name);
  return resultsMissing(folder, { file: escapeInvisible(path), start: await readStart(path) });
}

async function readInput(
  { path, phase }: ResultsPath,
  folder: string | undefined,
): Promise<ResultsInput> {
  const bytes = await readFileBounded(path, mostOf, 'results');
  const input = { name: nameOf(path), bytes, folder, phase };
  const file = escapeInvisible(input.name);
  const report = await mapOriginal(bytes, file).catch((error: unknown) => {
    const isOther = error instanceof EvidenceError && OF_OTHERS.has(error.code);
    throw isOther ? recognised(error, 'results', { file, bytes }) : error;
  });
  return report === undefined ? input : { ...input, bytes: report, original: bytes };
}

/** All of a cluster may be in a packed run. */
function mostOf(start: Uint8Array): number {
  return isPacked(start) ? MAX_RESULTS_BYTES : MAX_JSON_BYTES;
}

/** What is said of a file that may be of another kind. */
const OF_OTHERS: ReadonlySet<string> = new Set([
  'DOCUMENT_INVALID',
  'DOCUMENT_UNSUPPORTED',
  'KIND_UNEXPECTED',
  'RESULTS_MISSING',
]);

export async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw unreadable(error, path);
  }
}

function ignored(directory: string, entry: Dirent): Finding {
  const at = escapeInvisible(join(directory, entry.name));
  const hint = 'move it out of the directory, or name it with a --results of its own';
  const expected = 'regular files named *.json, or after a phase: deployment.xml';
  return faultAt({ code: 'RESULTS_FILE_IGNORED', at, hint }, whatIs(entry), expected);
}

/** Links are not followed: one may lead anywhere, and its target is not in the directory. */
function isReport(entry: Dirent): boolean {
  return entry.isFile() && REPORT.test(entry.name) && !isMangled(entry);
}

const REPORT = new RegExp(`\\.json$|^(?:${PHASES.join('|')})\\.(?:jsonl|xml|tgz|tar\\.gz)$`);

/** Node puts U+FFFD for bytes that are not UTF-8, and no file can be opened by such a name. */
function isMangled({ name }: Dirent): boolean {
  return name.includes('\uFFFD');
}

function whatIs(entry: Dirent): string {
  if (!entry.isFile()) return `a ${kindOf(entry)}`;
  return isMangled(entry)
    ? 'a file whose name is not UTF-8, or has U+FFFD'
    : 'a file that is not named *.json';
}

function tooLarge(path: string): EvidenceError {
  return new EvidenceError('LIMIT_EXCEEDED', {
    at: escapeInvisible(path),
    found: 'more bytes, with the files before it, than results may have',
    expected: `at most ${MAX_RESULTS_BYTES} bytes in all files of --results together`,
    hint: 'give the results alone, and shorten the output of their tests',
  });
}
