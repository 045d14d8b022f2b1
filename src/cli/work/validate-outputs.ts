import { lstat } from 'node:fs/promises';
import { basename } from 'node:path';

import { EvidenceError } from '../../errors/evidence-error.ts';
import { STDIN, requireFreeOutput } from '../../io/disk/files.ts';
import {
  isWithin,
  lookAt,
  requireHarmless,
  wouldBeSamePlace,
  wouldReplace,
  type Inputs,
} from '../../io/disk/harmless-output.ts';
import { kindOf } from '../../io/disk/open-file.ts';
import { requirePrintable } from '../../io/disk/print-report.ts';
import type { OwnTree } from '../../io/disk/staged-tree.ts';
import { isSystemError } from '../../io/disk/system-error.ts';
import { sandboxFolder } from '../../io/sandbox/sandbox-files.ts';
import { refuse } from '../../place.ts';
import { escapeInvisible, quote } from '../../quote.ts';

/** What a validation reads and writes, as the user named it. */
export interface ValidationPaths extends Pick<Inputs, 'open' | 'variables' | 'bundle'> {
  /** The flag that names what is written; by default that of evidence. */
  readonly flag?: string;
  /** The archive; undefined if none is wanted. */
  readonly out: string | undefined;
  /** The logs of the archive; undefined if none are written beside it. */
  readonly logs?: string | undefined;
  /** `out` is a directory, and replaced as a whole. */
  readonly isDirectory?: boolean;
  readonly force: boolean;
  /** What may be left beside the archive if it is not signed. */
  readonly beside: readonly string[];
  /** The root of a sandbox is left beside the archive. */
  readonly sandbox: boolean;
  /** The files of reports, each with the flag that names it. */
  readonly outputs: readonly (readonly [flag: string, path: string])[];
  /** What opens withheld values, and what logs and results are read from, which become public: it must not be in there. */
  readonly openings?: string | undefined;
  readonly publishedFrom?: readonly string[];
  /** Where logs would be taken for those of the archive, which has none beside it. */
  readonly noLogs?: string | undefined;
}

/**
 * Checks the outputs before any work is done, above all before a log gets an entry for ever.
 *
 * @throws EvidenceError FILE_UNWRITABLE, OUTPUT_EXISTS; USAGE if one would replace an input or the other
 */
export async function requireOutputs(paths: ValidationPaths): Promise<void> {
  const { out, logs, isDirectory = false, sandbox, outputs } = paths;
  for (const [flag, output] of outputs) {
    requireHarmless(flag, output, paths);
    await requirePrintable(output);
  }
  if (out === undefined) return;
  for (const [flag, output] of outputs) {
    if (isWhereOut(output, { ...paths, out })) {
      throw wouldReplace(flag, output, `where ${flagOf(paths)} writes`);
    }
  }
  if (sandbox) requireFolderOfItsOwn(sandboxFolder(out), paths);
  if (isDirectory) {
    requireOwnName(out);
    requireNotRead(out, [...paths.open, ...variablesOf(paths)], paths);
  }
  await requireWritable(isDirectory ? { path: out, own: await ownTree() } : { path: out }, paths);
  if (logs !== undefined) await requireWritable({ path: logs }, paths);
  requireNoLogs(paths.noLogs);
  await requireNames(paths.beside);
  requireOwnOpenings(paths);
}

/** Loaded only where it is wanted. */
async function ownTree(): Promise<OwnTree> {
  return (await import('../../evidence/pack/own-tree.ts')).OWN_TREE;
}

/** Whoever has the openings knows everything that is withheld. */
function requireOwnOpenings({ openings, publishedFrom = [], ...paths }: ValidationPaths): void {
  if (openings === undefined) return;
  if (openings === STDIN) throw wouldReplace('--openings', openings, 'which is no file');
  requireHarmless('--openings', openings, paths);
  for (const path of [paths.out, paths.logs, ...paths.outputs.map(([, file]) => file)]) {
    if (path !== undefined && (wouldBeSamePlace(openings, path) || isWithin(openings, path))) {
      throw wouldReplace('--openings', openings, `where ${quote(path)} is written`);
    }
  }
  const published = publishedFrom.find((folder) => folder !== STDIN && isWithin(openings, folder));
  if (published !== undefined) {
    throw wouldReplace('--openings', openings, `in ${quote(published)}, which is published`);
  }
}

