// The structure of one YAML document, read strictly: what this accepts means the same to YAML 1.2's
// readers and to yaml.v3, and what they could take differently is refused (docs/decisions/0002).

import { MAX_DOCUMENT_VALUES } from '../limits.ts';
import { readBlockScalar } from './yaml-block.ts';
import { COLON, DASH, QUESTION, YamlCursor } from './yaml-cursor.ts';
import { EMPTY, YamlEntries, refuseKey, requireKeyLine, startsFlow } from './yaml-entries.ts';
import type { YamlBuilder } from './yaml-entries.ts';
import { readFlow } from './yaml-flow.ts';
import { readScalar, type Scalar } from './yaml-scalars.ts';

/**
 * Reads one document; throws DOCUMENT_INVALID, DOCUMENT_UNSUPPORTED, DOCUMENT_DUPLICATE_KEY or
 * LIMIT_EXCEEDED.
 */
export function readYaml<T>(
  text: string,
  file: string,
  builder: YamlBuilder<T>,
  maxValues = MAX_DOCUMENT_VALUES,
): T {
  return readYamlAt(new YamlCursor(text, file, maxValues), builder);
}

/** The same with a cursor that sees where keys and items begin. */
export function readYamlAt<T>(cursor: YamlCursor, builder: YamlBuilder<T>): T {
  cursor.requireCharacters();
  return new YamlReader(cursor, builder).document();
}

class YamlReader<T> {
  readonly #cursor: YamlCursor;
  readonly #builder: YamlBuilder<T>;

  constructor(cursor: YamlCursor, builder: YamlBuilder<T>) {
    this.#cursor = cursor;
    this.#builder = builder;
  }

  document(): T {
    const cursor = this.#cursor;
    cursor.skipToToken();
    if (cursor.column === 0 && cursor.text.startsWith('%', cursor.position)) {
      cursor.refuse('a directive', 'a document without directives', {
        code: 'DOCUMENT_UNSUPPORTED',
        hint: 'remove the line',
      });
    }
    if (cursor.column === 0 && cursor.text.startsWith('---', cursor.position) && cursor.isEnd()) {
      cursor.position += 3;
      cursor.requireLineDone();
      cursor.skipToToken();
    }
    if (cursor.isEnd()) cursor.refuse('a document without content', 'a document');
    const node = this.#block(-1);
    this.#requireEnd();
    return node;
  }

