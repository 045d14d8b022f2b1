import type { BundlePath } from '../bundle-path.ts';
import { EvidenceError } from '../errors/evidence-error.ts';
import { escapeInvisible } from '../quote.ts';
import { shownPath, type Layout } from './entry.ts';

type EntryType = 'file' | 'directory';

interface KnownEntry {
  readonly path: string;
  readonly type: EntryType;
  /** False for a directory that is only part of a path. */
  readonly isListed: boolean;
}

/** Compares every entry with the rules and limits of its layout, before a byte of it is read. */
export class EntryRules {
  readonly #layout: Layout;
  #entries = 0;
  #bytes = 0;
  /** By lower-case path, so that no two names are one on a disk that ignores case. */
  readonly #known = new Map<string, KnownEntry>();

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  admitDirectory(path: string): void {
    this.#add(this.#requirePath(path), 'directory');
  }

  /** `size` in bytes. */
  admitFile(path: string, size: number): BundlePath {
    const safe = this.#requirePath(path);
    this.#add(safe, 'file');
    const { documentLimit, maxFileBytes, maxBytes } = this.#layout;
    const limit = Math.min(documentLimit(safe) ?? maxFileBytes, maxFileBytes);
    requireAtMost(size, limit, { at: safe, of: 'this file' });
    this.#bytes += size;
    requireAtMost(this.#bytes, maxBytes, { at: safe, of: 'all files together' });
    return safe;
  }

  #count(path: BundlePath): void {
    this.#entries += 1;
    const { maxEntries } = this.#layout;
    if (this.#entries <= maxEntries) return;
    const found = `more than ${maxEntries} entries`;
    throw refusedEntry(
      'LIMIT_EXCEEDED',
      path,
      found,
      `${maxEntries} or less, directories included`,
    );
  }

  #requirePath(path: string): BundlePath {
    if (isPlain(path) && this.#layout.isPath(path)) return path;
    const at = shownPath(path);
    throw refusedEntry('ARCHIVE_UNSAFE', at, `the path ${at}`, this.#layout.pathRule);
  }

  /** Notes the entry and the directories that it is in. */
  #add(path: BundlePath, type: EntryType): void {
    for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1)) {
      this.#note({ path: path.slice(0, end), type: 'directory', isListed: false }, path);
    }
    this.#note({ path, type, isListed: true }, path);
  }

  /** A directory counts whether it is listed or not: an archive may be unpacked, and judged then. */
  #note(entry: KnownEntry, at: BundlePath): void {
    const key = entry.path.toLowerCase();
    const known = this.#known.get(key);
    if (known === undefined) {
      this.#count(at);
      this.#known.set(key, entry);
      return;
    }
    requireOneDirectory(entry, known, at);
    if (!entry.isListed) return;
    // Listed again it counts again, or a list of one directory would have no end.
    if (known.isListed) this.#count(at);
    this.#known.set(key, entry);
  }
}

function requireOneDirectory({ path, type }: KnownEntry, known: KnownEntry, at: BundlePath): void {
  if (known.path === path && known.type === 'directory' && type === 'directory') return;
  const found = `the ${type} ${path} beside the ${known.type} ${known.path}`;
  throw refusedEntry('ARCHIVE_UNSAFE', at, found, 'every path once, whatever its case');
}

/**
 * Whatever a layout allows: no path leaves the archive, is two paths on another system, or shows as
 * another than it is. U+FFFD stands for bytes that are no UTF-8; `C:` is a drive, which bsdtar leaves out.
 */
function isPlain(path: string): boolean {
  const segments = path.split('/');
  return (
    segments.every((segment) => !['', '.', '..'].includes(segment)) &&
    !/[\\\uFFFD]|^[a-z]:/iu.test(path) &&
    escapeInvisible(path) === path &&
    path.normalize('NFC') === path
  );
}

function requireAtMost(size: number, limit: number, { at, of }: { at: string; of: string }): void {
  if (size <= limit) return;
  throw refusedEntry('LIMIT_EXCEEDED', at, `${size} bytes`, `at most ${limit} bytes for ${of}`);
}

/** An entry that no bundle may have, or that is too large or one too many. */
export function refusedEntry(
  code: 'ARCHIVE_UNSAFE' | 'LIMIT_EXCEEDED',
  at: string,
  found: string,
  expected: string,
): EvidenceError {
  const hint =
    code === 'LIMIT_EXCEEDED'
      ? 'check that this is the right bundle; if it is, it has to be made again, and smaller'
      : 'take it out of the directory, or have the bundle made again without it';
  return new EvidenceError(code, { at, found, expected, hint });
}
