// YAML's texts in quotes: YAML 1.2.2 §7.3.

import { TextParts } from './text-parts.ts';
import { LINE_FEED, SPACE, TAB, type YamlCursor } from './yaml-cursor.ts';

export const DOUBLE_QUOTE = 0x22;
export const SINGLE_QUOTE = 0x27;
const BACKSLASH = 0x5c;

/** One line break folds into a space, more into one fewer (YAML 1.2.2 §6.5). */
export function foldedBreaks(breaks: number): string {
  return breaks === 1 ? ' ' : '\n'.repeat(breaks - 1);
}

/** A text in quotes of the kind that is here. */
export function readQuoted(cursor: YamlCursor): string {
  const { position: start } = cursor;
  const quoteCode = cursor.code();
  const literal = quoteCode === DOUBLE_QUOTE ? /[^"\\\n]*/y : /[^'\n]*/y;
  cursor.position += 1;
  const first = readLiteral(cursor, literal);
  if (cursor.code() === quoteCode && cursor.text.charCodeAt(cursor.position + 1) !== quoteCode) {
    cursor.requireText(first.length);
    cursor.position += 1;
    return first;
  }
  cursor.position = start + 1;
  return readQuotedParts(cursor, literal, quoteCode);
}

/** What stands for itself between the quotes, up to the end of a line. */
function readLiteral(cursor: YamlCursor, literal: RegExp): string {
  const { text, position } = cursor;
  literal.lastIndex = position;
  literal.test(text);
  cursor.position = literal.lastIndex;
  return text.slice(position, cursor.position);
}

function readQuotedParts(cursor: YamlCursor, literal: RegExp, quoteCode: number): string {
  const { text, position: start } = cursor;
  const parts = new TextParts();
  for (;;) {
    const part = readLiteral(cursor, literal);
    cursor.requireText(parts.length + part.length);
    const code = cursor.code();
    if (code === LINE_FEED) {
      parts.add(trimEndBlanks(part));
      parts.add(foldedBreaks(skipBreaks(cursor)));
    } else if (code === BACKSLASH) {
      parts.add(part);
      parts.add(readEscape(cursor));
    } else if (code !== quoteCode) {
      cursor.position = start - 1;
      cursor.refuse('a quote that is never closed', 'a closing quote');
    } else if (quoteCode === SINGLE_QUOTE && text.charCodeAt(cursor.position + 1) === quoteCode) {
      parts.add(part);
      parts.add("'");
      cursor.position += 2;
    } else {
      cursor.position += 1;
      parts.add(part);
      return parts.text();
    }
  }
}

function trimEndBlanks(text: string): string {
  let end = text.length;
  while (end > 0 && (text.charCodeAt(end - 1) === SPACE || text.charCodeAt(end - 1) === TAB)) {
    end -= 1;
  }
  return text.slice(0, end);
}

/** Skips line breaks, empty lines and the indentation of the next line; returns the breaks. */
function skipBreaks(cursor: YamlCursor): number {
  let breaks = 0;
  while (cursor.code() === LINE_FEED) {
    breaks += 1;
    cursor.nextLine(cursor.position + 1);
    if (cursor.isMarker(cursor.position)) {
      cursor.refuse('the end of the document in a quoted text', 'a closing quote');
    }
    while (cursor.code() === SPACE || cursor.code() === TAB) cursor.position += 1;
  }
  return breaks;
}

/** The escapes that YAML 1.2 and yaml.v3 both have; `\/` is one of YAML 1.2 alone. */
export const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['0', '\0'],
  ['a', '\u0007'],
  ['b', '\b'],
  ['t', '\t'],
  ['n', '\n'],
  ['v', '\v'],
  ['f', '\f'],
  ['r', '\r'],
  ['e', '\u001B'],
  [' ', ' '],
  ['"', '"'],
  ['\\', '\\'],
  ['N', '\u0085'],
  ['_', '\u00A0'],
  ['L', '\u2028'],
  ['P', '\u2029'],
]);

const HEX_ESCAPE = /\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))/y;

function readEscape(cursor: YamlCursor): string {
  const letter = cursor.text.charAt(cursor.position + 1);
  if (letter === '\n') {
    cursor.position += 1;
    if (skipBreaks(cursor) === 1) return '';
    // Readers differ on what the empty line then is: a line break, a space, or nothing.
    cursor.refuse('an empty line behind an escaped line break', '\\n for a line break');
  }
  const character = ESCAPES.get(letter);
  if (character !== undefined) {
    cursor.position += 2;
    return character;
  }
  return readHexEscape(cursor);
}

function readHexEscape(cursor: YamlCursor): string {
  HEX_ESCAPE.lastIndex = cursor.position;
  const [all = '', ...digits] = HEX_ESCAPE.exec(cursor.text) ?? [];
  const code = Number.parseInt(digits.join(''), 16);
  const isSurrogate = code >= 0xd800 && code <= 0xdfff;
  if (Number.isNaN(code) || isSurrogate || code > 0x10ffff) {
    cursor.refuse('an escape that does not exist', 'an escape of YAML 1.2.2 §5.7', {
      hint: 'write the character itself, or \\U and its eight hexadecimal digits',
    });
  }
  cursor.position += all.length;
  return String.fromCodePoint(code);
}
