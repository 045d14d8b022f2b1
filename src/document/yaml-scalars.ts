// YAML's scalars as text: plain, in quotes, and in blocks. Where yaml.v3, which AICR uses, and YAML 1.2
// differ, the text is refused.

import { COLON, HASH, LINE_FEED, QUESTION, SPACE, TAB, type YamlCursor } from './yaml-cursor.ts';

export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal' | 'folded';

export interface Scalar {
  readonly value: string;
  readonly style: ScalarStyle;
}

export type Context = 'block' | 'flow';

const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;
const BACKSLASH = 0x5c;

const UNSUPPORTED_START: ReadonlyMap<string, string> = new Map([
  ['&', 'an anchor'],
  ['*', 'an alias'],
  ['!', 'a tag'],
]);

/** A plain or quoted scalar; a plain one goes on in lines that are indented by `indent` or more. */
export function readScalar(cursor: YamlCursor, indent: number, context: Context): Scalar {
  switch (cursor.code()) {
    case DOUBLE_QUOTE:
      return { value: readQuoted(cursor, /[^"\\\n]*/y), style: 'double' };
    case SINGLE_QUOTE:
      return { value: readQuoted(cursor, /[^'\n]*/y), style: 'single' };
    default:
      return { value: readPlain(cursor, indent, context), style: 'plain' };
  }
}

function readPlain(cursor: YamlCursor, indent: number, context: Context): string {
  requirePlainStart(cursor, context);
  const start = cursor.position;
  let value = readPlainLine(cursor, context);
  for (;;) {
    const breaks = continueLine(cursor, indent, context);
    if (breaks === 0) break;
    value += foldedBreaks(breaks) + readPlainLine(cursor, context);
  }
  if (value !== '<<') return value;
  cursor.position = start;
  return cursor.refuse('a merge key', 'a document without merge keys', {
    code: 'DOCUMENT_UNSUPPORTED',
    hint: 'write the merged fields out, or put << in quotes if it is a text',
  });
}

function requirePlainStart(cursor: YamlCursor, context: Context): void {
  const character = cursor.text.charAt(cursor.position);
  const unsupported = UNSUPPORTED_START.get(character);
  if (unsupported !== undefined) {
    cursor.refuse(unsupported, 'a document without anchors, aliases and tags', {
      code: 'DOCUMENT_UNSUPPORTED',
      hint: 'write the value out, or put it in quotes if it is a text',
    });
  }
  const isText = !'-?:,[]{}#|>%@`'.includes(character);
  const isDash = character === '-' || (context === 'block' && '?:'.includes(character));
  if (isText || (isDash && !cursor.isBlank(cursor.position + 1))) return;
  cursor.refuse(cursor.next(), 'a value', { hint: 'put the value in quotes' });
}

/** Reads to the end of the scalar's text in this line and stands behind its last character. */
function readPlainLine(cursor: YamlCursor, context: Context): string {
  const { text, position: start } = cursor;
  let end = start;
  for (let position = start; ; position += 1) {
    const code = text.charCodeAt(position);
    if (code === SPACE) continue;
    if (code > QUESTION && context === 'block') {
      end = position + 1;
      continue;
    }
    const isComment = code === HASH && position > end;
    if (isComment || endsPlain(cursor, position, context)) break;
    end = position + 1;
  }
  cursor.position = end;
  return text.slice(start, end);
}

function endsPlain(cursor: YamlCursor, position: number, context: Context): boolean {
  const code = cursor.text.charCodeAt(position);
  if (Number.isNaN(code) || code === LINE_FEED) return true;
  if (code === TAB) {
    cursor.position = position;
    cursor.refuse('a tab', 'spaces', { hint: 'put a text with tabs in double quotes, as \\t' });
  }
  if (code === COLON && cursor.isBlank(position + 1)) return true;
  return context === 'flow' && endsFlowPlain(cursor, position);
}

function endsFlowPlain(cursor: YamlCursor, position: number): boolean {
  const character = cursor.text.charAt(position);
  const isColon = character === ':' && ',[]{}'.includes(cursor.text.charAt(position + 1));
  if (isColon || character === '?') {
    // YAML 1.2 and yaml.v3 divide `{a:}` and `[a?b]` differently.
    cursor.position = position;
    cursor.refuse(`${cursor.next()} in a plain text between brackets`, 'a text in quotes');
  }
  return ',[]{}'.includes(character);
}

/** Goes to the scalar's next line if it has one, and returns the line breaks before it, else 0. */
function continueLine(cursor: YamlCursor, indent: number, context: Context): number {
  const { text } = cursor;
  let breaks = 0;
  let lineStart = cursor.lineStart;
  let position = skipCode(text, cursor.position, SPACE);
  while (text.charCodeAt(position) === LINE_FEED) {
    breaks += 1;
    lineStart = position + 1;
    position = skipCode(text, lineStart, SPACE);
  }
  if (breaks === 0 || position === text.length || text.charCodeAt(position) === HASH) return 0;
  const isLess = context === 'block' && position - lineStart < indent;
  const isMarker = position === lineStart && cursor.isMarker(position);
  if (isLess || isMarker || endsPlain(cursor, position, context)) return 0;
  cursor.position = position;
  cursor.lineStart = lineStart;
  return breaks;
}

function skipCode(text: string, start: number, code: number): number {
  let position = start;
  while (text.charCodeAt(position) === code) position += 1;
  return position;
}

/** One line break folds into a space, more into one fewer (YAML 1.2.2 §6.5). */
function foldedBreaks(breaks: number): string {
  return breaks === 1 ? ' ' : '\n'.repeat(breaks - 1);
}

/** @param literal what stands for itself between the quotes, up to the end of a line. */
function readQuoted(cursor: YamlCursor, literal: RegExp): string {
  const { text, position: start } = cursor;
  const quoteCode = cursor.code();
  cursor.position += 1;
  let value = '';
  for (;;) {
    literal.lastIndex = cursor.position;
    literal.test(text);
    const part = text.slice(cursor.position, literal.lastIndex);
    cursor.position = literal.lastIndex;
    const code = cursor.code();
    if (code === LINE_FEED) {
      value += trimEndBlanks(part) + foldedBreaks(skipBreaks(cursor));
    } else if (code === BACKSLASH) {
      value += part + readEscape(cursor);
    } else if (code !== quoteCode) {
      cursor.position = start;
      cursor.refuse('a quote that is never closed', 'a closing quote');
    } else if (quoteCode === SINGLE_QUOTE && text.charCodeAt(cursor.position + 1) === quoteCode) {
      value += `${part}'`;
      cursor.position += 2;
    } else {
      cursor.position += 1;
      return value + part;
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
