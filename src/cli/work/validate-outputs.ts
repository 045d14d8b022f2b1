import { lstat } from 'node:fs/promises';
import { basename } from 'node:path';

import { EvidenceError } from '../../errors/evidence-error.ts';
import { STDIN, requireFree } from '../../io/disk/files.ts';
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
import { isSystemError } from '../../io/disk/system-error.ts';
import { sandboxFolder } from '../../io/sandbox/sandbox-files.ts';
import { escapeInvisible, quote } from '../../quote.ts';

/** What a validation reads and writes, as the user named it. */
export interface ValidationPaths extends Pick<Inputs, 'open' | 'variables' | 'bundle'> {
  /** The archive; undefined if none is wanted. */
  readonly out: string | undefined;
  /** The logs of the archive; undefined if none are written beside it. */
  readonly logs?: string | undefined;
  readonly force: boolean;
  /** What may be left beside the archive if it is not signed. */
  readonly beside: readonly string[];
  /** The root of a sandbox is left beside the archive. */
  readonly sandbox: boolean;
  /** The report; undefined: standard output. */
  readonly output: string | undefined;
}

/**
 * Checks the outputs before any work is done, above all before a log gets an entry for ever.
 *
 * @throws EvidenceError FILE_UNWRITABLE, OUTPUT_EXISTS; USAGE if one would replace an input or the other
 */
export async function requireOutputs(paths: ValidationPaths): Promise<void> {
  const { out, logs, force, sandbox, output } = paths;
  if (output !== undefined) {
    requireHarmless('--output', output, paths);
    await requirePrintable(output);
  }
  if (out === undefined) return;
  const folder = sandbox ? sandboxFolder(out) : undefined;
  const outs = [out, logs].filter((path) => path !== undefined);
  const isOut = (path: string): boolean =>
    outs.some((one) => wouldBeSamePlace(path, one)) ||
    (folder !== undefined && isWithin(path, folder));
  if (output !== undefined && isOut(output)) {
    throw wouldReplace('--output', output, 'where --emit-evidence writes');
  }
  if (folder !== undefined) requireFolderOfItsOwn(folder, paths.open);
  for (const path of outs) {
    if (force || paths.bundle !== undefined) requireHarmless('--emit-evidence', path, paths);
    await requireFree(path, force);
  }
  await requireNames(paths.beside);
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
  throw new EvidenceError('FILE_UNWRITABLE', {
    at: escapeInvisible(path),
    found: `a name of ${Buffer.byteLength(basename(path))} bytes, which is too long here`,
    expected: 'an OUT that leaves room for the names of what may be written beside it',
    hint: 'name a shorter OUT',
  });
}

/** The folder of a sandbox's root is made, or was made by an earlier run: it is no link, and nothing is read in it. */
function requireFolderOfItsOwn(folder: string, inputs: readonly string[]): void {
  const read = inputs.find((input) => input !== STDIN && isWithin(input, folder));
  if (read !== undefined) {
    throw wouldReplace('--emit-evidence', folder, `where ${quote(read)} is read`);
  }
  const stats = lookAt(folder);
  if (stats === undefined || stats.isDirectory()) return;
  throw new EvidenceError('OUTPUT_EXISTS', {
    at: escapeInvisible(folder),
    found: `a ${kindOf(stats)}`,
    expected: 'nothing, or the folder of an earlier --sandbox',
    hint: 'name another file to write',
  });
}
