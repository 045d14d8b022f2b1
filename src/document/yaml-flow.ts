// Lists and maps in brackets. Line breaks and indentation mean nothing in them, as in yaml.v3.

import { COLON, type YamlCursor } from './yaml-cursor.ts';
import { EMPTY, YamlEntries, refuseKey, requireKeyLine, startsFlow } from './yaml-entries.ts';
import type { YamlBuilder } from './yaml-entries.ts';
import { readScalar } from './yaml-scalars.ts';

/** The list or map whose bracket is here. */
export function readFlow<T>(cursor: YamlCursor, builder: YamlBuilder<T>): T {
  const isList = cursor.text.charAt(cursor.position) === '[';
  cursor.enter();
  cursor.position += 1;
  const node = isList ? readList(cursor, builder) : readMap(cursor, builder);
  cursor.leave();
  return node;
}

function readList<T>(cursor: YamlCursor, builder: YamlBuilder<T>): T {
  const items: T[] = [];
  while (!closes(cursor, ']', items.length)) {
    cursor.step(items.length, cursor.position);
    items.push(readValue(cursor, builder));
    cursor.countValue();
  }
  return builder.list(items, 'flow');
}

function readMap<T>(cursor: YamlCursor, builder: YamlBuilder<T>): T {
  const entries = new YamlEntries(cursor, builder);
  while (!closes(cursor, '}', entries.values.size)) {
    const { lineStart, position } = cursor;
    if (startsFlow(cursor)) refuseKey(cursor);
    entries.add(readScalar(cursor, 0, 'flow'), position);
    cursor.skipSpaces();
    requireKeyLine(cursor, lineStart, position);
    entries.set(readMapValue(cursor, builder));
  }
  return builder.map(entries.values, entries.styles, 'flow');
}

/** What follows a key between brackets: a colon and a value, or nothing, which is null. */
function readMapValue<T>(cursor: YamlCursor, builder: YamlBuilder<T>): T {
  if (cursor.code() !== COLON) return builder.scalar(EMPTY);
  cursor.position += 1;
  skip(cursor);
  const isEmpty = ',}'.includes(cursor.text.charAt(cursor.position));
  return isEmpty ? builder.scalar(EMPTY) : readValue(cursor, builder);
}

function readValue<T>(cursor: YamlCursor, builder: YamlBuilder<T>): T {
  if (startsFlow(cursor)) return readFlow(cursor, builder);
  return builder.scalar(readScalar(cursor, 0, 'flow'));
}

/** Whether the collection ends here; otherwise the next item is next, its comma behind us. */
function closes(cursor: YamlCursor, end: string, count: number): boolean {
  skip(cursor);
  if (count > 0 && cursor.text.charAt(cursor.position) !== end) {
    if (cursor.text.charAt(cursor.position) !== ',') {
      cursor.refuse(cursor.next(), `a comma or ${end}`);
    }
    cursor.position += 1;
    skip(cursor);
  }
  if (cursor.text.charAt(cursor.position) !== end) return false;
  cursor.position += 1;
  return true;
}

function skip(cursor: YamlCursor): void {
  cursor.skipToToken();
  if (!cursor.isEnd()) return;
  cursor.refuse('the end of the document between brackets', 'a closing bracket');
}
