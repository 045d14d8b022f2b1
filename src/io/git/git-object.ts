// What is in git's objects. The name of an object is the hash of its bytes, which git itself does not check when it reads.

import { createHash } from 'node:crypto';

import type { EvidenceError } from '../../errors/evidence-error.ts';
import { refusal } from '../../place.ts';
import { escapeInvisible, quote } from '../../quote.ts';
import type { ObjectFormat } from './git-program.ts';

/** An object, and its bytes, of which its name is the hash. */
export interface GitObject {
  readonly id: string;
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** What a tree has: `file` may be executable. */
export type EntryKind = 'tree' | 'file' | 'link' | 'submodule';

export interface TreeEntry {
  readonly kind: EntryKind;
  readonly id: string;
  /** Below the folder that was listed. If it is no UTF-8, its other bytes stand there as `\xff`. */
  readonly path: string;
  readonly isUtf8: boolean;
}

const KINDS: ReadonlyMap<string, EntryKind> = new Map([
  ['40000', 'tree'],
  ['100644', 'file'],
  // What git before 1.7 wrote.
  ['100664', 'file'],
  ['100755', 'file'],
  ['120000', 'link'],
  ['160000', 'submodule'],
]);

/** Throws GIT_OBJECT_INVALID unless the bytes are those that the object is named by. */
export function requireSame({ id, type, bytes }: GitObject, format: ObjectFormat): void {
  const hash = createHash(format).update(`${type} ${bytes.length}\0`).update(bytes).digest('hex');
  if (hash === id) return;
  throw invalid(id, `a ${type} of ${bytes.length} bytes whose hash is ${hash}`, `that of ${id}`);
}

/**
 * The entries of a tree.
 *
 * @throws EvidenceError GIT_OBJECT_INVALID for what no checkout could have: odd modes and names, and a name twice
 */
export function parseTree({ id, bytes }: GitObject, format: ObjectFormat): readonly TreeEntry[] {
  const hashLength = format === 'sha1' ? 20 : 32;
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const entries: TreeEntry[] = [];
  const names = new Set<string>();
  for (let start = 0; start < data.length;) {
    const blank = data.indexOf(0x20, start);
    const end = data.indexOf(0, start);
    const next = end + 1 + hashLength;
    if (blank === -1 || end < blank || next > data.length) throw invalid(id, 'a part of an entry');
    const kind = KINDS.get(data.toString('latin1', start, blank));
    const name = nameOf(data.subarray(blank + 1, end));
    const raw = data.toString('latin1', blank + 1, end);
    if (kind === undefined || !isName(raw) || names.has(raw)) {
      throw invalid(id, `the entry ${quote(name.path)}`);
    }
    names.add(raw);
    entries.push({ kind, ...name, id: data.toString('hex', end + 1, next) });
    start = next;
  }
  return entries;
}

function isName(name: string): boolean {
  return !/^(?:\.{0,2}|\.git)$/i.test(name) && !name.includes('/');
}

function nameOf(bytes: Buffer): Pick<TreeEntry, 'path' | 'isUtf8'> {
  const text = bytes.toString('utf8');
  if (Buffer.from(text).equals(bytes)) return { path: text, isUtf8: true };
  const path = bytes
    .toString('latin1')
    .replaceAll(/[\u{80}-\u{FF}]/gu, (each) => `\\x${each.charCodeAt(0).toString(16)}`);
  return { path, isUtf8: false };
}

/** The object that a commit (`tree`) or a tag (`object`) names in its first line. Throws GIT_OBJECT_INVALID. */
export function firstNamed({ id, type, bytes }: GitObject): string {
  const [line = ''] = Buffer.from(bytes.subarray(0, 100)).toString('latin1').split('\n', 1);
  const [, named] = /^(?:tree|object) ([0-9a-f]+)$/.exec(line) ?? [];
  if (named === undefined) throw invalid(id, `a ${type} that begins with ${quote(line)}`);
  return named;
}

export function invalid(id: string, found: string, expected = 'what git writes'): EvidenceError {
  const at = `git object ${id}`;
  const hint = 'run `git fsck --full` in the repository, and clone it again if it finds the same';
  return refusal({ code: 'GIT_OBJECT_INVALID', at, hint }, escapeInvisible(found), expected);
}

const NAMES: Readonly<Record<EntryKind, string>> = {
  tree: 'a folder',
  file: 'a file',
  link: 'a symbolic link',
  submodule: 'a submodule',
};

/** @param path from the root of the repository */
export function unexpectedEntry(
  path: string,
  { kind }: Pick<TreeEntry, 'kind'>,
  expected: 'a file' | 'a folder',
): EvidenceError {
  const at = escapeInvisible(path);
  const hint = `commit ${expected} there`;
  return refusal({ code: 'GIT_ENTRY_UNEXPECTED', at, hint }, NAMES[kind], expected);
}
