import { join } from 'node:path';

import type { Layout } from '../../archive/entry.ts';
import { STDIN } from './files.ts';
import { fitting, namesIn } from './fitting.ts';
import { followed, isBundle, isFolder, isLayoutFolder, isOfLayout, isPattern } from './folders.ts';
import { lookAt } from './harmless-output.ts';
import { kindOf } from './open-file.ts';
import { requireModest } from './pattern-limits.ts';
import { pathOf, twinsOf, type RefusedPath } from './raw-path.ts';

const ARCHIVE = '.tar.gz';
const LOGS = `.logs${ARCHIVE}`;
/** Names that are kept of what is passed over; the others are counted. */
export const MOST_PASSED_OVER = 100;

/** What is in directories and no evidence. */
export class PassedOver {
  count = 0;
  readonly paths: string[] = [];

  add(path: string): void {
    this.count += 1;
    if (this.paths.length < MOST_PASSED_OVER) this.paths.push(path);
  }
}

interface Listing {
  readonly layout: Layout;
  readonly passedOver: PassedOver;
}

/** What is judged, or why it cannot be. */
export type Listed = string | RefusedPath;

/**
 * What inputs stand for, in their order: what is in a directory by its names, and what fits a pattern. One in which
 * nothing is found stands for itself, so that whoever judges it says what is wrong.
 */
export async function* listInputs(
  inputs: readonly string[],
  listing: Listing,
): AsyncGenerator<Listed, void> {
  for (const input of inputs) {
    const names = isPatternAlone(input)
      ? await fitting(input, (path) => listing.passedOver.add(path))
      : await namedBy(input);
    for (const name of names.length === 0 ? [input] : names) {
      if (typeof name === 'string') yield* inInput(name, listing);
      else yield name;
    }
  }
}

/** Whether an input is more, or something else, than itself: a directory around bundles, a pattern, or what has no name. */
export async function holdsInputs(input: string, layout: Layout): Promise<boolean> {
  if (isPatternAlone(input)) return true;
  if (isFolder(input, layout)) return true;
  return (await namedBy(input)).length > 0;
}

/** And no file has this name. */
function isPatternAlone(input: string): boolean {
  return lookAt(input) === undefined && isPattern(input);
}

/** An argument that may mean another file than the one that Node would read means none. */
async function namedBy(input: string): Promise<readonly RefusedPath[]> {
  return input.includes('://') ? [] : await twinsOf(input);
}

/** Throws USAGE for a pattern that nothing could match in time. */
export function requireModestPatterns(inputs: readonly string[]): void {
  for (const input of inputs) if (isPatternAlone(input)) requireModest(input);
}

/** The same of a list. Each line is a path, or a reference, as it stands there: no pattern, and never standard input. */
export async function* listLines(
  lines: AsyncIterable<Buffer>,
  listing: Listing,
): AsyncGenerator<Listed, void> {
  for await (const line of lines) {
    const path = pathOf(line);
    if (typeof path === 'string') yield* inInput(path === STDIN ? `./${path}` : path, listing);
    else yield path;
  }
}

/** What is in a folder, or the input itself. */
async function* inInput(input: string, listing: Listing): AsyncGenerator<Listed, void> {
  let found = 0;
  if (isFolder(input, listing.layout)) {
    // A layout that was named is judged, and what is no part of it too.
    if (isLayoutFolder(followed(input))) {
      found += 1;
      yield input;
    }
    for await (const path of inFolder(input, listing)) {
      found += 1;
      yield path;
    }
  }
  if (found === 0) yield input;
}

/** @param inLayout the path of the folder in the OCI image layout around it, with a slash at its end */
async function* inFolder(
  folder: string,
  listing: Listing,
  inLayout = isLayoutFolder(folder) ? '' : undefined,
): AsyncGenerator<Listed, void> {
  const entries = await namesIn(folder);
  // What cannot be listed is no evidence that is passed over: whoever judges it says what is wrong.
  if (entries === undefined) {
    yield folder;
    return;
  }
  const names = new Set(entries.map(({ entry }) => entry.name));
  for (const { entry, refused } of entries) {
    const [path, kind] = [join(folder, entry.name), kindOf(entry)];
    const own = inLayout === undefined ? '' : `${inLayout}${entry.name}`;
    if (refused !== undefined) yield refused;
    else if (isOfLayout(own, kind)) yield* inLayoutEntry(path, listing, { own, kind });
    else if (isLogs(entry.name, names)) listing.passedOver.add(path);
    else yield* inEntry(path, kind, listing);
  }
}

/** A bundle is no part of a layout, wherever it is. */
async function* inLayoutEntry(
  path: string,
  listing: Listing,
  { own, kind }: { readonly own: string; readonly kind: string },
): AsyncGenerator<Listed, void> {
  if (kind !== 'directory') return;
  if (isBundle(path, listing.layout)) yield path;
  else yield* inFolder(path, listing, `${own}/`);
}

/** Of the bundle beside it. */
function isLogs(name: string, names: ReadonlySet<string>): boolean {
  return name.endsWith(LOGS) && names.has(name.slice(0, -LOGS.length));
}

async function* inEntry(
  path: string,
  kind: string,
  listing: Listing,
): AsyncGenerator<Listed, void> {
  if (kind === 'directory' && !isBundle(path, listing.layout)) {
    // Of a layout its own files are passed over as one.
    if (isLayoutFolder(path)) listing.passedOver.add(path);
    yield* inFolder(path, listing);
  } else if (isEvidence(path, kind)) yield path;
  else listing.passedOver.add(path);
}

/** What no file is, e.g. a FIFO, cannot be read, and that has to be said. */
function isEvidence(path: string, kind: string): boolean {
  return kind === 'file' ? path.endsWith(ARCHIVE) : kind !== 'symbolic link';
}
