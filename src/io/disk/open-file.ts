import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  openSync,
  read,
  readSync,
  type Dirent,
  type Stats,
} from 'node:fs';
import { opendir } from 'node:fs/promises';
import { join } from 'node:path';

import { EvidenceError, type ErrorDetail } from '../../errors/evidence-error.ts';
import { refusal } from '../../place.ts';
import { escapeInvisible } from '../../quote.ts';
import { unreadable } from './system-error.ts';
import { tell } from './talk.ts';

/** Reads have at most this many bytes, so that they are not slower than hashing. */
const CHUNK_BYTES = 1024 * 1024;

/** To ask another thread for so few bytes costs more than to read them. */
const AT_ONCE_BYTES = 256 * 1024;

/** In words, as `Entry.type` has them. */
export function kindOf(file: Stats | Dirent): string {
  if (file.isFile()) return 'file';
  if (file.isDirectory()) return 'directory';
  if (file.isSymbolicLink()) return 'symbolic link';
  if (file.isFIFO()) return 'FIFO';
  if (file.isSocket()) return 'socket';
  if (file.isBlockDevice()) return 'block device';
  return file.isCharacterDevice() ? 'character device' : 'file of an unknown kind';
}

/** Whoever opens one closes it, when nothing more of it is read. */
export interface OpenFile {
  readonly fd: number;
  readonly stats: Stats;
}

/** Opens a file that the user named; a link to it is followed. Throws FILE_UNREADABLE. */
export async function openFile(path: string): Promise<OpenFile> {
  return await openRegular(path, 0);
}

/** Opens a file that was found in a directory: never through a link. Throws FILE_UNREADABLE. */
export async function openFound(path: string): Promise<OpenFile> {
  return await openRegular(path, constants.O_NOFOLLOW);
}

/** Uses an open file, and closes it. */
export async function withFile<T>(
  opening: Promise<OpenFile>,
  use: (file: OpenFile) => Promise<T>,
): Promise<T> {
  const file = await opening;
  try {
    return await use(file);
  } finally {
    closeSync(file.fd);
  }
}

/** The content of an open file, to its end. */
export async function* readToEnd(
  { fd, stats }: OpenFile,
  path: string,
): AsyncGenerator<Buffer, void> {
  for (let left = stats.size; ;) {
    // One byte more shows the end. A small file takes no large buffer, of which many would fill the memory.
    const most = left > 0 ? Math.min(left + 1, CHUNK_BYTES) : CHUNK_BYTES;
    const chunk = await readChunk(fd, path, { most, whole: left });
    if (chunk.length > 0) yield chunk;
    if (chunk.length < most) return;
    left -= chunk.length;
  }
}

/** The same, and throws FILE_CHANGED unless it has the size that it was opened with. */
export async function* readUnchanged(file: OpenFile, path: string): AsyncGenerator<Buffer, void> {
  let size = 0;
  for await (const chunk of readToEnd(file, path)) {
    size += chunk.length;
    if (size > file.stats.size) break;
    yield chunk;
  }
  if (size === file.stats.size) return;
  throw new EvidenceError('FILE_CHANGED', {
    at: escapeInvisible(path),
    found: 'another file or another size than a moment before',
    expected: `${file.stats.size} bytes, as before`,
    hint: 'wait until nothing writes there, then run the same command again',
  });
}

/** The first bytes of a file that was found in a directory. */
export async function readStart(path: string): Promise<Uint8Array> {
  return await withFile(
    openFound(path),
    async ({ fd, stats }) => await readChunk(fd, path, { most: CHUNK_BYTES, whole: stats.size }),
  );
}

async function openRegular(path: string, flags: number): Promise<OpenFile> {
  let fd: number | undefined;
  try {
    // Without O_NONBLOCK, opening a FIFO waits for a writer that may never come.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | flags);
    const stats = fstatSync(fd);
    if (stats.isFile()) {
      tell(`reading ${path}: ${stats.size} bytes`);
      return await Promise.resolve({ fd, stats });
    }
    throw wrongKind(path, kindOf(stats));
  } catch (error) {
    if (fd !== undefined) closeSync(fd);
    throw unreadable(error, path);
  }
}

export function wrongKind(
  path: string,
  kind: string,
  hint = WRONG_KIND_HINTS[kind] ?? 'name a regular file',
): EvidenceError {
  const isLayout = kind === 'directory' && existsSync(join(path, OCI_LAYOUT_FILE));
  const at = escapeInvisible(path);
  const place = { code: 'FILE_UNREADABLE', at, hint: isLayout ? LAYOUT_HINT : hint } as const;
  return refusal(place, isLayout ? 'an OCI image layout' : `a ${kind}`, 'a regular file');
}

/** What says that a directory is an OCI image layout. */
export const OCI_LAYOUT_FILE = 'oci-layout';

const LAYOUT_HINT =
  'name a file here; verify-evidence takes a layout as its INPUT, and evidence fetch writes the evidence in it as an archive';

const WRONG_KIND_HINTS: Readonly<Record<string, string>> = {
  directory: 'name the file in it that is meant',
  'symbolic link': 'put the file itself there',
  FIFO: 'name a regular file, or write - and pipe the content into standard input',
};

/** How much is read, and how much there should be. */
interface Asked {
  readonly most: number;
  readonly whole: number;
}

/** The next piece; only the last one is not full. */
async function readChunk(fd: number, path: string, { most, whole }: Asked): Promise<Buffer> {
  // A new buffer each time: the thread of a compressor may still use the last one.
  const buffer = Buffer.allocUnsafeSlow(most);
  let length = 0;
  try {
    while (length < most) {
      const rest = buffer.subarray(length);
      const bytesRead = whole < AT_ONCE_BYTES ? readSync(fd, rest) : await readLater(fd, rest);
      length += bytesRead;
      // All that should be there, although more was asked for, is the end as well.
      if (bytesRead === 0 || length === whole) break;
    }
  } catch (error) {
    throw unreadable(error, path);
  }
  return buffer.subarray(0, length);
}

async function readLater(fd: number, buffer: Buffer): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  read(fd, buffer, (error, bytesRead) => {
    if (error === null) resolve(bytesRead);
    else reject(error);
  });
  return await promise;
}

/** How many entries may come, and what is said when there are more. */
export interface ListLimit extends Pick<ErrorDetail, 'found' | 'expected' | 'hint'> {
  readonly most: number;
  /** Of the names; what is not UTF-8 has U+FFFD in it. */
  readonly encoding?: BufferEncoding;
}

/**
 * What is in a directory, sorted by name. A listing that is too long is stopped early.
 *
 * @throws EvidenceError FILE_UNREADABLE with the system's error as its cause; LIMIT_EXCEEDED
 */
export async function listDirectory(
  directory: string,
  { most, encoding = 'utf8', ...detail }: ListLimit,
): Promise<readonly Dirent[]> {
  const entries: Dirent[] = [];
  try {
    for await (const entry of await opendir(directory, { encoding })) {
      if (entries.length >= most) {
        throw new EvidenceError('LIMIT_EXCEEDED', { at: escapeInvisible(directory), ...detail });
      }
      entries.push(entry);
    }
  } catch (error) {
    throw unreadable(error, directory, 'directory');
  }
  return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

export function tooLarge(
  at: string,
  most: number,
  what: string,
  hint = 'check that this is the right file',
): EvidenceError {
  const place = { code: 'LIMIT_EXCEEDED', at: escapeInvisible(at), hint } as const;
  return refusal(place, `more than ${most} bytes`, `at most ${most} bytes for ${what}`);
}
