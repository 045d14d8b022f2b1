import { readSync } from 'node:fs';
import { lstat, opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { STDIN } from './files.ts';
import { openFile, withFile } from './open-file.ts';

/** In bytes: what is read without a pause in a small part of a second. */
const LARGE_BYTES = 1024 * 1024;

/** What a file takes at least: many small ones take their time too. */
const BLOCK_BYTES = 4096;

/** The first bytes of a gzip file. */
const GZIP = 0x1f8b;

/**
 * Whether these documents, directories and archives together may be more than is read in a moment. What
 * cannot be known counts as large.
 */
export async function isLarge(paths: readonly string[]): Promise<boolean> {
  let total = 0;
  for (const path of paths) {
    total += await sizeOf(path).catch(() => Infinity);
    if (total > LARGE_BYTES) return true;
  }
  return false;
}

async function sizeOf(path: string): Promise<number> {
  if (path === STDIN) return Infinity;
  const stats = await stat(path).catch(() => undefined);
  // Whoever reads it says what is wrong.
  if (stats === undefined) return 0;
  if (stats.isDirectory()) return await sizeOfDirectory(path);
  return stats.isFile() ? Math.max(stats.size, await sizeUnpacked(path)) : Infinity;
}

async function sizeOfDirectory(path: string): Promise<number> {
  let total = 0;
  for await (const entry of await opendir(path, { recursive: true })) {
    const { size } = await lstat(join(entry.parentPath, entry.name));
    total += Math.max(size, BLOCK_BYTES);
    if (total > LARGE_BYTES) break;
  }
  return total;
}

/** What a gzip file says in its last field. If that is wrong, none of its documents is read. */
async function sizeUnpacked(path: string): Promise<number> {
  return await withFile(openFile(path), async ({ fd, stats }) => {
    const bytes = Buffer.alloc(6);
    readSync(fd, bytes, 0, 2, 0);
    if (bytes.readUInt16BE() !== GZIP || stats.size < bytes.length) return 0;
    readSync(fd, bytes, 2, 4, stats.size - 4);
    return bytes.readUInt32LE(2);
  });
}
