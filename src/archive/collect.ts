import { createHash } from 'node:crypto';

import type { BundlePath } from '../bundle-path.ts';
import { digestOf, digestOfHex } from '../digest.ts';
import type { EvidenceError } from '../errors/evidence-error.ts';
import { refusal } from '../place.ts';
import { EntryRules, refusedEntry } from './entry-rules.ts';
import type { Entry, Layout, ReceivedFile, ReceivedFiles } from './entry.ts';
import { shownPath, sortedByPath } from './entry.ts';

/**
 * Reads every entry once: refuses what a bundle must not hold (ARCHIVE_UNSAFE, LIMIT_EXCEEDED),
 * hashes the files, and keeps the bytes of the documents only.
 */
export async function collectFiles(
  entries: AsyncIterable<Entry>,
  layout: Layout,
): Promise<ReceivedFiles> {
  const rules = new EntryRules(layout);
  const files: ReceivedFile[] = [];
  for await (const entry of entries) {
    const path = plainPath(entry);
    if (entry.type === 'file') {
      files.push(await receive(rules.admitFile(path, entry.size), entry, layout));
    } else if (entry.type !== 'directory') {
      const at = shownPath(entry.path);
      const expected = 'regular files and directories only';
      throw refusedEntry('ARCHIVE_UNSAFE', at, `a ${entry.type}`, expected);
    } else if (path !== '.') {
      rules.admitDirectory(path);
    }
  }
  return byPath(files);
}

/** The same of files that are in memory already. */
export function admitFiles(files: readonly ReceivedFile[], layout: Layout): ReceivedFiles {
  const rules = new EntryRules(layout);
  for (const { path, size } of files) rules.admitFile(path, size);
  return byPath(files);
}

function byPath(files: readonly ReceivedFile[]): ReceivedFiles {
  return new Map(sortedByPath(files).map((file) => [file.path, file]));
}

/** Without what `tar -C DIR .` and directories add: one leading `./`, one final `/`. */
export function plainPath({ path, type }: Entry): string {
  const whole = type === 'directory' && path.endsWith('/') ? path.slice(0, -1) : path;
  return whole.startsWith('./') ? whole.slice(2) : whole;
}

async function receive(path: BundlePath, entry: Entry, layout: Layout): Promise<ReceivedFile> {
  const { size } = entry;
  if (layout.documentLimit(path) === undefined) {
    const hash = createHash('sha256');
    await take(path, entry, (piece) => void hash.update(piece));
    return { path, size, digest: digestOfHex(hash.digest('hex')), bytes: undefined };
  }
  const bytes = new Uint8Array(size);
  await take(path, entry, (piece, at) => bytes.set(piece, at));
  // At once, and what is kept: of a small file a hash that is made step by step costs more than its bytes.
  return { path, size, digest: digestOf(bytes), bytes };
}

/** Throws FILE_CHANGED unless it has the size that was announced. */
async function take(
  path: BundlePath,
  { size, content }: Entry,
  each: (piece: Uint8Array, at: number) => void,
): Promise<void> {
  let received = 0;
  for await (const piece of content) {
    if (received + piece.length > size) throw wrongSize(path, size);
    each(piece, received);
    received += piece.length;
  }
  if (received < size) throw wrongSize(path, size);
}

function wrongSize(path: BundlePath, size: number): EvidenceError {
  const hint = 'wait until nothing writes to the bundle, then run the same command again';
  const found = 'content of another size';
  return refusal({ code: 'FILE_CHANGED', at: path, hint }, found, `${size} bytes, as announced`);
}