function isWhereOut(
  path: string,
  { out, logs = out, sandbox, isDirectory = false }: ValidationPaths & { readonly out: string },
): boolean {
  const folders = [...(sandbox ? [sandboxFolder(out)] : []), ...(isDirectory ? [out] : [])];
  return (
    [out, logs].some((one) => wouldBeSamePlace(path, one)) ||
    folders.some((folder) => isWithin(path, folder))
  );
}

async function requireWritable(
  output: Parameters<typeof requireFreeOutput>[0],
  paths: ValidationPaths,
): Promise<void> {
  const { force, bundle } = paths;
  if (force || bundle !== undefined) requireHarmless(flagOf(paths), output.path, paths);
  await requireFreeOutput(output, force);
}

/** More of them beside one file mean that something else is wrong. */
export const MOST_UNSIGNED = 1000;

/** Where a packed bundle is kept that was not signed: the first of these names that is free. */
export function unsignedPath(out: string, number: number): string {
  return `${out}.unsigned${number === 1 ? '' : `.${number}`}.tar.gz`;
}

/** Where the logs of a redacted bundle are. */
export function logsPath(out: string): string {
  return `${out}.logs.tar.gz`;
}

/** One after the other: of two that are too long, the same one is always named. */
async function requireNames(paths: readonly string[]): Promise<void> {
  for (const path of paths) await requireName(path);
}

/** Only the disk knows how long a name may be. What else is wrong with it is said when it is used. */
async function requireName(path: string): Promise<void> {
  const error: unknown = await lstat(path).catch((reason: unknown) => reason);
  if (!isSystemError(error) || error.code !== 'ENAMETOOLONG') return;
  refuse(
    { code: 'FILE_UNWRITABLE', at: escapeInvisible(path), hint: 'name a shorter OUT' },
    `a name of ${Buffer.byteLength(basename(path))} bytes, which is too long here`,
    'an OUT that leaves room for the names of what may be written beside it',
  );
}

/** The folder of a sandbox's root is made, or was made by an earlier run: it is no link, and nothing is read in it. */
function requireFolderOfItsOwn(folder: string, paths: ValidationPaths): void {
  requireNotRead(folder, paths.open, paths);
  const stats = lookAt(folder);
  if (stats === undefined || stats.isDirectory()) return;
  const hint = 'name another file to write';
  const place = { code: 'OUTPUT_EXISTS', at: escapeInvisible(folder), hint } as const;
  refuse(place, `a ${kindOf(stats)}`, 'nothing, or the folder of an earlier --sandbox');
}

/** A directory is written beside its place, and then gets its name: `.` has no name and nothing beside it. */
function requireOwnName(out: string): void {
  if (!['', '.', '..'].includes(basename(out))) return;
  const hint = 'call it from another directory, and write the name of the one that is wanted';
  const expected = 'a directory by its name, which is replaced as a whole';
  refuse({ code: 'USAGE', at: '--emit-evidence', hint }, quote(out), expected);
}

function requireNoLogs(path: string | undefined): void {
  if (path === undefined || lookAt(path) === undefined) return;
  throw new EvidenceError('OUTPUT_EXISTS', {
    at: escapeInvisible(path),
    found: 'logs beside evidence that has none there',
    expected: 'nothing: they would be taken for logs of this run',
    hint: 'move them away, or name another OUT',
  });
}

/** Nothing that is read is in a directory that is replaced. */
function requireNotRead(folder: string, inputs: readonly string[], paths: ValidationPaths): void {
  const read = inputs.find((input) => input !== STDIN && isWithin(input, folder));
  if (read === undefined) return;
  throw wouldReplace(flagOf(paths), folder, `where ${quote(read)} is read`);
}

function flagOf({ flag = '--emit-evidence' }: ValidationPaths): string {
  return flag;
}

function variablesOf({ bundle, variables = {} }: ValidationPaths): readonly string[] {
  return [...Object.values(variables), bundle].filter((path) => path !== undefined);
}
