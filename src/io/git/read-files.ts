// Files of a commit, as far as they can be read: what cannot be is said, and the others are judged all the same.

import { EvidenceError, faultOf, type Fault } from '../../errors/evidence-error.ts';
import { escapeInvisible } from '../../quote.ts';
import { tooLarge } from '../disk/open-file.ts';
import { unexpectedEntry, type TreeEntry } from './git-object.ts';
import type { Repository } from './repository.ts';

export interface FileLimits {
  /** One file, in bytes: a larger one is a fault. */
  readonly each: number;
  /** All of them together, in bytes. */
  readonly all: number;
  /** What they are, e.g. `a file of recipes`. */
  readonly what: string;
}

export interface CommitFile {
  readonly id: string;
  readonly bytes: Uint8Array;
}

export interface CommitFiles {
  /** By their path below the folder. */
  readonly files: ReadonlyMap<string, CommitFile>;
  /** LIMIT_EXCEEDED, GIT_ENTRY_UNEXPECTED and GIT_PATH_INVALID: each at its path from the root. */
  readonly faults: readonly Fault[];
}

/**
 * Reads files of a folder. Equal blobs are read once, and have the same bytes as an object.
 *
 * @param folder where the entries are, for complaints
 * @throws EvidenceError LIMIT_EXCEEDED for all of them together, GIT_OBJECT_MISSING, GIT_OBJECT_INVALID
 */
export async function readCommitFiles(
  repository: Repository,
  { commit, folder }: { readonly commit: string; readonly folder: string },
  entries: readonly TreeEntry[],
  limits: FileLimits,
): Promise<CommitFiles> {
  const sizes = await repository.sizesOf(entries.filter(isFile).map(({ id }) => id));
  const faults: Fault[] = [];
  const wanted: TreeEntry[] = [];
  let left = limits.all;
  for (const entry of entries) {
    const { size = 0 } = sizes.get(entry.id) ?? {};
    const refused = refusalOf(entry, folder, size, limits);
    if (refused !== undefined) faults.push(faultOf(refused));
    else {
      wanted.push(entry);
      left -= size;
    }
    if (left < 0) throw tooLarge(folder, limits.all, `${limits.what} and the others together`);
  }
  const read = await repository.read(
    wanted.map(({ id }) => id),
    commit,
  );
  const files = wanted.flatMap(({ id, path }): readonly [string, CommitFile][] => {
    const bytes = read.get(id);
    return bytes === undefined ? [] : [[path, { id, bytes }]];
  });
  return { files: new Map(files), faults };
}

/**
 * Reads one file of a commit; undefined if there is none of this path.
 *
 * @param path from the root of the repository
 * @throws EvidenceError as `readCommitFiles`, and what it has as faults
 */
export async function readFileAt(
  repository: Repository,
  commit: string,
  path: string,
  most: number,
): Promise<Uint8Array | undefined> {
  const entry = await repository.entryAt(commit, path);
  if (entry === undefined) return undefined;
  const limits = { each: most, all: most, what: 'this file' };
  const place = { commit, folder: '' };
  const { files, faults } = await readCommitFiles(repository, place, [entry], limits);
  const [fault] = faults;
  if (fault !== undefined) throw new EvidenceError(fault.code, fault);
  return files.get(path)?.bytes;
}

function isFile({ kind }: TreeEntry): boolean {
  return kind === 'file';
}

function refusalOf(
  entry: TreeEntry,
  folder: string,
  size: number,
  { each, what }: FileLimits,
): EvidenceError | undefined {
  const path = folder === '' ? entry.path : `${folder}/${entry.path}`;
  if (!isFile(entry)) return unexpectedEntry(path, entry, 'a file');
  if (!entry.isUtf8) {
    return new EvidenceError('GIT_PATH_INVALID', {
      at: escapeInvisible(path),
      found: 'bytes that are no UTF-8',
      expected: 'the path of a file in UTF-8',
      hint: 'rename the file',
    });
  }
  if (size <= each) return undefined;
  return tooLarge(path, each, what, 'commit a smaller file, or remove it');
}
