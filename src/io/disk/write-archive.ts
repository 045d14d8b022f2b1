import { encodeArchive } from '../../archive/encode-archive.ts';
import type { EncodeOptions } from '../../archive/encode-archive.ts';
import type { BundleFile } from '../../archive/entry.ts';
import type { WriteOptions } from './files.ts';
import { writeWhole } from './files.ts';

/**
 * Writes the bundle as one tar.gz, read back, whole or not at all; the same files give the same bytes.
 */
export async function writeArchive(
  path: string,
  files: readonly BundleFile[],
  options: WriteOptions & EncodeOptions,
): Promise<void> {
  await writeWhole(path, encodeArchive(files, options), options);
}
