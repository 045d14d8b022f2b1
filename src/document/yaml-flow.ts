// Lists and maps in brackets. Line breaks and indentation mean nothing in them, as in yaml.v3.

import { COLON, type YamlCursor } from './yaml-cursor.ts';
import { EMPTY, YamlEntries, refuseKey, requireKeyLine, startsFlow } from './yaml-entries.ts';
import type { YamlBuilder } from './yaml-entries.ts';
import { readScalar } from './yaml-scalars.ts';

export class FlowReader<T> {
  readonly #cursor: YamlCursor;
  readonly #builder: YamlBuilder<T>;

  constructor(cursor: YamlCursor, builder: YamlBuilder<T>) {
    this.#cursor = cursor;
    this.#builder = builder;
  }

  /** The list or map whose bracket is here. */
  node(): T {
    const cursor = this.#cursor;
    const isList = cursor.text.charAt(cursor.position) === '[';
    cursor.enter();
    cursor.position += 1;
    const node = isList ? this.#list() : this.#map();
    cursor.leave();
    return node;
  }

  #list(): T {
    const items: T[] = [];
    while (!this.#closes(']', items.length)) {
      this.#cursor.step(items.length, this.#cursor.position);
      items.push(this.#value());
      this.#cursor.countValue();
    }
    return this.#builder.list(items, 'flow');
  }

  #map(): T {
    const cursor = this.#cursor;
    const entries = new YamlEntries(cursor, this.#builder);
    while (!this.#closes('}', entries.values.size)) {
      const { lineStart, position } = cursor;
      if (startsFlow(cursor)) refuseKey(cursor);
      entries.add(readScalar(cursor, 0, 'flow'), position);
      cursor.skipSpaces();
      requireKeyLine(cursor, lineStart, position);
      entries.set(this.#mapValue());
    }
    return this.#builder.map(entries.values, entries.styles, 'flow');
  }

  /** What follows a key between brackets: a colon and a value, or nothing, which is null. */
  #mapValue(): T {
    const cursor = this.#cursor;
    if (cursor.code() !== COLON) return this.#builder.scalar(EMPTY);
    cursor.position += 1;
    this.#skip();
    const isEmpty = ',}'.includes(cursor.text.charAt(cursor.position));
    return isEmpty ? this.#builder.scalar(EMPTY) : this.#value();
  }

  #value(): T {
    if (startsFlow(this.#cursor)) return this.node();
    return this.#builder.scalar(readScalar(this.#cursor, 0, 'flow'));
  }

  /** Whether the collection ends here; otherwise the next item is next, its comma behind us. */
  #closes(end: string, count: number): boolean {
    const cursor = this.#cursor;
    this.#skip();
    if (count > 0 && cursor.text.charAt(cursor.position) !== end) {
      if (cursor.text.charAt(cursor.position) !== ',') {
        cursor.refuse(cursor.next(), `a comma or ${end}`);
      }
      cursor.position += 1;
      this.#skip();
    }
    if (cursor.text.charAt(cursor.position) !== end) return false;
    cursor.position += 1;
    return true;
  }

  #skip(): void {
    this.#cursor.skipToToken();
    if (!this.#cursor.isEnd()) return;
    this.#cursor.refuse('the end of the document between brackets', 'a closing bracket');
  }
}
