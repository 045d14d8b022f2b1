import { refuse } from '../../place.ts';
import { quote } from '../../quote.ts';
import { MAX_PATH_BYTES } from './raw-path.ts';

/** What `{a,b}{c,d}` may stand for in all. */
const MOST_ALTERNATIVES = 1000;
const MOST_BRACES = 20;
/** In all, and in one part of a path: each more is as much work again for a long name. */
const MOST_STARS = 32;
const MOST_STARS_IN_PART = 4;

/** An extended pattern, `?(…)`, `*(…)`, `+(…)`, `@(…)` or `!(…)`: for some names matching a few takes for ever. */
const EXTENDED = /[?*+@!]\(/;
/** Braces can make one, as `{*,x}(a|a)` does. */
const MADE_BY_BRACES = /[{},]\(/;

/**
 * A pattern is the user's, but what it takes to match it grows without an end, and nothing hears a signal meanwhile.
 * Throws USAGE.
 */
export function requireModest(pattern: string): void {
  const found = tooMuchIn(pattern);
  if (found === undefined) return;
  const hint = 'write several patterns, or a list of paths for --from';
  const most = `at most ${MOST_ALTERNATIVES} alternatives in ${MOST_BRACES} braces, ${MOST_STARS} stars, ${MOST_STARS_IN_PART} of them between two slashes, ${MAX_PATH_BYTES} bytes, and no ?( *( +( @( !(`;
  const place = { code: 'USAGE', at: 'INPUT', hint } as const;
  refuse(place, `${found} in the pattern ${quote(pattern, 60)}`, most);
}

function tooMuchIn(pattern: string): string | undefined {
  const bytes = Buffer.byteLength(pattern);
  if (bytes > MAX_PATH_BYTES) return `${bytes} bytes`;
  if (isExtended(pattern)) return 'an extended pattern';
  const braces = countIn(pattern, '{');
  if (braces > MOST_BRACES) return `${braces} braces`;
  const alternatives = alternativesIn(pattern);
  if (alternatives > MOST_ALTERNATIVES) return `${alternatives} alternatives`;
  const stars = countIn(pattern, '*');
  if (stars > MOST_STARS) return `${stars} stars`;
  const inPart = Math.max(...pattern.split('/').map((part) => countIn(part, '*')));
  return inPart > MOST_STARS_IN_PART ? `${inPart} stars between two slashes` : undefined;
}

function isExtended(pattern: string): boolean {
  return EXTENDED.test(pattern) || (pattern.includes('{') && MADE_BY_BRACES.test(pattern));
}

export function countIn(text: string, character: string): number {
  return text.split(character).length - 1;
}

/** For how many patterns without braces it stands; more for one whose braces are not closed. */
function alternativesIn(pattern: string): number {
  const open: { product: number; sum: number; text: string }[] = [{ product: 1, sum: 0, text: '' }];
  for (const character of pattern) {
    const inner = open.at(-1);
    if (inner === undefined) break;
    if (character === '{') open.push({ product: 1, sum: 0, text: '' });
    else if (character === ',' && open.length > 1) {
      inner.sum += inner.product;
      inner.product = 1;
    } else if (character === '}' && open.length > 1) {
      open.pop();
      const outer = open.at(-1);
      if (outer !== undefined) outer.product *= inner.sum + inner.product * rangeIn(inner.text);
    } else inner.text += character;
  }
  return open.reduce((product, each) => product * (each.sum + each.product), 1);
}

/** How many `1..9` or `a..z` are; more if it has a step. */
function rangeIn(text: string): number {
  const [, from = '', to = ''] =
    /^(-?\d+|[A-Za-z])\.\.(-?\d+|[A-Za-z])(?:\.\.-?\d+)?$/.exec(text) ?? [];
  if (from === '') return 1;
  return Math.abs(placeOf(to) - placeOf(from)) + 1;
}

function placeOf(end: string): number {
  return /\d/.test(end) ? Number(end) : (end.codePointAt(0) ?? 0);
}
