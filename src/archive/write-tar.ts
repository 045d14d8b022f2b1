import { createHash } from 'node:crypto';

import { digestOfHex } from '../digest.ts';
import { EvidenceError } from '../errors/evidence-error.ts';
import type { BundleFile } from './entry.ts';
import { Inventory } from './inventory.ts';
import type { Layout } from './layout.ts';
import { BLOCK_BYTES, encodeHeader } from './tar-header.ts';

/**
 * A tar archive that depends on the files and `mtime` (seconds since 1970) alone:
 * plain ustar, sorted by path. Refuses what our own reader would refuse, before the first byte, and
 * throws FILE_CHANGED if a file is no longer what its handle says.
 */
export async function* writeTar(
  files: readonly BundleFile[],
  mtime: number,
  layout: Layout,
): AsyncGenerator<Uint8Array, void> {
  const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const inventory = new Inventory(layout);
  for (const file of sorted) inventory.admitFile(file.path, file.size);

  for (const file of sorted) {
    yield encodeHeader(file.path, file.size, mtime);
    yield* unchanged(file);
    yield new Uint8Array((BLOCK_BYTES - (file.size % BLOCK_BYTES)) % BLOCK_BYTES);
  }
  yield new Uint8Array(2 * BLOCK_BYTES);
}

async function* unchanged(file: BundleFile): AsyncGenerator<Uint8Array, void> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const piece of file.open()) {
    size += piece.length;
    // A file that grows must not write beyond the size that its header has announced.
    if (size > file.size) throw changed(file);
    hash.update(piece);
    yield piece;
  }
  if (size !== file.size || digestOfHex(hash.digest('hex')) !== file.digest) throw changed(file);
}

function changed({ path, size, digest }: BundleFile): EvidenceError {
  return new EvidenceError('FILE_CHANGED', {
    at: path,
    found: 'other content than when it was hashed',
    expected: `${size} bytes with the digest ${digest}`,
    hint: 'wait until nothing writes to the file, then run the same command again',
  });
}
