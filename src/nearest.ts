import { quote } from './quote.ts';

/** What is compared at all, in characters: no name of ours is longer, and a foreign one may have megabytes. */
const MAX_CHARACTERS = 40;
/** How many candidates are looked at: they may be foreign too. */
const MAX_CANDIDATES = 1000;
/** How many of them, about as long as the word, are compared with it: there may be many words. */
const MAX_COMPARED = 100;

/** The name that somebody meant who wrote this word: the first of those that differ least, and in few letters. */
export function nearest(word: string, names: Iterable<string>): string | undefined {
  if (word.length > MAX_CHARACTERS) return undefined;
  let best: string | undefined;
  let most = Math.floor((word.length + 2) / 4);
  let [looked, compared] = [0, 0];
  for (const name of names) {
    if (most < 0 || looked === MAX_CANDIDATES || compared === MAX_COMPARED) break;
    looked += 1;
    if (Math.abs(name.length - word.length) > most) continue;
    compared += 1;
    const found = distance(word.toLowerCase(), name.toLowerCase(), most);
    if (found > most) continue;
    [best, most] = [name, found - 1];
  }
  return best;
}

/** The hint that names it; undefined if nothing is near. */
export function didYouMean(word: string, names: Iterable<string>): string | undefined {
  const meant = nearest(word, names);
  return meant === undefined ? undefined : `did you mean ${quote(meant)}?`;
}

/**
 * How many letters are added, left out, replaced or swapped with the next one (optimal string alignment);
 * something greater than `most` if it is more than that.
 */
function distance(a: string, b: string, most: number): number {
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = i <= most ? [i] : [];
    let least = at(next, 0);
    // What is further aside than that differs in more letters already.
    for (let j = Math.max(1, i - most); j <= Math.min(b.length, i + most); j += 1) {
      const same = a.charCodeAt(i - 1) === b.charCodeAt(j - 1) ? 0 : 1;
      const isSwap = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwap ? at(before, j - 2) + 1 : FAR;
      const found = Math.min(at(row, j) + 1, at(next, j - 1) + 1, at(row, j - 1) + same, swapped);
      next[j] = found;
      least = Math.min(least, found);
    }
    if (least > most) return least;
    [before, row] = [row, next];
  }
  return at(row, b.length);
}

/** More than any word of that length differs in. */
const FAR = 2 * MAX_CHARACTERS;

function at(row: readonly number[], index: number): number {
  return row[index] ?? FAR;
}
