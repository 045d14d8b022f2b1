import { isUtf8 } from 'node:buffer';
import type { Dirent } from 'node:fs';
import { join } from 'node:path';

import { EvidenceError, noneIfRefused } from '../../errors/evidence-error.ts';
import { shorten } from '../../quote.ts';
import { listDirectory, type ListLimit } from './open-file.ts';

/** Linux opens no file by a longer path (PATH_MAX). */
export const MAX_PATH_BYTES = 4096;

/** What was listed and cannot be opened by its name: how it is shown, and why. */
export interface RefusedPath {
  readonly path: string;
  readonly error: EvidenceError;
}

/** What Node reads for bytes that are not UTF-8: by such a name it would open another file, that has it. */
const LOST = '\u{FFFD}';

/** A name in a directory, and why no file can be opened by it. */
export interface ListedName {
  readonly entry: Dirent;
  readonly refused?: RefusedPath | undefined;
}

/** What `listDirectory` gives, with each name that is not UTF-8 as such. */
export async function listNames(
  directory: string,
  limit: ListLimit,
): Promise<readonly ListedName[]> {
  const entries = await listDirectory(directory, limit);
  if (!entries.some(({ name }) => name.includes(LOST))) return entries.map((entry) => ({ entry }));
  const named = await listDirectory(directory, { ...limit, encoding: 'latin1' });
  return named.map((entry) => {
    // A character for each byte.
    const bytes = Buffer.from(entry.name, 'latin1');
    const path = pathOf(Buffer.concat([Buffer.from(join(directory, '/')), bytes]));
    entry.name = bytes.toString();
    return { entry, refused: typeof path === 'string' ? undefined : path };
  });
}

/** A directory with more names than these is not looked through for twins. */
const MOST_NAMES = 1_000_000;

/** What a path that has U+FFFD in it may mean too: names that are not UTF-8, which Node reads as this one. */
export async function twinsOf(path: string): Promise<readonly RefusedPath[]> {
  if (!path.includes(LOST)) return [];
  const parts = path.split('/');
  const twins = parts.map(async (part, index) => {
    if (!part.includes(LOST)) return [];
    const parent = parts.slice(0, index).join('/');
    const names = await namesOrNone(index === 0 ? '.' : `${parent}/`);
    return names.flatMap(({ entry, refused: twin }) =>
      entry.name === part && twin !== undefined ? [twin] : [],
    );
  });
  return (await Promise.all(twins)).flat();
}

async function namesOrNone(folder: string): Promise<readonly ListedName[]> {
  const detail = { found: 'too many names', expected: 'fewer', hint: 'give them names in UTF-8' };
  return (await listNames(folder, { most: MOST_NAMES, ...detail }).catch(noneIfRefused)) ?? [];
}

/** A path as bytes, or why no file can be opened by it. */
export function pathOf(bytes: Buffer): string | RefusedPath {
  if (bytes.length > MAX_PATH_BYTES) {
    return refused('LIMIT_EXCEEDED', bytes, {
      found: `a path of more than ${MAX_PATH_BYTES} bytes`,
      expected: `at most ${MAX_PATH_BYTES} bytes, as the system allows`,
      hint: 'check what writes the list: it has one path on each line',
    });
  }
  if (bytes.includes(0)) {
    return refused('FILE_UNREADABLE', bytes, {
      found: 'a path with a byte that is 0',
      expected: 'a path that a file can have',
      hint: 'write one path on each line: find -print, not -print0',
    });
  }
  if (isUtf8(bytes)) return bytes.toString();
  const hint = 'give it a name in UTF-8';
  const expected = 'a name in UTF-8: no other can be opened here';
  return refused('FILE_UNREADABLE', bytes, { found: 'a name that is not UTF-8', expected, hint });
}

function refused(
  code: 'LIMIT_EXCEEDED' | 'FILE_UNREADABLE',
  bytes: Buffer,
  detail: { readonly found: string; readonly expected: string; readonly hint: string },
): RefusedPath {
  const shown = bytes.toString('latin1').replaceAll(/[^ -[\]-~]/g, (byte) => {
    return `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  const path = shorten(shown, 200);
  return { path, error: new EvidenceError(code, { at: path, ...detail }) };
}
