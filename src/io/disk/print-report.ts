import { constants, fstatSync, type Stats } from 'node:fs';
import { lstat, realpath, stat, writeFile } from 'node:fs/promises';

import { requireFree, writeWhole } from './files.ts';
import { isSystemError, unwritable } from './system-error.ts';

/** Bytes, of a report that is made while it is written. */
const MOST_GATHERED = 64 * 1024;

/** A text, or one that is made while it is written. */
export type Report = string | AsyncIterable<Uint8Array>;

/**
 * The report and nothing else: to standard output, or completely into a file. A link is followed, and
 * its target is replaced. What has no content, e.g. `/dev/null`, is written to.
 *
 * @throws EvidenceError FILE_UNWRITABLE
 */
export async function printReport(
  text: Report,
  output: string | undefined,
  signal?: AbortSignal,
): Promise<void> {
  const stats = output === undefined ? undefined : await statsOf(output);
  const stream = stats && STREAMS.find(({ fd }) => isOpenAs(fd, stats));
  if (output === undefined) await flow(text, process.stdout);
  else if (stream !== undefined) await flow(text, stream);
  else if (stats !== undefined && isFlow(stats)) await pour(text, output);
  else {
    const chunks = typeof text === 'string' ? [Buffer.from(text)] : gathered(text);
    await writeWhole(await targetOf(output), chunks, { force: true, signal });
  }
}

/** Nobody reads a file before it is whole, so that many short lines are written together. */
async function* gathered(text: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  let pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of text) {
    pieces.push(piece);
    size += piece.length;
    if (size < MOST_GATHERED) continue;
    yield Buffer.concat(pieces);
    [pieces, size] = [[], 0];
  }
  yield Buffer.concat(pieces);
}

/** As fast as it is read. A reader that closes the pipe early has what it wants. */
async function flow(text: Report, stream: NodeJS.WriteStream): Promise<void> {
  if (typeof text === 'string') {
    stream.write(text);
    return;
  }
  for await (const piece of text) {
    if (stream.destroyed || stream.write(piece)) continue;
    const { promise, resolve } = Promise.withResolvers<void>();
    const events = ['drain', 'close', 'error'];
    for (const event of events) stream.once(event, resolve);
    await promise;
    for (const event of events) stream.off(event, resolve);
  }
}

/** Throws FILE_UNWRITABLE if `printReport` would: to say so before the work is done. */
export async function requirePrintable(output: string): Promise<void> {
  const stats = await statsOf(output);
  if (stats === undefined || !isFlow(stats)) await requireFree(await targetOf(output), true);
}

const STREAMS = [process.stdout, process.stderr];

/**
 * True for `/dev/stdout` and similar files: to rename a file over it would cut off what the shell
 * opened.
 */
function isOpenAs(fd: number, { dev, ino }: Stats): boolean {
  const opened = fstatSync(fd);
  return opened.dev === dev && opened.ino === ino;
}

/** What accepts bytes and keeps none. */
function isFlow(stats: Stats): boolean {
  return stats.isCharacterDevice() || stats.isFIFO();
}

async function statsOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return undefined;
    throw unwritable(error, path);
  }
}

async function pour(text: Report, path: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: constants.O_WRONLY });
  } catch (error) {
    throw unwritable(error, path);
  }
}

/** Where a link leads; any other path as it is. */
async function targetOf(path: string): Promise<string> {
  try {
    return (await lstat(path)).isSymbolicLink() ? await realpath(path) : path;
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT' && error.syscall === 'lstat') return path;
    throw unwritable(error, path);
  }
}
