import { quote } from './quote.ts';

/** What is compared at all, in characters: no name of ours is longer, and a foreign one may have megabytes. */
const MAX_CHARACTERS = 40;
/** How many candidates are looked at: they may be foreign too. */
const MAX_CANDIDATES = 1000;

/** The name that somebody meant who wrote this word: the first of those that differ least, and in few letters. */
export function nearest(word: string, names: Iterable<string>): string | undefined {
  if (word.length > MAX_CHARACTERS) return undefined;
  const most = Math.floor((word.length + 2) / 4);
  const [best] = firstOf(names)
    .filter((name) => Math.abs(name.length - word.length) <= most)
    .map((name) => ({ name, distance: distance(word.toLowerCase(), name.toLowerCase()) }))
    .filter((candidate) => candidate.distance <= most)
    .toSorted((a, b) => a.distance - b.distance);
  return best?.name;
}

/** No more is read than is looked at. */
function firstOf(names: Iterable<string>): readonly string[] {
  const first: string[] = [];
  for (const name of names) {
    if (first.push(name) === MAX_CANDIDATES) break;
  }
  return first;
}

/** The hint that names it; undefined if nothing is near. */
export function didYouMean(word: string, names: Iterable<string>): string | undefined {
  const meant = nearest(word, names);
  return meant === undefined ? undefined : `did you mean ${quote(meant)}?`;
}

/** How many letters are added, left out, replaced or swapped with the next one (optimal string alignment). */
function distance(a: string, b: string): number {
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const isSwap = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwap ? at(before, j - 2) + 1 : Infinity;
      next.push(Math.min(at(row, j) + 1, at(next, j - 1) + 1, at(row, j - 1) + same, swapped));
    }
    [before, row] = [row, next];
  }
  return at(row, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}
