import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, type Stats } from 'node:fs';
import { access, lstat } from 'node:fs/promises';
import { dirname } from 'node:path';

import type { BundleFile } from '../../archive/entry.ts';
import type { BundlePath } from '../../bundle-path.ts';
import { digestOfHex } from '../../digest.ts';
import type { ErrorCode } from '../../errors/catalogue.ts';
import { EvidenceError, withCode } from '../../errors/evidence-error.ts';
import type { FileKind } from '../../file-kinds.ts';
import { MAX_CONFIG_BYTES, MAX_FILE_BYTES } from '../../limits.ts';
import { refuse } from '../../place.ts';
import { escapeInvisible } from '../../quote.ts';
import { recognised, wordsFor } from '../../recognise.ts';
import { kindOf, openFile, openFound, readToEnd, readUnchanged } from './open-file.ts';
import { tooLarge, withFile, wrongKind } from './open-file.ts';
import { StagedFile, existsAlready, syncDirectory, type FileToWrite } from './staged-file.ts';
import { StagedTree, requireOwnTree, type TreeToWrite } from './staged-tree.ts';
import { isSystemError, unreadable, unwritable } from './system-error.ts';

/** The name of standard input where a file is asked for. */
export const STDIN = '-';

export interface WriteOptions {
  /** Replace a file that is there. */
  readonly force: boolean;
  /** Gives up, and removes what was written so far, before `abort` returns. */
  readonly signal?: AbortSignal | undefined;
  /** Called in the turn of the event loop in which the file gets its name. */
  readonly onNamed?: (file: Stats) => void;
}

/** How complaints and reports name a file that may be standard input. */
export function nameOf(path: string): string {
  return path === STDIN ? 'stdin' : path;
}

/** Throws USAGE: of two documents in standard input, the first reader would get both. */
export function requireOneStdin(paths: readonly (string | undefined)[]): void {
  if (paths.filter((path) => path === STDIN).length <= 1) return;
  const hint = 'give all but one as files';
  refuse({ code: 'USAGE', at: STDIN, hint }, '- more than once', 'standard input once');
}

/**
 * A whole file, or standard input for `-`.
 *
 * @throws EvidenceError FILE_UNREADABLE; LIMIT_EXCEEDED, of a file after its first bytes
 */
export async function readFileBounded(
  path: string,
  maxBytes: Limit['maxBytes'],
  wanted: FileKind,
): Promise<Uint8Array> {
  const limit = { maxBytes, wanted, at: escapeInvisible(nameOf(path)) };
  if (path === STDIN) return await gather(standardInput(), 0, limit);
  return await withFile(
    openFile(path),
    async (file) => await gather(readToEnd(file, path), file.stats.size, limit),
  );
}

/**
 * A file that says how to judge. If it is too large, that says nothing about the evidence. So it is
 * refused with its own code, never as an invalid input.
 *
 * @param code what an unusable one is refused with
 * @throws EvidenceError FILE_UNREADABLE, FILE_CHANGED, `code`
 */
export async function readConfig(
  path: string,
  wanted: FileKind,
  code: ErrorCode,
): Promise<Uint8Array> {
  return await ofTheCaller(code, readFileBounded(path, MAX_CONFIG_BYTES, wanted));
}

/** For what says how to judge: what is refused as invalid gets this code. */
export async function ofTheCaller<T>(code: ErrorCode, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof EvidenceError) || error.class !== 'invalid') throw error;
    throw withCode(error, code);
  }
}

/** A file on disk, hashed now, as a file of a bundle that is read again when the bundle is written. */
export async function hashFile(path: string, bundlePath: BundlePath): Promise<BundleFile> {
  return await withFile(openFound(path), async (file) => {
    const { size } = file.stats;
    if (size > MAX_FILE_BYTES) throw tooLarge(path, MAX_FILE_BYTES, 'a file of a bundle');
    const hash = createHash('sha256');
    for await (const chunk of readUnchanged(file, path)) hash.update(chunk);
    const digest = digestOfHex(hash.digest('hex'));
    return { path: bundlePath, size, digest, open: () => readAgain(path) };
  });
}

/**
 * Writes a file completely or not at all: first into a file beside it (`.affidavit-….tmp`, which only a
 * kill -9 leaves behind), then to the disk; then it gets its name. Without `force` an existing file is
 * never replaced, not even one that appears meanwhile. Its mode is that of any new file, 0666 less the
 * umask, unless it is private.
 *
 * @throws EvidenceError OUTPUT_EXISTS, FILE_UNWRITABLE; whatever `chunks` throws, or the signal's reason
 */
