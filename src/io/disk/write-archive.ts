import type { BundleFile } from '../../archive/entry.ts';
import { gzip } from '../../archive/gzip.ts';
import type { Layout } from '../../archive/layout.ts';
import { writeTar } from '../../archive/write-tar.ts';
import type { WriteOptions } from './files.ts';
import { writeWhole } from './files.ts';

export interface ArchiveOptions extends WriteOptions {
  /** The time that every entry gets, in seconds since 1970. */
  readonly mtime: number;
  readonly layout: Layout;
}

/** Writes the bundle as one tar.gz, whole or not at all; the same files give the same bytes. */
export async function writeArchive(
  path: string,
  files: readonly BundleFile[],
  options: ArchiveOptions,
): Promise<void> {
  await writeWhole(
    path,
    gzip(writeTar(files, options.mtime, options.layout), options.signal),
    options,
  );
}
