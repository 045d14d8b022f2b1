// Block scalars, literal (`|`) and folded (`>`): YAML 1.2.2 §8.1.

import { TextParts } from './text-parts.ts';
import { LINE_FEED, SPACE, TAB, type YamlCursor } from './yaml-cursor.ts';
import type { Scalar } from './yaml-scalars.ts';

const HEADER = /([|>])(?:([+-])([1-9])?|([1-9])([+-])?)?(?= *(?:\n|$)| +#)/y;

/** Reads a block scalar in a collection at column `parent` (-1: at the root), and its last line. */
export function readBlockScalar(cursor: YamlCursor, parent: number): Scalar {
  HEADER.lastIndex = cursor.position;
  const header = HEADER.exec(cursor.text);
  if (header === null) return cursor.refuse(cursor.next(), 'the header of a block, e.g. |-');
  const [all, style, chompFirst, indentLast, indentFirst, chompLast] = header;
  cursor.position += all.length;
  cursor.requireLineDone();
  cursor.nextLine(Math.min(cursor.lineEnd(cursor.position) + 1, cursor.text.length));
  const hint = indentFirst ?? indentLast;
  const indent =
    hint === undefined ? findIndent(cursor, parent) : Math.max(parent, 0) + Number(hint);
  const isFolded = style === '>';
  const { text, empty } = joinLines(readLines(cursor, indent), isFolded);
  const value = chomp(text, empty, chompFirst ?? chompLast);
  return { value, style: isFolded ? 'folded' : 'literal' };
}

/** The indentation of the first line that is not empty, if it belongs to the block. */
function findIndent(cursor: YamlCursor, parent: number): number {
  const least = Math.max(parent + 1, 1);
  let longest = 0;
  let start = cursor.position;
  for (;;) {
    const position = skipSpaces(cursor.text, start);
    const code = cursor.text.charCodeAt(position);
    const spaces = position - start;
    if (code === TAB) refuseTab(cursor, position);
    if (code === LINE_FEED) {
      longest = Math.max(longest, spaces);
      start = position + 1;
      continue;
    }
    if (Number.isNaN(code) || (spaces < least && parent >= 0)) return Math.max(longest, least);
    if (longest <= spaces && spaces >= least) return spaces;
    // A longer empty line is the indentation for yaml.v3, and an error in YAML 1.2; a block of the
    // root without indentation is empty for yaml.v3, and a text in YAML 1.2.
    return cursor.refuse(
      'a block whose first line is indented less than it should be',
      'lines with the same indentation, and empty lines without spaces',
    );
  }
}

/** The lines of the block without their indentation; the cursor stands behind them. */
function* readLines(cursor: YamlCursor, indent: number): Generator<string, void> {
  const { text } = cursor;
  let length = 0;
  while (cursor.position < text.length) {
    const start = cursor.position;
    const content = skipSpaces(text, start, start + indent);
    const code = text.charCodeAt(content);
    const isWhole = content - start === indent;
    if (!isWhole && code === TAB) refuseTab(cursor, content);
    if (!isWhole && code !== LINE_FEED) break;
    const end = cursor.lineEnd(content);
    if (end === text.length) {
      // YAML 1.2 adds the missing line break to the value, and yaml.v3 does not.
      cursor.refuse('a block that ends without a line break', 'a line break at the end');
    }
    const line = text.slice(content, end);
    if (/^ +$/.test(line)) {
      cursor.refuse('a line of spaces in a block', 'an empty line', {
        hint: 'remove the spaces: readers differ on whether they are part of the text',
      });
    }
    length += line.length + 1;
    cursor.requireText(length);
    yield line;
    cursor.nextLine(end + 1);
  }
}

function skipSpaces(text: string, start: number, end = text.length): number {
  let position = start;
  while (position < end && text.charCodeAt(position) === SPACE) position += 1;
  return position;
}

function refuseTab(cursor: YamlCursor, position: number): never {
  cursor.position = position;
  return cursor.refuse('a tab', 'spaces', { hint: 'indent with spaces' });
}

/** The text up to its last line that is not empty, without that line's break, and what follows it. */
interface BlockText {
  readonly text: string | undefined;
  readonly empty: number;
}

/** If folded, lines become one, except where one of the two begins with a blank (YAML 1.2.2 §8.1.3). */
function joinLines(lines: Iterable<string>, isFolded: boolean): BlockText {
  const parts = new TextParts();
  let empty = 0;
  let wasIndented = false;
  for (const line of lines) {
    if (line === '') {
      empty += 1;
      continue;
    }
    const isIndented = line.startsWith(' ') || line.startsWith('\t');
    const folded = empty === 0 ? ' ' : '';
    const isKept = !isFolded || wasIndented || isIndented;
    if (parts.length > 0) parts.add(isKept ? '\n' : folded);
    parts.add('\n'.repeat(empty));
    parts.add(line);
    empty = 0;
    wasIndented = isIndented;
  }
  return { text: parts.length === 0 ? undefined : parts.text(), empty };
}

function chomp(text: string | undefined, empty: number, indicator: string | undefined): string {
  if (indicator === '-') return text ?? '';
  const end = text === undefined ? '' : `${text}\n`;
  return indicator === '+' ? end + '\n'.repeat(empty) : end;
}
