import { pipeline } from 'node:stream/promises';

import type { Pack } from 'tar-stream';

import { EvidenceError } from '../errors/evidence-error.ts';
import { EntryRules } from './entry-rules.ts';
import type { BundleFile, Layout } from './entry.ts';
import { sortedByPath } from './entry.ts';

/** The latest time that `tar-stream` writes, in seconds since 1970: later ones it makes negative. */
const MAX_MTIME = 2 ** 31 - 1;

export interface TarOptions {
  /** The time that every entry gets, in seconds since 1970. */
  readonly mtime: number;
  /** What the archive may hold. */
  readonly layout: Layout;
}

/**
 * A tar archive that depends on the files and `mtime` alone:
 * plain ustar, sorted by path. Refuses what our own reader would refuse, before the first byte, and
 * throws FILE_CHANGED if a file no longer has its size. Whether the content is what its handle says
 * is for whoever reads the archive back (`encodeArchive`): it is hashed once.
 */
export async function* writeTar(
  files: readonly BundleFile[],
  { mtime, layout }: TarOptions,
): AsyncGenerator<Uint8Array, void> {
  const sorted = sortedByPath(files);
  const rules = new EntryRules(layout);
  for (const file of sorted) rules.admitFile(file.path, file.size);

  // Another program than our reader, so that one mistake is not made on both sides; only who packs loads it.
  const { pack } = await import('tar-stream');
  const archive = pack();
  const filled = fill(archive, sorted, new Date(Math.min(mtime, MAX_MTIME) * 1000)).catch(
    // Whoever reads the archive gets the error.
    (error: unknown) => archive.destroy(error instanceof Error ? error : undefined),
  );
  try {
    for await (const chunk of archive) {
      // Its types promise nothing.
      if (!(chunk instanceof Uint8Array)) throw new TypeError('tar-stream gave no bytes');
      yield chunk;
    }
  } finally {
    archive.destroy();
    await filled;
  }
}

async function fill(archive: Pack, files: readonly BundleFile[], mtime: Date): Promise<void> {
  for (const file of files) {
    const { path: name, size } = file;
    const header = { name, size, mtime, type: 'file', mode: 0o644, uid: 0, gid: 0 } as const;
    await pipeline(sized(file), archive.entry(header));
  }
  archive.finalize();
}

/** The content, which must have the size that its header has announced. */
async function* sized(file: BundleFile): AsyncGenerator<Uint8Array, void> {
  let size = 0;
  for await (const piece of file.open()) {
    size += piece.length;
    if (size > file.size) throw fileChanged(file);
    yield piece;
  }
  if (size !== file.size) throw fileChanged(file);
}

export function fileChanged({ path, size, digest }: BundleFile): EvidenceError {
  return new EvidenceError('FILE_CHANGED', {
    at: path,
    found: 'other content than when it was hashed',
    expected: `${size} bytes with the digest ${digest}`,
    hint: 'wait until nothing writes to the file, then run the same command again',
  });
}
