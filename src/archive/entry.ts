import type { BundlePath } from '../bundle-path.ts';
import { isBundlePath } from '../bundle-path.ts';
import type { Digest } from '../digest.ts';
import { quote } from '../quote.ts';

/** One entry of an archive or a directory, as it comes: nothing about it is checked yet. */
export interface Entry {
  /** As the archive has it; a directory's entries are relative to it, with `/`. */
  readonly path: string;
  /** `file` and `directory` are accepted; anything else is named as found, e.g. `symbolic link`. */
  readonly type: string;
  /** In bytes. */
  readonly size: number;
  /** The content, to be read before the next entry is asked for. */
  readonly content: AsyncIterable<Uint8Array>;
}

/** A file of a bundle that was received: hashed, and kept only if it is a document. */
export interface ReceivedFile {
  readonly path: BundlePath;
  readonly size: number;
  readonly digest: Digest;
  /** The content of what its layout calls a document; undefined for every other file. */
  readonly bytes: Uint8Array | undefined;
}

/** By path, sorted by it. */
export type ReceivedFiles = ReadonlyMap<string, ReceivedFile>;

/** A file that goes into a bundle: a handle, so that a gigabyte of logs is never in memory. */
export interface BundleFile {
  readonly path: BundlePath;
  readonly size: number;
  readonly digest: Digest;
  open(): AsyncIterable<Uint8Array>;
}

/** An entry's path as the `at` of an error: one that is not plain is foreign text and comes quoted. */
export function shownPath(path: string): string {
  return isBundlePath(path) ? path : quote(path);
}

/** The order that files have in an archive and in what was received of one. */
export function sortedByPath<T extends { readonly path: string }>(files: readonly T[]): T[] {
  return files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}