  #requireEnd(): void {
    const cursor = this.#cursor;
    cursor.skipToToken();
    if (cursor.isEnd() && cursor.text.startsWith('...', cursor.position)) {
      cursor.position += 3;
      cursor.requireLineDone();
      cursor.skipToToken();
      if (cursor.position < cursor.text.length) this.#refuseSecondDocument();
    }
    if (cursor.position >= cursor.text.length) return;
    if (cursor.isEnd()) this.#refuseSecondDocument();
    cursor.refuse(cursor.next(), 'the end of the document', { hint: 'check the indentation' });
  }

  #refuseSecondDocument(): never {
    return this.#cursor.refuse('a second document', 'one document', {
      code: 'DOCUMENT_UNSUPPORTED',
      hint: 'keep one document in the file',
    });
  }

  /** A node that may be a block collection, in a collection at column `parent`. */
  #block(parent: number): T {
    const cursor = this.#cursor;
    const { column, lineStart, position } = cursor;
    if (cursor.isIndicator(DASH)) return this.#blockList(column);
    if (cursor.isIndicator(QUESTION)) return this.#blockMap(column, undefined);
    if (startsFlow(cursor) || startsBlockScalar(cursor)) return this.#inline(parent);
    const scalar = readScalar(cursor, parent + 1, 'block');
    cursor.skipSpaces();
    if (!cursor.isIndicator(COLON)) return this.#endScalar(scalar);
    requireKeyLine(cursor, lineStart, position);
    return this.#blockMap(column, scalar);
  }

  /** A node that begins behind a key: a scalar, or a collection in brackets. */
  #inline(parent: number): T {
    const cursor = this.#cursor;
    if (startsBlockScalar(cursor)) return this.#builder.scalar(readBlockScalar(cursor, parent));
    if (!startsFlow(cursor)) return this.#endScalar(readScalar(cursor, parent + 1, 'block'));
    const node = readFlow(cursor, this.#builder);
    cursor.requireLineDone();
    return node;
  }

  #endScalar(scalar: Scalar): T {
    this.#cursor.requireLineDone();
    return this.#builder.scalar(scalar);
  }

  /** Each item starts at the list's column, which may be that of the map around it. */
  #blockList(column: number): T {
    const cursor = this.#cursor;
    const items: T[] = [];
    cursor.enter();
    do {
      cursor.step(items.length, cursor.position);
      cursor.position += 1;
      items.push(cursor.isLineDone() ? this.#below(column) : this.#block(column));
      cursor.countValue();
    } while (this.#isNext(column) && cursor.isIndicator(DASH));
    cursor.leave();
    return this.#builder.list(items, 'block');
  }

  #blockMap(column: number, firstKey: Scalar | undefined): T {
    const cursor = this.#cursor;
    const entries = new YamlEntries(cursor, this.#builder);
    cursor.enter();
    let key = firstKey;
    do {
      if (key === undefined && cursor.isIndicator(QUESTION)) {
        this.#explicitEntry(column, entries);
      } else {
        // A key is in one line, and all of them begin at the column of the map.
        entries.add(key ?? this.#key(column), cursor.lineStart + column);
        cursor.position += 1;
        const value = cursor.isLineDone() ? this.#mapBelow(column) : this.#inline(column);
        entries.set(value);
      }
      key = undefined;
    } while (this.#isNext(column));
    cursor.leave();
    return this.#builder.map(entries.values, entries.styles, 'block');
  }

  #key(column: number): Scalar {
    const cursor = this.#cursor;
    const { lineStart, position } = cursor;
    if (startsFlow(cursor)) refuseKey(cursor);
    const key = readScalar(cursor, column + 1, 'block');
    cursor.skipSpaces();
    if (!cursor.isIndicator(COLON)) cursor.refuse(cursor.next(), 'a colon behind the key');
    requireKeyLine(cursor, lineStart, position);
    return key;
  }

  /** `? key`, and in the next line `: value` (YAML 1.2.2 §8.2.2), for keys that are scalars. */
  #explicitEntry(column: number, entries: YamlEntries<T>): void {
    const cursor = this.#cursor;
    const { position } = cursor;
    cursor.position += 1;
    if (cursor.isLineDone()) refuseKey(cursor);
    entries.add(this.#explicitKey(column), position);
    if (!this.#isNext(column) || !cursor.isIndicator(COLON)) {
      entries.set(this.#builder.scalar(EMPTY));
      return;
    }
    cursor.position += 1;
    entries.set(cursor.isLineDone() ? this.#mapBelow(column) : this.#block(column));
  }

  #explicitKey(column: number): Scalar {
    const cursor = this.#cursor;
    if (startsBlockScalar(cursor)) return readBlockScalar(cursor, column);
    if (startsFlow(cursor)) refuseKey(cursor);
    const key = readScalar(cursor, column + 1, 'block');
    cursor.requireLineDone();
    return key;
  }

  /** The value of a key whose line is done: below, and a list needs no indentation of its own. */
  #mapBelow(column: number): T {
    const cursor = this.#cursor;
    cursor.skipToToken();
    const isList = !cursor.isEnd() && cursor.column === column && cursor.isIndicator(DASH);
    return isList ? this.#blockList(column) : this.#below(column);
  }

  /** What is below in greater indentation, or nothing, which is null. */
  #below(column: number): T {
    const cursor = this.#cursor;
    cursor.skipToToken();
    const isBelow = !cursor.isEnd() && cursor.column > column;
    return isBelow ? this.#block(column) : this.#builder.scalar(EMPTY);
  }

  /** Goes to the next token and tells whether it belongs to the collection at this column. */
  #isNext(column: number): boolean {
    const cursor = this.#cursor;
    cursor.skipToToken();
    if (cursor.isEnd() || cursor.column < column) return false;
    if (cursor.column === column) return true;
    return cursor.refuse(`text at column ${cursor.column + 1}`, `text at column ${column + 1}`, {
      hint: 'check the indentation, and put texts of several lines in quotes',
    });
  }
}

function startsBlockScalar(cursor: YamlCursor): boolean {
  return /[|>]/.test(cursor.text.charAt(cursor.position));
}
