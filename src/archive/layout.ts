import type { BundlePath } from '../bundle-path.ts';

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
  /** Files without which there is nothing to judge. */
  readonly required: readonly BundlePath[];
  /** What to do if one of them is not there. */
  readonly incompleteHint: string;
  /** What the inventory leaves out: itself, and what is made from it. */
  readonly unlisted: readonly BundlePath[];
  /** The largest size in bytes of a document, which is kept; undefined for a file that is only hashed. */
  readonly documentLimit: (path: BundlePath) => number | undefined;
}
