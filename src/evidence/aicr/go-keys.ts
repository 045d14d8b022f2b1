// The order in which yaml.v3 writes the keys of a Go map: by numbers as a person counts, then by letters.

import type { Plain } from '../../document/data.ts';

/** Negative if the first key comes first. */
export function compareKeys(a: string | Plain, b: string | Plain): number {
  if (typeof a === 'string' && typeof b === 'string') return compareTexts([...a], [...b]);
  const [first, second] = [numberOf(a), numberOf(b)];
  if (first !== undefined && second !== undefined && first !== second) return first - second;
  return rankOf(a) - rankOf(b);
}

/** Booleans count as 0 and 1. */
function numberOf(key: string | Plain): number | undefined {
  if (typeof key === 'string') return undefined;
  if (key.type === 'boolean') return key.text === 'true' ? 1 : 0;
  return key.type === 'integer' || key.type === 'float'
    ? Number(key.text.replace('.inf', 'Infinity'))
    : undefined;
}

/** The kinds in the order of Go's `reflect.Kind`. */
const KINDS = ['boolean', 'integer', 'float', 'string', 'timestamp'];

function rankOf(key: string | Plain): number {
  return KINDS.indexOf(typeof key === 'string' ? 'string' : key.type);
}

/** By the first character that differs; digits there are compared as the number that they begin. */
function compareTexts(a: readonly string[], b: readonly string[]): number {
  const length = Math.min(a.length, b.length);
  const index = a.findIndex((character, at) => at < length && character !== b[at]);
  if (index === -1) return a.length - b.length;
  const [one = '', other = ''] = [a[index], b[index]];
  const [isLetter, isOtherLetter] = [LETTER.test(one), LETTER.test(other)];
  if (isLetter && isOtherLetter) return codeOf(one) - codeOf(other);
  if (isLetter !== isOtherLetter) {
    const isBehindDigit = DIGIT.test(a[index - 1] ?? '');
    return isLetter === isBehindDigit ? -1 : 1;
  }
  return compareNumbers([a, b], index);
}

const LETTER = /^\p{L}$/u;
const DIGIT = /^\p{Nd}$/u;

function codeOf(character = ''): number {
  return character.codePointAt(0) ?? 0;
}

type Texts = readonly [readonly string[], readonly string[]];

function compareNumbers([a, b]: Texts, index: number): number {
  // A zero behind other digits is part of their number, so that 10 comes behind 9.
  const hasZero = [a, b].some((text) => text[index] === '0');
  const start = hasZero && followsNumber(a, index) ? 1n : 0n;
  const [first, second] = [numberFrom(a, index, start), numberFrom(b, index, start)];
  if (first.value !== second.value) return first.value < second.value ? -1 : 1;
  return first.end - second.end || codeOf(a[index]) - codeOf(b[index]);
}

/** Whether the digits directly before have one that is no zero. */
function followsNumber(text: readonly string[], index: number): boolean {
  for (let before = index - 1; DIGIT.test(text[before] ?? ''); before -= 1) {
    if (text[before] !== '0') return true;
  }
  return false;
}

/** In 64 bits, as in Go. */
function numberFrom(
  text: readonly string[],
  index: number,
  start: bigint,
): { value: bigint; end: number } {
  let value = start;
  let end = index;
  for (; DIGIT.test(text[end] ?? ''); end += 1) {
    value = BigInt.asIntN(64, value * 10n + BigInt(codeOf(text[end]) - 48));
  }
  return { value, end };
}
