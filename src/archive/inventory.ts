import type { BundlePath } from '../bundle-path.ts';
import { isBundlePath } from '../bundle-path.ts';
import type { ErrorCode } from '../errors/catalogue.ts';
import { EvidenceError } from '../errors/evidence-error.ts';
import { documentLimit } from '../evidence/layout.ts';
import { MAX_BUNDLE_BYTES, MAX_ENTRIES, MAX_FILE_BYTES } from '../limits.ts';
import { placeOf } from './entry.ts';

type Kind = 'file' | 'directory';

/** Holds every entry against the rules and limits of a bundle, before a byte of it is read. */
export class Inventory {
  #entries = 0;
  #bytes = 0;
  /** By lower-case path, so that no two names are one on a disk that ignores case. */
  readonly #known = new Map<string, { readonly path: string; readonly kind: Kind }>();

  admitDirectory(path: string): void {
    this.#count(path);
    this.#add(requireBundlePath(path), 'directory');
  }

  /** `size` in bytes. */
  admitFile(path: string, size: number): BundlePath {
    this.#count(path);
    const safe = requireBundlePath(path);
    this.#add(safe, 'file');
    const limit = Math.min(documentLimit(safe) ?? MAX_FILE_BYTES, MAX_FILE_BYTES);
    requireAtMost(size, limit, { at: safe, of: 'this file' });
    this.#bytes += size;
    requireAtMost(this.#bytes, MAX_BUNDLE_BYTES, { at: safe, of: 'all files together' });
    return safe;
  }

  #count(path: string): void {
    this.#entries += 1;
    if (this.#entries <= MAX_ENTRIES) return;
    throw refusal('LIMIT_EXCEEDED', {
      at: placeOf(path),
      found: `more than ${MAX_ENTRIES} entries`,
      expected: `${MAX_ENTRIES} or less`,
    });
  }

  /** Notes the entry and the directories that it is in. */
  #add(path: BundlePath, kind: Kind): void {
    for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1)) {
      this.#note(path.slice(0, end), 'directory', path);
    }
    this.#note(path, kind, path);
  }

  #note(path: string, kind: Kind, at: BundlePath): void {
    const key = path.toLowerCase();
    const known = this.#known.get(key);
    const agrees = known?.path === path && known.kind === 'directory' && kind === 'directory';
    if (known !== undefined && !agrees) {
      throw refusal('ARCHIVE_UNSAFE', {
        at,
        found: `the ${kind} ${path} beside the ${known.kind} ${known.path}`,
        expected: 'every path once, whatever its case',
      });
    }
    this.#known.set(key, { path, kind });
  }
}

function requireBundlePath(path: string): BundlePath {
  if (isBundlePath(path)) return path;
  throw refusal('ARCHIVE_UNSAFE', {
    at: placeOf(path),
    found: `the path ${placeOf(path)}`,
    expected:
      'a relative path of at most 98 characters, each part a letter or digit and then letters, digits, ".", "_" or "-"',
  });
}

function requireAtMost(size: number, limit: number, { at, of }: { at: string; of: string }): void {
  if (size <= limit) return;
  throw refusal('LIMIT_EXCEEDED', {
    at,
    found: `${size} bytes`,
    expected: `at most ${limit} bytes for ${of}`,
  });
}

function refusal(
  code: ErrorCode,
  detail: { readonly at: string; readonly found: string; readonly expected: string },
): EvidenceError {
  return new EvidenceError(code, { ...detail, hint: 'make the bundle again without this entry' });
}
