// What a directory is: one bundle, one OCI image layout, or one around many. What could be evidence beside a bundle
// must not be hidden by it.
import {
  closeSync,
  constants,
  openSync,
  readSync,
  readdirSync,
  statSync,
  type Dirent,
} from 'node:fs';
import { join, posix } from 'node:path';

import type { Layout } from '../../archive/entry.ts';
import { ifThere, lookAt } from './harmless-output.ts';
import { OCI_LAYOUT_FILE } from './open-file.ts';

/** By their names. By its content an archive may have any name. */
const ARCHIVE_NAME = /\.(?:tar\.gz|tgz)$/;
const GZIP = Buffer.from([0x1f, 0x8b]);

/** With more files than these beside it, a bundle is one of many whatever they are: they are not all opened. */
const MOST_BESIDE = 100;

/** Of an OCI image layout, relative to it. */
const LAYOUT_FILE =
  /^(?:oci-layout|index\.json|blobs\/(?:sha256\/[0-9a-f]{64}|sha512\/[0-9a-f]{128}))$/;
const LAYOUT_FOLDERS = ['blobs', 'blobs/sha256', 'blobs/sha512'];

/** With a manifest or a statement: whatever else is in it is part of the bundle, or too much in it. */
export function isBundleItself(path: string, { required }: Layout): boolean {
  return isDirectory(path) && required.some((file) => lookAt(join(path, file)) !== undefined);
}

/**
 * The directory with the files of the bundle: this one, or the one in it that the layout names, as aicr writes it.
 * Undefined if neither is a bundle. No link in it is followed, as nowhere in a bundle.
 */
export function bundleFolder(path: string, layout: Layout): string | undefined {
  if (isBundleItself(path, layout)) return path;
  if (layout.folder === undefined) return undefined;
  const inner = join(path, layout.folder);
  return lookAt(inner)?.isDirectory() === true && isBundleItself(inner, layout) ? inner : undefined;
}

/** Also the directory around one, if nothing beside it could be evidence. */
export function isBundle(path: string, layout: Layout): boolean {
  const folder = bundleFolder(path, layout);
  if (folder === undefined || folder === path) return folder === path;
  return !couldHoldEvidence(path, layout.folder);
}

/** A directory that is no bundle, around none alone, and no layout alone: whatever is evidence in it is so by itself. */
export function isFolder(input: string, layout: Layout): boolean {
  const path = followed(input);
  if (!isDirectory(input) || lookAt(path) === undefined || isBundle(path, layout)) return false;
  return !isLayoutFolder(path) || hasMoreThanLayout(path, layout);
}

/** Or a link to one. To look for what is in a file throws, which costs more than to see that it is one. */
function isDirectory(path: string): boolean {
  return ifThere(() => statSync(path, { throwIfNoEntry: false }))?.isDirectory() === true;
}

export function isPattern(input: string): boolean {
  return /[*?[{]/.test(input) && !input.includes('://');
}

/** The target of a link that the user named. */
export function followed(input: string): string {
  return `${input}/.`;
}

/** Says that it is an OCI image layout; perhaps nothing else of one is there. */
export function isLayoutFolder(path: string): boolean {
  return lookAt(join(path, OCI_LAYOUT_FILE)) !== undefined;
}

/**
 * Whether a layout has such an entry itself. A bundle is none, wherever it is.
 *
 * @param path relative to the layout
 * @param kind as `kindOf` says it
 */
export function isOfLayout(path: string, kind: string): boolean {
  if (kind === 'file') return LAYOUT_FILE.test(path);
  return kind === 'directory' && LAYOUT_FOLDERS.includes(path);
}

function hasMoreThanLayout(path: string, layout: Layout): boolean {
  const folders = LAYOUT_FOLDERS.filter((name) => lookAt(join(path, name))?.isDirectory() === true);
  if (folders.some((name) => isBundle(join(path, name), layout))) return true;
  return ['', ...folders].some((folder) => {
    const isOwn = (entry: Dirent) => isOfLayout(posix.join(folder, entry.name), plainKind(entry));
    return entriesOf(join(path, folder))?.every(isOwn) !== true;
  });
}

/** Besides the bundle in it. */
function couldHoldEvidence(path: string, bundle: string | undefined): boolean {
  const others = entriesOf(path)?.filter(({ name }) => name !== bundle);
  if (others === undefined || others.length > MOST_BESIDE) return true;
  return others.some((entry) => !entry.isFile() || couldBeArchive(join(path, entry.name)));
}

function plainKind(entry: Dirent): string {
  if (entry.isFile()) return 'file';
  return entry.isDirectory() ? 'directory' : 'other';
}

/** Undefined if it cannot be listed. */
function entriesOf(path: string): readonly Dirent[] | undefined {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch {
    return undefined;
  }
}

/** Also what cannot be read. */
function couldBeArchive(path: string): boolean {
  if (ARCHIVE_NAME.test(path)) return true;
  const start = Buffer.alloc(GZIP.length);
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    try {
      readSync(file, start);
    } finally {
      closeSync(file);
    }
  } catch {
    return true;
  }
  return start.equals(GZIP);
}