export async function writeWhole(
  path: string,
  chunks: FileToWrite['chunks'],
  { onNamed, ...options }: WriteOptions,
): Promise<void> {
  await writeTogether([{ path, chunks }], {
    ...options,
    onNamed: ([stats]) => stats && onNamed?.(stats),
  });
}

export type Output = FileToWrite | TreeToWrite;

interface WriteTogether extends Omit<WriteOptions, 'onNamed'> {
  readonly onNamed?: (files: readonly Stats[]) => void;
}

/**
 * The same of several files and directories that belong together: they get their names in one turn of the event
 * loop, the last one last, and none does if one cannot.
 */
export async function writeTogether(
  outputs: readonly Output[],
  { force, signal, onNamed }: WriteTogether,
): Promise<void> {
  for (const output of outputs) await requireFreeOutput(output, force);
  signal?.throwIfAborted();
  const staged: Staged[] = [];
  const drop = (): void => staged.forEach((file) => file.drop());
  signal?.addEventListener('abort', drop);
  try {
    for (const output of outputs) {
      const one = 'tree' in output ? new StagedTree(output) : new StagedFile(output);
      staged.push(one);
      await one.fill(signal);
    }
    const named = nameAll(staged, force);
    onNamed?.(named);
    for (const { path } of outputs) await syncDirectory(dirname(path));
  } finally {
    signal?.removeEventListener('abort', drop);
    drop();
  }
}

type Staged = StagedFile | StagedTree;

/** What `force` has replaced cannot come back. */
function nameAll(staged: readonly Staged[], force: boolean): readonly Stats[] {
  const named: Stats[] = [];
  try {
    for (const file of staged) named.push(file.keep(force));
    return named;
  } catch (error) {
    if (!force) for (const file of staged.slice(0, named.length)) file.withdraw();
    throw error;
  }
}

/** The same as `requireFree`; of a directory it may also throw OUTPUT_FOREIGN. */
export async function requireFreeOutput(
  output: Pick<FileToWrite, 'path'> | Omit<TreeToWrite, 'tree'>,
  force: boolean,
): Promise<void> {
  if ('own' in output && requireOwnTree(output, force)) return;
  await requireFree(output.path, force);
}

/** Throws OUTPUT_EXISTS or FILE_UNWRITABLE if `writeWhole` would: to say so before the work is done. */
export async function requireFree(path: string, force: boolean): Promise<void> {
  const stats = await lstat(path).catch((error: unknown) => {
    if (isSystemError(error) && error.code === 'ENOENT' && path !== '') return undefined;
    throw unwritable(error, path);
  });
  if (stats === undefined) {
    await access(dirname(path), constants.W_OK | constants.X_OK).catch((error: unknown) => {
      throw unwritable(error, path);
    });
    return;
  }
  if (!stats.isFile() && !stats.isSymbolicLink()) {
    const hint = 'name a file to write';
    const place = { code: 'FILE_UNWRITABLE', at: escapeInvisible(path), hint } as const;
    refuse(place, `a ${kindOf(stats)}`, 'no file, or a regular one');
  }
  if (!force) throw existsAlready(path);
}

interface Limit {
  /** A number, or what its first bytes allow. */
  readonly maxBytes: number | ((start: Uint8Array) => number);
  readonly wanted: FileKind;
  readonly at: string;
}

/** @param announced the size that the file says it has */
async function gather(
  chunks: AsyncIterable<Uint8Array>,
  announced: number,
  { maxBytes, wanted, at }: Limit,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    parts.push(chunk);
    const start = parts[0] ?? chunk;
    const most = typeof maxBytes === 'number' ? maxBytes : maxBytes(start);
    if (Math.max(size, announced) <= most) continue;
    throw recognised(tooLarge(at, most, wordsFor(wanted)), wanted, { file: at, bytes: start });
  }
  return Buffer.concat(parts);
}

export async function* standardInput(): AsyncGenerator<Uint8Array, void> {
  // Node would read a directory as an input without content.
  const stats = fstatSync(process.stdin.fd);
  if (stats.isDirectory()) throw wrongKind('stdin', kindOf(stats));
  const chunks: AsyncIterable<Uint8Array> = process.stdin;
  try {
    yield* chunks;
  } catch (error) {
    throw unreadable(error, 'stdin');
  }
}

/** What is there, from its start. */
export async function* readAgain(path: string): AsyncGenerator<Uint8Array, void> {
  const file = await openFound(path);
  try {
    yield* readToEnd(file, path);
  } finally {
    closeSync(file.fd);
  }
}
