import { createHash } from 'node:crypto';
import { constants, lstatSync, rmSync, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';

import { digestOfHex, hexOf } from '../../digest.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { refuse } from '../../place.ts';
import type { Descriptor, Repository } from '../../pointer/registry.ts';
import { escapeInvisible } from '../../quote.ts';
import { readAgain } from '../disk/files.ts';
import { isSystemError, unwritable } from '../disk/system-error.ts';

/** Where a download waits for its rest: beside OUT, with the start of its digest, so that no other goes on with it. */
export function partialPath(out: string, { digest }: Pick<Descriptor, 'digest'>): string {
  return `${out}.${hexOf(digest).slice(0, 12)}.partial`;
}

/**
 * Downloads a blob, and goes on with what is there of it. What is whole has the digest. What breaks stays, and what
 * turns out to be of something else is removed.
 *
 * @throws EvidenceError FILE_UNWRITABLE, FILE_CHANGED (unjudged); what the repository throws; or the signal's reason
 */
export async function downloadBlob(
  repository: Repository,
  blob: Descriptor,
  path: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  const held = sizeOf(path) ?? 0;
  try {
    await append(repository, blob, path, signal);
  } catch (error) {
    if (sizeOf(path) === 0) rmSync(path);
    if (!(error instanceof EvidenceError) || error.class !== 'invalid') throw error;
    rmSync(path, { force: true });
    if (held === 0) throw error;
    // Perhaps it was what was there already.
    await downloadBlob(repository, blob, path, signal);
  }
}

/** Of a file; undefined: there is none. */
export function sizeOf(path: string): number | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isFile() === true ? stats.size : undefined;
}

async function append(
  repository: Repository,
  blob: Descriptor,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const { O_CREAT, O_EXCL, O_APPEND, O_WRONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const flags = O_APPEND | O_WRONLY | O_NOFOLLOW | O_NONBLOCK;
  // Some disks know no rights: what this run has made is its own.
  const made = await open(path, flags | O_CREAT | O_EXCL, 0o600).catch((error: unknown) => {
    if (isSystemError(error) && error.code === 'EEXIST') return undefined;
    throw unwritable(error, path);
  });
  const handle = made ?? (await written(path, open(path, flags)));
  try {
    if (made === undefined) requireOwn(path, await handle.stat());
    for await (const chunk of repository.readBlob(blob, readAgain(path))) {
      signal.throwIfAborted();
      await written(path, handle.appendFile(chunk));
    }
    await written(path, handle.sync());
  } finally {
    await handle.close();
  }
  await requireOnDisk(blob, path);
}

/** Its name can be foreseen, and whoever may write into it could do so after its digest was verified. */
function requireOwn(path: string, stats: Stats): void {
  const found = foreign(stats);
  if (found === undefined) return;
  const hint = 'remove it, or choose another place for what is fetched';
  refuse({ code: 'FILE_UNWRITABLE', at: escapeInvisible(path), hint }, found, 'a free path');
}

function foreign(stats: Stats): string | undefined {
  if (!stats.isFile()) return 'what is no file';
  if (stats.nlink !== 1) return 'a file with a second name';
  if (stats.uid !== (process.getuid?.() ?? stats.uid)) return 'a file of another user';
  return (stats.mode & 0o022) === 0 ? undefined : 'a file into which other users may write';
}

/** What came had the digest. Another run may have written into the same file. */
async function requireOnDisk({ digest }: Descriptor, path: string): Promise<void> {
  const hash = createHash('sha256');
  for await (const chunk of readAgain(path)) hash.update(chunk);
  const found = digestOfHex(hash.digest('hex'));
  if (found === digest) return;
  rmSync(path, { force: true });
  const hint = 'wait until nothing writes there, then run the same command again';
  refuse({ code: 'FILE_CHANGED', at: escapeInvisible(path), hint }, found, digest);
}

async function written<T>(path: string, writing: Promise<T>): Promise<T> {
  return await writing.catch((error: unknown) => {
    throw unwritable(error, path);
  });
}
