import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  type Dirent,
  type Stats,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';

import { unchanged } from '../../archive/encode-archive.ts';
import type { BundleFile } from '../../archive/entry.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { MAX_JSON_BYTES } from '../../limits.ts';
import { escapeInvisible } from '../../quote.ts';
import { kindOf } from './open-file.ts';
import { fillFile, syncDirectory } from './staged-file.ts';
import { isSystemError, orUnwritable, unwritable } from './system-error.ts';

/** A directory to write: its files by their paths in it. */
export interface TreeToWrite {
  readonly path: string;
  readonly tree: ReadonlyMap<string, BundleFile>;
  readonly own: OwnTree;
}

/** What an older one may hold that is replaced: nothing else is lost. */
export interface OwnTree {
  /** The names at its top, and what they are. */
  readonly top: Readonly<Record<string, 'file' | 'directory'>>;
  /** The one of them whose files a manifest in it lists. */
  readonly folder: string;
  readonly manifest: string;
  readonly ownPaths: (manifest: Uint8Array) => ReadonlySet<string>;
}

/**
 * The same as a `StagedFile` of a directory. Files are for their owner (0600), directories for all to read (0755),
 * whatever the umask. An older directory is replaced as a whole. No call of Node exchanges two directories: in one
 * turn the old one is set aside as `.affidavit-….old`, and the new one gets its name. Only a machine that stops
 * between these two calls leaves the old one there, whole.
 */
export class StagedTree {
  readonly #out: TreeToWrite;
  readonly #temporary: string;
  readonly #old: string;
  readonly #directories: readonly string[];

  /** Every entry is there when this returns, so that nothing is made after `drop`. */
  constructor(out: TreeToWrite) {
    const name = join(dirname(out.path), `.affidavit-${randomBytes(8).toString('hex')}`);
    this.#out = out;
    this.#temporary = `${name}.tmp`;
    this.#old = `${name}.old`;
    try {
      this.#directories = makeEntries(this.#temporary, [...out.tree.keys()]);
    } catch (error) {
      this.drop();
      throw unwritable(error, out.path);
    }
  }

  async fill(signal: AbortSignal | undefined): Promise<void> {
    try {
      for (const [name, file] of this.#out.tree) {
        await fillFile(join(this.#temporary, name), unchanged(file), signal);
      }
      for (const directory of this.#directories) await syncDirectory(directory);
    } catch (error) {
      signal?.throwIfAborted();
      throw unwritable(error, this.#out.path);
    }
    signal?.throwIfAborted();
  }

  /** Gives the directory its name. */
  keep(force: boolean): Stats {
    const { path } = this.#out;
    return orUnwritable(path, () => {
      // Perhaps it came meanwhile.
      if (requireOwnTree(this.#out, force)) renameSync(path, this.#old);
      this.#name();
      return lstatSync(path);
    });
  }

  /** Removes what has no name yet, or no more. */
  drop(): void {
    for (const path of [this.#temporary, this.#old]) {
      try {
        rmSync(path, { recursive: true, force: true });
      } catch (error) {
        // What nobody can remove has a name that says what it is.
        if (!isSystemError(error)) throw error;
      }
    }
  }

  /** Takes the name away again. */
  withdraw(): void {
    rmSync(this.#out.path, { recursive: true, force: true });
  }

  #name(): void {
    try {
      renameSync(this.#temporary, this.#out.path);
    } catch (error) {
      if (lstatSync(this.#old, { throwIfNoEntry: false })) renameSync(this.#old, this.#out.path);
      throw error;
    }
  }
}

/** Whether there is one already, which may be replaced. Throws OUTPUT_EXISTS, OUTPUT_FOREIGN or FILE_UNWRITABLE. */
export function requireOwnTree({ path, own }: Omit<TreeToWrite, 'tree'>, force: boolean): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return false;
  const at = escapeInvisible(path);
  if (!stats.isDirectory()) {
    const expected = 'nothing, or a directory that was written before';
    const hint = 'name another directory to write';
    throw new EvidenceError('FILE_UNWRITABLE', { at, found: `a ${kindOf(stats)}`, expected, hint });
  }
  if (!force) {
    const found = 'a directory that already exists';
    const hint = 'choose another path, or add --force to replace the directory';
    throw new EvidenceError('OUTPUT_EXISTS', { at, found, expected: 'a path that is free', hint });
  }
  const foreign = foreignAtTop(path, own) ?? foreignInside(join(path, own.folder), own);
  if (foreign === undefined) return true;
  const names = Object.keys(own.top).join(' and ');
  throw new EvidenceError('OUTPUT_FOREIGN', {
    at: escapeInvisible(join(foreign.parentPath, foreign.name)),
    found: `a ${kindOf(foreign)}`,
    expected: `a directory that holds nothing but ${names}, and in it the files of a bundle: all of it is replaced`,
    hint: 'name another directory, or move away what is not from affidavit',
  });
}

function foreignAtTop(path: string, { top }: OwnTree): Dirent | undefined {
  return readdirSync(path, { withFileTypes: true }).find(
    (entry) => !Object.hasOwn(top, entry.name) || kindOf(entry) !== top[entry.name],
  );
}

function foreignInside(folder: string, { manifest, ownPaths }: OwnTree): Dirent | undefined {
  if (lstatSync(folder, { throwIfNoEntry: false }) === undefined) return undefined;
  const list = join(folder, manifest);
  const stats = lstatSync(list, { throwIfNoEntry: false });
  const isList = stats?.isFile() === true && stats.size <= MAX_JSON_BYTES;
  const files = ownPaths(isList ? readFileSync(list) : new Uint8Array());
  const folders = new Set([...files].flatMap(parentsOf));
  return readdirSync(folder, { withFileTypes: true, recursive: true }).find((entry) => {
    const name = relative(folder, join(entry.parentPath, entry.name));
    return !(entry.isDirectory() ? folders.has(name) : entry.isFile() && files.has(name));
  });
}

/** Gives the directories, the innermost first. */
function makeEntries(temporary: string, names: readonly string[]): readonly string[] {
  const inner = new Set(names.flatMap((name) => parentsOf(name)));
  const directories = [temporary, ...[...inner].toSorted().map((name) => join(temporary, name))];
  for (const directory of directories) {
    mkdirSync(directory);
    chmodSync(directory, 0o755);
  }
  for (const name of names) closeSync(openSync(join(temporary, name), 'wx', 0o600));
  return directories.toReversed();
}

/** Of `a/b/c`: `a/b` and `a`. */
function parentsOf(name: string): readonly string[] {
  const parent = dirname(name);
  return parent === '.' ? [] : [parent, ...parentsOf(parent)];
}
