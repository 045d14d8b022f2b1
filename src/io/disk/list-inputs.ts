import { once } from 'node:events';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';

import type { Layout } from '../../archive/entry.ts';
import { noneIfRefused } from '../../errors/evidence-error.ts';
import { followed, isBundle, isFolder, isPattern } from './bundle-source.ts';
import { STDIN, standardInput } from './files.ts';
import { lookAt } from './harmless-output.ts';
import { kindOf, listDirectory, openFile, readToEnd } from './open-file.ts';

const ARCHIVE = '.tar.gz';
const LOGS = `.logs${ARCHIVE}`;
/** Names that a directory may have. */
const MOST_NAMES = 1_000_000;
/** Names that are kept of what is passed over; the others are counted. */
const MOST_PASSED_OVER = 100;

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

/**
 * What inputs stand for, in their order: what is in a directory by its names, and what fits a pattern. One in which
 * nothing is found stands for itself, so that whoever judges it says what is wrong.
 */
export async function* listInputs(
  inputs: AsyncIterable<string> | Iterable<string>,
  listing: Listing,
): AsyncGenerator<string, void> {
  for await (const input of inputs) {
    const fitting = lookAt(input) === undefined && isPattern(input) ? await namesFor(input) : [];
    for (const name of fitting.length === 0 ? [input] : fitting) yield* inInput(name, listing);
  }
}

/** The lines of a file, or of standard input for `-`, without empty ones. */
export async function* linesOf(path: string, signal: AbortSignal): AsyncGenerator<string, void> {
  const file = path === STDIN ? undefined : await openFile(path);
  const input = Readable.from(file === undefined ? standardInput() : readToEnd(file, path));
  const stop = (): void => void (file === undefined && process.stdin.destroy());
  signal.addEventListener('abort', stop);
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      if (line.trim() !== '') yield line;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    // Whoever wants no more lines may leave while more of the file is read.
    if (file !== undefined && !input.closed) await once(input.destroy(), 'close');
    await file?.handle.close();
  }
}

async function namesFor(pattern: string): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const name of glob(pattern)) names.push(name);
  return names.toSorted(byName);
}

/** What is in a folder, or the input itself. */
async function* inInput(input: string, listing: Listing): AsyncGenerator<string, void> {
  let found = 0;
  if (isFolder(followed(input), listing.layout)) {
    for await (const path of inFolder(input, listing)) {
      found += 1;
      yield path;
    }
  }
  if (found === 0) yield input;
}

async function* inFolder(folder: string, listing: Listing): AsyncGenerator<string, void> {
  const entries = await listDirectory(folder, {
    most: MOST_NAMES,
    found: `more than ${MOST_NAMES} names`,
    expected: `at most ${MOST_NAMES} in one directory`,
    hint: 'name the directories in it, or write a list for --from',
  }).catch(noneIfRefused);
  // What cannot be listed is no evidence that is passed over: whoever judges it says what is wrong.
  if (entries === undefined) yield folder;
  const names = new Set(entries?.map(({ name }) => name));
  for (const entry of entries ?? []) {
    const path = join(folder, entry.name);
    const kind = kindOf(entry);
    const isLogs = entry.name.endsWith(LOGS) && names.has(entry.name.slice(0, -LOGS.length));
    if (kind === 'directory' && isFolder(path, listing.layout)) yield* inFolder(path, listing);
    else if (isEvidence(path, kind, listing.layout) && !isLogs) yield path;
    else listing.passedOver.add(path);
  }
}

/** What no file is, e.g. a FIFO, cannot be read, and that has to be said. */
function isEvidence(path: string, kind: string, layout: Layout): boolean {
  if (kind === 'directory') return isBundle(path, layout);
  return kind === 'file' ? path.endsWith(ARCHIVE) : kind !== 'symbolic link';
}

function byName(a: string, b: string): number {
  return a < b ? -1 : 1;
}
