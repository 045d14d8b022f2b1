import { lstatSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

import { EvidenceError } from '../../errors/evidence-error.ts';
import { escapeInvisible, quote } from '../../quote.ts';
import { STDIN, requireFree } from './files.ts';
import { kindOf } from './open-file.ts';
import { requirePrintable } from './print-report.ts';

/** What a command reads, as the user named it. */
export interface Inputs {
  /**
   * Files and directories; `-` is standard input. A new file in a directory does no harm, e.g. with
   * `--results .`.
   */
  readonly open: readonly string[];
  /** A bundle, if one is read. Inside it a new file does harm too. */
  readonly bundle?: string;
  /** Environment variables and the files that they name, whether this call reads them or another. */
  readonly variables?: Readonly<Record<string, string | undefined>>;
}

/** An output must not be written over what is read. Throws USAGE, with the flag that names the output. */
export function requireHarmless(flag: string, path: string, inputs: Inputs): void {
  const { open, bundle, variables = {} } = inputs;
  const files = open.filter((input) => input !== STDIN);
  const spoilt =
    bundle !== undefined && isWithin(path, bundle)
      ? bundle
      : files.find((input) => spoils(path, input));
  if (spoilt !== undefined) throw wouldReplace(flag, path, `where ${quote(spoilt)} is read`);
  for (const [name, file] of Object.entries(variables)) {
    if (file !== undefined && spoils(path, file)) {
      throw wouldReplace(flag, path, `the file that ${name} names`);
    }
  }
}

function wouldReplace(flag: string, path: string, where: string): EvidenceError {
  return new EvidenceError('USAGE', {
    at: flag,
    found: `${quote(path)}, ${where}`,
    expected: 'a path of its own',
    hint: 'name another file to write',
  });
}

/**
 * Whether two paths mean one file, however they are written: a path may have links, and a file many
 * names.
 */
export function isSamePlace(a: string, b: string): boolean {
  return entryOf(a) === entryOf(b) || isSameFile(a, b);
}

/** The directory itself, or anything under it: by its name, and by the target of a link there. */
function isWithin(path: string, directory: string): boolean {
  if (isSamePlace(path, directory)) return true;
  const starts = [entryOf(path), realOf(path)];
  return starts.some((start) => parentsOf(start).some((parent) => isSamePlace(parent, directory)));
}

function spoils(path: string, input: string): boolean {
  const exists = ifThere(() => lstatSync(path)) !== undefined;
  return isSamePlace(path, input) || (exists && isWithin(path, input));
}

/** Devices do not count: one may be read and written. */
function isSameFile(a: string, b: string): boolean {
  const [one, other] = [a, b].map((path) => ifThere(() => statSync(path)));
  if (one === undefined || other === undefined) return false;
  const isKept = one.isFile() || one.isDirectory();
  return isKept && one.dev === other.dev && one.ino === other.ino;
}

/** What cannot be looked at gives an error when it is opened. */
function ifThere<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

/** Where a new file of this name would be: links are followed, except in the last part. */
function entryOf(path: string): string {
  const whole = resolve(path);
  return join(realOf(dirname(whole)), basename(whole));
}

function realOf(path: string): string {
  return ifThere(() => realpathSync(path)) ?? resolve(path);
}

function parentsOf(path: string): readonly string[] {
  const parent = dirname(path);
  return parent === path ? [] : [parent, ...parentsOf(parent)];
}

/** What a validation reads and writes, as the user named it. */
export interface ValidationPaths extends Pick<Inputs, 'open' | 'variables'> {
  /** The archive; undefined if none is wanted. */
  readonly out: string | undefined;
  readonly force: boolean;
  /** The root of a sandbox is left in `<out>.sandbox/`. */
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
  const { out, force, sandbox, output } = paths;
  if (output !== undefined) {
    requireHarmless('--output', output, paths);
    await requirePrintable(output);
  }
  if (out === undefined) return;
  const folder = sandbox ? `${out}.sandbox` : undefined;
  if (output !== undefined && meets(output, out, folder)) {
    throw wouldReplace('--output', output, 'where --emit-evidence writes');
  }
  if (folder !== undefined) requireFolderOfItsOwn(folder, paths.open);
  if (force) requireHarmless('--emit-evidence', out, paths);
  await requireFree(out, force);
}

/** Neither may be there yet, so that only their names can say whether a disk that ignores case has one place for both. */
function meets(output: string, out: string, folder: string | undefined): boolean {
  const [one, other] = [output, out].map((path) => entryOf(path).normalize('NFC').toLowerCase());
  if (one === other || isSamePlace(output, out)) return true;
  return folder !== undefined && isWithin(output, folder);
}

/** The folder of a sandbox's root is made, or was made by an earlier run: it is no link, and nothing is read in it. */
function requireFolderOfItsOwn(folder: string, inputs: readonly string[]): void {
  const read = inputs.find((input) => input !== STDIN && isWithin(input, folder));
  if (read !== undefined) {
    throw wouldReplace('--emit-evidence', folder, `where ${quote(read)} is read`);
  }
  const stats = ifThere(() => lstatSync(folder));
  if (stats === undefined || stats.isDirectory()) return;
  throw new EvidenceError('OUTPUT_EXISTS', {
    at: escapeInvisible(folder),
    found: `a ${kindOf(stats)}`,
    expected: 'nothing, or the folder of an earlier --sandbox',
    hint: 'name another file to write',
  });
}
