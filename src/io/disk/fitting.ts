// What fits a pattern, and what a pattern goes past: Node's own glob says nothing of a directory that it cannot list, of a
// name that begins with a dot, and of one that is not UTF-8, which it takes for another.
import { glob, stat } from 'node:fs/promises';
import { join, matchesGlob } from 'node:path';

import { noneIfRefused } from '../../errors/evidence-error.ts';
import { isPattern } from './folders.ts';
import { lookAt } from './harmless-output.ts';
import { countIn } from './pattern-limits.ts';
import { listNames, twinsOf, type ListedName, type RefusedPath } from './raw-path.ts';

/** Names that a directory may have. */
const MOST_NAMES = 1_000_000;

/** Undefined if it may not be listed. */
export async function namesIn(folder: string): Promise<readonly ListedName[] | undefined> {
  return await listNames(folder, {
    most: MOST_NAMES,
    found: `more than ${MOST_NAMES} names`,
    expected: `at most ${MOST_NAMES} in one directory`,
    hint: 'name the directories in it, or write a list for --from',
  }).catch(noneIfRefused);
}

/**
 * In the order of names.
 *
 * @param passOver is told what begins with a dot, which a star is not for
 */
export async function fitting(
  pattern: string,
  passOver: (path: string) => void,
): Promise<readonly (string | RefusedPath)[]> {
  const found = new Map<string, string | RefusedPath>();
  for await (const path of glob(pattern)) {
    const twins = await twinsOf(path);
    for (const twin of twins) found.set(twin.path, twin);
    if (twins.length === 0 || lookAt(path) !== undefined) found.set(path, path);
  }
  for await (const lost of new Walk(pattern, passOver).lost()) {
    found.set(typeof lost === 'string' ? lost : lost.path, lost);
  }
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
}

const ANY_DEPTH = '**';

/** Goes through the directories that a pattern leads to, but for links. */
class Walk {
  readonly #parts: readonly string[];
  readonly #passOver: (path: string) => void;
  /** Directories, each with the part of the pattern that is for what is in it. */
  readonly #seen = new Set<string>();
  readonly #hidden = new Set<string>();

  constructor(pattern: string, passOver: (path: string) => void) {
    this.#parts = partsOf(pattern);
    this.#passOver = passOver;
  }

  async *lost(): AsyncGenerator<string | RefusedPath, void> {
    const isAbsolute = this.#parts[0] === '';
    yield* this.#in(isAbsolute ? '/' : '.', isAbsolute ? 1 : 0);
  }

  async *#in(folder: string, index: number): AsyncGenerator<string | RefusedPath, void> {
    const part = this.#parts[index];
    const step = `${index} ${folder}`;
    if (part === undefined || this.#seen.has(step)) return;
    this.#seen.add(step);
    const isLast = index === this.#parts.length - 1;
    if (part !== ANY_DEPTH && !isPattern(part)) {
      const path = join(folder, part);
      if (!isLast && (await isDirectory(path))) yield* this.#in(path, index + 1);
      return;
    }
    if (part === ANY_DEPTH) yield* this.#in(folder, index + 1);
    const entries = await namesIn(folder);
    if (entries === undefined) {
      yield folder;
      return;
    }
    for (const each of entries) yield* this.#at({ folder, part, index, isLast }, each);
  }

  async *#at(
    { folder, part, index, isLast }: Step,
    { entry, refused }: ListedName,
  ): AsyncGenerator<string | RefusedPath, void> {
    const fits = fitOf(entry.name, part);
    if (fits === undefined || !(isLast || entry.isDirectory())) return;
    const path = join(folder, entry.name);
    if (fits === 'hidden') this.#hide(refused?.path ?? path);
    else if (refused !== undefined) yield refused;
    else if (entry.isDirectory()) yield* this.#in(path, part === ANY_DEPTH ? index : index + 1);
  }

  #hide(path: string): void {
    if (this.#hidden.has(path)) return;
    this.#hidden.add(path);
    this.#passOver(path);
  }
}

/** Hidden: it would fit if it did not begin with a dot. */
function fitOf(name: string, part: string): 'fits' | 'hidden' | undefined {
  const isHidden = name.startsWith('.');
  if (part === ANY_DEPTH) return isHidden ? 'hidden' : 'fits';
  if (matchesGlob(name, part)) return 'fits';
  return isHidden && matchesGlob(`x${name.slice(1)}`, part) ? 'hidden' : undefined;
}

interface Step {
  readonly folder: string;
  readonly part: string;
  readonly index: number;
  readonly isLast: boolean;
}

/** A brace around a slash may be for any depth. */
function partsOf(pattern: string): readonly string[] {
  const parts = pattern.split('/').filter((part, index) => part !== '' || index === 0);
  const brace = parts.findIndex((part) => countIn(part, '{') !== countIn(part, '}'));
  return brace === -1 ? parts : [...parts.slice(0, brace), ANY_DEPTH];
}

async function isDirectory(path: string): Promise<boolean> {
  const stats = await stat(path).catch(() => undefined);
  return stats?.isDirectory() === true;
}
