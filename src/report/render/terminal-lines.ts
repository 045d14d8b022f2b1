// How the terminal report dresses words: colour, marks, wrapping.
import type { Inline, Said, Tone } from '../blocks/block.ts';
import { visible, visibleWords } from './visible.ts';

export interface Terminal {
  /** Colour only underlines what the words say already. */
  readonly colour: boolean;
  /** In columns; 80 if not given. */
  readonly width?: number;
}

/** ECMA-48 select graphic rendition: bold green, red and yellow. */
const COLOURS: Readonly<Record<Tone, string>> = {
  good: '\u001B[32m',
  bad: '\u001B[1;31m',
  doubtful: '\u001B[1;33m',
  plain: '',
};
const BOLD = '\u001B[1m';
const RESET = '\u001B[0m';
const COLOUR = new RegExp(String.raw`${'\u001B'}\[[\d;]*m`, 'g');

const MARKS: Readonly<Record<Tone, string>> = { good: '✓', bad: '✗', doubtful: '!', plain: '·' };

const DEFAULT_WIDTH = 80;
/** Narrower than this nothing is readable, and wrapping would cut every word. */
const MIN_WIDTH = 40;

export function paint(text: string, tone: Tone, { colour }: Terminal): string {
  const code = COLOURS[tone];
  return colour && code !== '' ? `${code}${text}${RESET}` : text;
}

export function heading(text: string, { colour }: Terminal): string {
  return colour ? `${BOLD}${text}${RESET}` : text;
}

/** A mark and the words that mean the same, e.g. `✓ green`. */
export function marked({ words, tone }: Said, terminal: Terminal): string {
  return paint(`${MARKS[tone]} ${words}`, tone, terminal);
}

/** One line, safe to print; for a value at most `maxCharacters` of it. */
export function plainLine(line: Inline, maxCharacters: number, terminal: Terminal): string {
  return line
    .map((part) => {
      if (typeof part === 'string') return visibleWords(part, maxCharacters);
      if (!('said' in part)) return visible(part.value, maxCharacters);
      return part.said.tone === 'plain' ? part.said.words : marked(part.said, terminal);
    })
    .join('');
}

/** How many rows of the screen they take: what is to be copied is not broken, and may take several. */
export function rowsOf(lines: readonly string[], { width = DEFAULT_WIDTH }: Terminal): number {
  return lines.reduce((rows, line) => rows + Math.max(1, Math.ceil(lengthOf(line) / width)), 0);
}

/** Breaks at spaces only: a path or an address stays whole, so that it can be copied. */
export function wrap(
  text: string,
  first: string,
  rest: string,
  terminal: Terminal,
): readonly string[] {
  return wrapTo(columnsIn(terminal), text, first, rest);
}

export function columnsIn({ width = DEFAULT_WIDTH }: Terminal): number {
  return Math.max(width, MIN_WIDTH);
}

/** The same, for a part of a line. */
export function wrapTo(limit: number, text: string, first = '', rest = ''): readonly string[] {
  const lines: string[] = [];
  let line = first;
  let used = lengthOf(first);
  let empty = true;
  const room = limit - Math.max(lengthOf(first), rest.length);
  for (const word of (text.match(WORDS) ?? ['']).flatMap((each) => unbroken(each, room))) {
    const length = lengthOf(word);
    if (!empty && used + 1 + length > limit) {
      lines.push(line);
      line = rest;
      used = rest.length;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    used += empty ? length : length + 1;
    empty = false;
  }
  return [...lines, line.trimEnd()];
}

/** Columns that it takes, at most: colours take none, and what may be wide takes two. */
export function lengthOf(text: string): number {
  const shown = text.replaceAll(COLOUR, '');
  return shown.length + (shown.match(MAYBE_WIDE)?.length ?? 0);
}

/** Emoji, and all from Hangul on but for the signs and symbols before U+2E80 (Unicode, UAX #11). */
const MAYBE_WIDE =
  /[\u1100-\u1FFF\u2E80-\uD7FF\uE000-\uFFFC]|\p{Emoji_Presentation}|\p{Emoji}\uFE0F/gu;

/** A command between backticks is one word: broken, its second line would be a command of its own. */
const WORDS = /`[^`"]*`\S*|\S+/g;

const CHARACTER = new RegExp(`${COLOUR.source}|.`, 'gsu');

/** Foreign text that no address is made of is broken, so that the terminal does not begin a line with it. */
function unbroken(word: string, room: number): readonly string[] {
  // The sign of what was cut is ours.
  const isPlain = !/[^\x20-\x7E]/.test(word.replaceAll(COLOUR, '').replace(/…$/, ''));
  if (lengthOf(word) <= room || isPlain) return [word];
  const pieces: string[] = [];
  let piece = '';
  for (const [character] of word.matchAll(CHARACTER)) {
    if (lengthOf(piece + character) > room) {
      pieces.push(piece);
      piece = '';
    }
    piece += character;
  }
  return [...pieces, piece];
}

/** A label, and what it says beside it. Without a width of the column, most labels fit and some do not. */
export function labelled(
  label: string,
  text: string,
  terminal: Terminal,
  width = 8,
): readonly string[] {
  return wrap(text, `${label} `.padEnd(width), ' '.repeat(width), terminal);
}
