// How the terminal report dresses words: colour, marks, wrapping, columns.
import type { Said, Tone } from './words.ts';

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

/** Breaks at spaces only: a path or an address stays whole, so that it can be copied. */
export function wrap(
  text: string,
  first: string,
  rest: string,
  { width }: Terminal,
): readonly string[] {
  const limit = Math.max(width ?? DEFAULT_WIDTH, MIN_WIDTH);
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.split(' ')) {
    if (!empty && line.length + 1 + word.length > limit) {
      lines.push(line);
      line = rest;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line.trimEnd()];
}

/** A label of at most seven letters and what it says. */
export function labelled(label: string, text: string, terminal: Terminal): readonly string[] {
  return wrap(text, label.padEnd(8), ' '.repeat(8), terminal);
}

/** Rows in columns as wide as their widest cell; the last column is free. */
export function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, index) =>
    Math.max(...rows.map((cells) => cells[index]?.length ?? 0)),
  );
  return rows.map((cells) =>
    `  ${cells.map((cell, index) => cell.padEnd((widths[index] ?? 0) + 2)).join('')}`.trimEnd(),
  );
}

/** The first items, and how many more there are: those are whole in the JSON report. */
export function few<T>(
  items: readonly T[],
  noun: string,
  render: (item: T) => readonly string[],
  most = 10,
): readonly string[] {
  const lines = items.slice(0, most).flatMap(render);
  const left = items.length - most;
  return left > 0 ? [...lines, `  and ${left} more ${noun}`] : lines;
}
