import { isBundlePath, type BundlePath } from '../bundle-path.ts';
import { digestOf, type Digest } from '../digest.ts';
import { refuse } from '../place.ts';
import { quote } from '../quote.ts';
import { counted } from '../sentence.ts';

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

/** A file of a bundle whose content is in memory. */
export interface MemoryFile extends BundleFile {
  readonly bytes: Uint8Array;
}

export function memoryFile(path: BundlePath, bytes: Uint8Array): MemoryFile {
  return {
    path,
    bytes,
    size: bytes.length,
    digest: digestOf(bytes),
    async *open(): AsyncGenerator<Uint8Array, void> {
      yield bytes;
    },
  };
}

/** Received files to write: those whose content is not in memory are opened again. */
export function handlesOf(
  files: ReceivedFiles,
  open: (path: string) => AsyncIterable<Uint8Array>,
): readonly BundleFile[] {
  return [...files.values()].map(({ bytes, ...file }) =>
    bytes === undefined ? { ...file, open: () => open(file.path) } : memoryFile(file.path, bytes),
  );
}

/** What the archives of one kind may hold: the kind says it, and every room below is told. */
export interface Layout {
  /**
   * The path grammar, narrower than what any archive may hold (`entry-rules.ts`). It makes the `BundlePath`
   * of every file, so nothing else may.
   */
  readonly isPath: (text: string) => text is BundlePath;
  /** The grammar in words, for complaints. */
  readonly pathRule: string;
  /** Entries of one archive or directory, directories included. */
  readonly maxEntries: number;
  /** One file, and all files together, in bytes. */
  readonly maxFileBytes: number;
  readonly maxBytes: number;
  /** The directory of this name in another one is taken for that one, if the files are in it alone. */
  readonly folder?: string;
  /** Files without which there is nothing to judge. */
  readonly required: readonly BundlePath[];
  /** What to do if one of them is not there. */
  readonly incompleteHint: (paths: readonly string[]) => string;
  /** What the inventory leaves out: itself, and what is made from it. */
  readonly unlisted: readonly BundlePath[];
  /** The largest size in bytes of a document, which is kept; undefined for a file that is only hashed. */
  readonly documentLimit: (path: BundlePath) => number | undefined;
}

/** Throws BUNDLE_INCOMPLETE. */
export function requireComplete(files: ReceivedFiles, layout: Layout): void {
  for (const path of layout.required) documentOf(files, path, layout);
}

/**
 * The bytes of a document that every archive of this layout has.
 *
 * @throws EvidenceError BUNDLE_INCOMPLETE
 */
export function documentOf(files: ReceivedFiles, path: string, layout: Layout): Uint8Array {
  const bytes = files.get(path)?.bytes;
  if (bytes !== undefined) return bytes;
  const paths = [...files.keys()];
  const hint = wholeIn(paths, path) ?? layout.incompleteHint(paths);
  const found = `no ${path}, in a bundle with ${counted(files.size, 'file')} in all`;
  refuse({ code: 'BUNDLE_INCOMPLETE', at: path, hint }, found, `${path} at the top of the bundle`);
}

/** Where the whole is, if it lies one step further down: in an archive, or in a folder. */
function wholeIn(paths: readonly string[], path: string): string | undefined {
  const archive = paths.find((name) => /\.t(?:ar\.)?gz$/.test(name));
  if (archive !== undefined) return `name the archive in it: ${archive}`;
  const below = paths.find((name) => name.endsWith(`/${path}`));
  if (below === undefined) return undefined;
  const folder = below.slice(0, -path.length - 1);
  return `it is all in the folder ${folder}: unpack it if it is an archive, and name that folder`;
}

/** An entry's path as the `at` of an error: one that is not plain is foreign text and comes quoted. */
export function shownPath(path: string): string {
  return isBundlePath(path) ? path : quote(path);
}

/** The order that files have in an archive and in what was received of one. */
export function sortedByPath<T extends { readonly path: string }>(files: readonly T[]): T[] {
  return files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}
