import { randomBytes } from 'node:crypto';
import { closeSync, constants, linkSync, lstatSync, openSync, renameSync, rmSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { EvidenceError } from '../../errors/evidence-error.ts';
import { refusal } from '../../place.ts';
import { escapeInvisible } from '../../quote.ts';
import { isSystemError, orUnwritable, unwritable } from './system-error.ts';

/** The answers of a file system without hard links. */
const NO_LINKS = new Set(['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP']);

/** The answers of a file system that cannot sync a directory. */
const NO_DIRECTORY_SYNC = new Set(['EACCES', 'EINVAL', 'EISDIR', 'ENOTSUP', 'EOPNOTSUPP', 'EPERM']);

type Chunks = AsyncIterable<Uint8Array> | readonly Uint8Array[];

export interface FileToWrite {
  readonly path: string;
  readonly chunks: Chunks;
  /** Nobody else may read it: mode 0600. */
  readonly isPrivate?: boolean;
}

/** A file beside the place where it will be, under a name that nobody reads (`.affidavit-….tmp`). */
export class StagedFile {
  readonly #path: string;
  readonly #chunks: Chunks;
  readonly #temporary: string;

  /** It is there when this returns: no interrupt can come before somebody is ready to `drop` it. */
  constructor({ path, chunks, isPrivate = false }: FileToWrite) {
    this.#path = path;
    this.#chunks = chunks;
    this.#temporary = join(dirname(path), `.affidavit-${randomBytes(8).toString('hex')}.tmp`);
    const mode = isPrivate ? 0o600 : 0o666;
    orUnwritable(path, () => closeSync(openSync(this.#temporary, 'wx', mode)));
  }

  async fill(signal: AbortSignal | undefined): Promise<void> {
    try {
      await fillFile(this.#temporary, this.#chunks, signal);
    } catch (error) {
      signal?.throwIfAborted();
      throw unwritable(error, this.#path);
    }
    signal?.throwIfAborted();
  }

  /** Gives the file its name. Without `force` it never replaces one: unlike a rename, a link cannot. */
  keep(force: boolean): Stats {
    return orUnwritable(this.#path, () => {
      const stats = lstatSync(this.#temporary);
      if (force) renameSync(this.#temporary, this.#path);
      else this.#link();
      return stats;
    });
  }

  /** Removes what has no name yet. */
  drop(): void {
    rmSync(this.#temporary, { force: true });
  }

  /** Takes the name away again. */
  withdraw(): void {
    rmSync(this.#path, { force: true });
  }

  #link(): void {
    try {
      linkSync(this.#temporary, this.#path);
    } catch (error) {
      if (isSystemError(error) && error.code === 'EEXIST') throw existsAlready(this.#path);
      if (!isSystemError(error) || !NO_LINKS.has(error.code)) throw error;
      // Without hard links, a file that appears between these two calls is replaced.
      if (lstatSync(this.#path, { throwIfNoEntry: false })) throw existsAlready(this.#path);
      renameSync(this.#temporary, this.#path);
    }
  }
}

/** Writes a file that is there and empty, and to the disk. */
export async function fillFile(
  path: string,
  chunks: Chunks,
  signal: AbortSignal | undefined,
): Promise<void> {
  const handle = await open(path, constants.O_WRONLY | constants.O_NOFOLLOW);
  try {
    for await (const chunk of chunks) {
      signal?.throwIfAborted();
      await handle.writeFile(chunk);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export async function syncDirectory(directory: string): Promise<void> {
  try {
    const handle = await open(directory, constants.O_RDONLY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (isSystemError(error) && NO_DIRECTORY_SYNC.has(error.code)) return;
    throw unwritable(error, directory);
  }
}

export function existsAlready(path: string): EvidenceError {
  const hint = 'choose another path, or add --force to replace the file';
  const place = { code: 'OUTPUT_EXISTS', at: escapeInvisible(path), hint } as const;
  return refusal(place, 'a file that already exists', 'a path that is free');
}
