import { randomBytes } from 'node:crypto';
import {
  closeSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

import { fileWord } from '../../packed-file.ts';
import { escapeInvisible } from '../../quote.ts';
import { orUnwritable, unreadable } from './system-error.ts';

/** Nobody else may read or write it. */
const MODE = 0o600;
const OTHERS = 0o077;

/** Throws what the owner of the file's format says of one that is not as it was written. */
export type RefuseFile = (
  file: string,
  found: string,
  expected: string,
  /** Of one with other rights: its content, and what gives it the right ones. */
  more?: { readonly bytes: Uint8Array; readonly fix: string },
) => never;

/**
 * A file for its owner alone; undefined if nothing is there. A link is not followed.
 *
 * @throws EvidenceError FILE_UNREADABLE; what `refuse` throws
 */
export function readPrivate(
  path: string,
  maxBytes: number,
  refuse: RefuseFile,
): Uint8Array | undefined {
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    const file = escapeInvisible(path);
    if (!stats.isFile() || stats.size > maxBytes) {
      refuse(file, 'something else than such a file', 'a file');
    }
    const bytes = readFileSync(path);
    // Windows has other rights.
    const isWindows = process.getuid === undefined;
    if (!isWindows && (stats.uid !== process.getuid?.() || (stats.mode & OTHERS) !== 0)) {
      const found = 'a file that others own, read or write';
      const fix = `make it a file of your own, for you alone: \`chmod 600 ${fileWord(file)}\``;
      refuse(file, found, 'one of your own with mode 0600', { bytes, fix });
    }
    return bytes;
  } catch (error) {
    throw unreadable(error, path);
  }
}

/** Completely or not at all, in one turn of the event loop. Throws FILE_UNWRITABLE. */
export function writePrivate(path: string, bytes: Uint8Array): void {
  const temporary = join(dirname(path), `.affidavit-${randomBytes(8).toString('hex')}.tmp`);
  orUnwritable(path, () => {
    closeSync(openSync(temporary, 'wx', MODE));
    try {
      writeFileSync(temporary, bytes, { flush: true });
      renameSync(temporary, path);
    } finally {
      rmSync(temporary, { force: true });
    }
  });
}

/** Replaces what is there. Throws FILE_UNWRITABLE. */
export function renamePrivate(from: string, to: string): void {
  orUnwritable(to, () => renameSync(from, to));
}
