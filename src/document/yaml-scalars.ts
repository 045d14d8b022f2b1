// YAML's scalars as text: plain, in quotes (yaml-quoted.ts), and in blocks (yaml-block.ts). Where yaml.v3, which AICR uses, and YAML 1.2
// differ, the text is refused.

import { TextParts } from './text-parts.ts';
import { COLON, HASH, LINE_FEED, QUESTION, SPACE, TAB, type YamlCursor } from './yaml-cursor.ts';
import { DOUBLE_QUOTE, SINGLE_QUOTE, foldedBreaks, readQuoted } from './yaml-quoted.ts';

export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal' | 'folded';

export interface Scalar {
  readonly value: string;
  readonly style: ScalarStyle;
}

export type Context = 'block' | 'flow';

const UNSUPPORTED_START: ReadonlyMap<string, string> = new Map([
  ['&', 'an anchor'],
  ['*', 'an alias'],
  ['!', 'a tag'],
]);

/** A plain or quoted scalar; a plain one goes on in lines that are indented by `indent` or more. */
export function readScalar(cursor: YamlCursor, indent: number, context: Context): Scalar {
  switch (cursor.code()) {
    case DOUBLE_QUOTE:
      return { value: readQuoted(cursor), style: 'double' };
    case SINGLE_QUOTE:
      return { value: readQuoted(cursor), style: 'single' };
    default:
      return { value: readPlain(cursor, indent, context), style: 'plain' };
  }
}

function readPlain(cursor: YamlCursor, indent: number, context: Context): string {
  requirePlainStart(cursor, context);
  const start = cursor.position;
  const first = readPlainLine(cursor, context);
  const breaks = continueLine(cursor, indent, context);
  const value = breaks === 0 ? first : readPlainLines(cursor, { first, breaks, indent, context });
  if (value !== '<<') return value;
  cursor.position = start;
  return cursor.refuse('a merge key', 'a document without merge keys', {
    code: 'DOCUMENT_UNSUPPORTED',
    hint: 'write the merged fields out, or put << in quotes if it is a text',
  });
}

interface PlainStart {
  readonly first: string;
  /** Before the line that is next. */
  readonly breaks: number;
  readonly indent: number;
  readonly context: Context;
}

function readPlainLines(cursor: YamlCursor, start: PlainStart): string {
  const { indent, context } = start;
  const parts = new TextParts();
  parts.add(start.first);
  for (let { breaks } = start; breaks > 0; breaks = continueLine(cursor, indent, context)) {
    parts.add(foldedBreaks(breaks));
    parts.add(readPlainLine(cursor, context));
    cursor.requireText(parts.length);
  }
  return parts.text();
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
  cursor.requireText(end - start);
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
