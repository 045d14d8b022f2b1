import { closeSync, statSync, type Stats } from 'node:fs';
import { join } from 'node:path';

import { archiveEntries } from '../../archive/archive-entries.ts';
import { plainPath } from '../../archive/collect.ts';
import type { Entry, Layout } from '../../archive/entry.ts';
import { refuse } from '../../place.ts';
import { STDIN, nameOf, standardInput } from './files.ts';
import { bundleFolder, isBundleItself, isLayoutFolder } from './folders.ts';
import {
  kindOf,
  listDirectory,
  openFile,
  openFound,
  readUnchanged,
  wrongKind,
  type OpenFile,
} from './open-file.ts';
import { unreadable } from './system-error.ts';

/**
 * A bundle's entries, whether it is a tar.gz or a directory; they can be read once. It is opened when
 * they are read, so what is wrong is in the report. Nothing is written anywhere.
 *
 * @throws EvidenceError while it is read: FILE_UNREADABLE, FILE_CHANGED (unjudged);
 *   ARCHIVE_UNREADABLE, ARCHIVE_UNSAFE, LIMIT_EXCEEDED (invalid)
 */
export async function* openEntries(path: string, layout: Layout): AsyncGenerator<Entry, void> {
  yield* await openNow(path, layout);
}

/**
 * The same for the command line: `-` is an archive in standard input. What cannot be opened cannot be
 * judged, so that is thrown at once.
 *
 * @throws EvidenceError FILE_UNREADABLE; the entries throw the others
 */
export async function openInput(
  path: string,
  layout: Layout,
): Promise<AsyncGenerator<Entry, void>> {
  return path === STDIN
    ? archiveEntries(standardInput(), nameOf(path))
    : await openNow(path, layout);
}

async function openNow(path: string, layout: Layout): Promise<AsyncGenerator<Entry, void>> {
  const stats = statsOf(path);
  if (stats.isDirectory()) {
    // Its files are blobs: it is complained about as a whole.
    if (isLayoutFolder(path) && !isBundleItself(path, layout)) throw wrongKind(path, 'directory');
    // What lies beside the folder of the bundle is no part of it.
    const directory = bundleFolder(path, layout) ?? path;
    return walk({ directory, prefix: '', layout, seen: { count: 0 } });
  }
  if (!stats.isFile()) throw wrongKind(path, kindOf(stats));
  return fileEntries(await openFile(path), path);
}

/** At once: to ask another thread costs more than to look. */
function statsOf(path: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    throw unreadable(error, path);
  }
}

async function* fileEntries(file: OpenFile, path: string): AsyncGenerator<Entry, void> {
  try {
    yield* archiveEntries(readUnchanged(file, path), path);
  } finally {
    closeSync(file.fd);
  }
}

/** A directory that is being read: its path on disk, and the start of its entries' paths. */
interface Walk {
  readonly directory: string;
  readonly prefix: string;
  readonly layout: Layout;
  /** How many entries were seen so far, in all directories. */
  readonly seen: { count: number };
}

async function* walk({ directory, prefix, ...rest }: Walk): AsyncGenerator<Entry, void> {
  const { layout, seen } = rest;
  const dirents = await listDirectory(directory, {
    most: layout.maxEntries - seen.count,
    found: `more than ${layout.maxEntries} entries`,
    expected: `at most ${layout.maxEntries} files and directories in a bundle`,
    hint: 'check that this is the directory of a bundle',
  });
  seen.count += dirents.length;
  for (const dirent of dirents) {
    const path = `${prefix}${dirent.name}`;
    const onDisk = join(directory, dirent.name);
    const type = kindOf(dirent);
    // An entry with an unsafe name is reported, and the next stage refuses it. It is not opened: Node
    // may not even be able to give its name to the system.
    if (!layout.isPath(path) || (type !== 'file' && type !== 'directory')) {
      yield { path, type, size: 0, content: nothing() };
    } else if (type === 'directory') {
      yield { path, type, size: 0, content: nothing() };
      yield* walk({ directory: onDisk, prefix: `${path}/`, ...rest });
    } else {
      yield* fileEntry(path, onDisk);
    }
  }
}

async function* fileEntry(path: string, onDisk: string): AsyncGenerator<Entry, void> {
  const file = await openFound(onDisk);
  try {
    const content = readUnchanged(file, onDisk);
    yield { path, type: 'file', size: file.stats.size, content };
  } finally {
    closeSync(file.fd);
  }
}

async function* nothing(): AsyncGenerator<Uint8Array, void> {}

/**
 * Reads files of a bundle on disk once more, without keeping any. As long as they are asked for in the order
 * of the bundle, it is read once; else from its start again.
 */
export class BundleReader {
  readonly #path: string;
  readonly #layout: Layout;
  #entries: AsyncGenerator<Entry, void> | undefined;

  constructor(path: string, layout: Layout) {
    this.#path = path;
    this.#layout = layout;
  }

  /** @throws EvidenceError FILE_CHANGED if it is no longer there, and what reading throws */
  async *open(path: string): AsyncGenerator<Uint8Array, void> {
    // Perhaps it is before what was read last.
    const entry = (await this.#find(path)) ?? (await this.#find(path));
    if (entry !== undefined) {
      yield* entry.content;
      return;
    }
    const hint = 'wait until nothing writes to the bundle, then run the same command again';
    const found = 'no such file any more';
    refuse({ code: 'FILE_CHANGED', at: path, hint }, found, 'the bundle that was verified');
  }

  /** Nothing more is asked for. */
  async close(): Promise<void> {
    await this.#entries?.return();
  }

  async #find(path: string): Promise<Entry | undefined> {
    this.#entries ??= openEntries(this.#path, this.#layout);
    for (;;) {
      const next = await this.#entries.next();
      if (next.done === true) {
        this.#entries = undefined;
        return undefined;
      }
      if (next.value.type === 'file' && plainPath(next.value) === path) return next.value;
      await drain(next.value.content);
    }
  }
}

/** An entry is read to its end before the next one comes. */
async function drain(content: AsyncIterable<Uint8Array>): Promise<void> {
  const pieces = content[Symbol.asyncIterator]();
  let piece = await pieces.next();
  while (piece.done !== true) piece = await pieces.next();
}
