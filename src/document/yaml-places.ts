// Where in its text a document has each key and value: for those who write it. It is read once more for that, so that
// whoever only reads documents pays nothing.

import { orIfRefused } from '../errors/evidence-error.ts';
import { MAX_DOCUMENT_VALUES } from '../limits.ts';
import type { Spot } from './text.ts';
import { YamlCursor } from './yaml-cursor.ts';
import { readYamlAt } from './yaml-reader.ts';
import { DATA_BUILDER } from './yaml.ts';

/**
 * Finds a value by its JSON pointer: the text of a scalar that is in the line of its key or dash, else the key. For a
 * pointer that leads nowhere it is the deepest part that is there.
 */
export type Locate = (pointer: string, options?: { readonly isKey: boolean }) => Spot;

/** Finds the values of a document. In one that cannot be read, everything is where the reader stopped. */
export function locateIn(text: string): Locate {
  const cursor = new PlaceCursor(text, '', MAX_DOCUMENT_VALUES);
  const isRead = orIfRefused(
    () => {
      readYamlAt(cursor, DATA_BUILDER);
      return true;
    },
    // Known by its place, like any other key.
    ({ code }) => code === 'DOCUMENT_DUPLICATE_KEY',
  );
  return (pointer, { isKey } = { isKey: false }) =>
    cursor.spot(isRead ? cursor.find(pointer, isKey) : cursor.position);
}

/** Between a key or dash and a value in the same line. */
const BEFORE_VALUE = { key: / *: *(?=[^\s#|>[{])/y, item: /- +(?=[^\s#])/y };

class PlaceCursor extends YamlCursor {
  readonly #places = new Map<string, { readonly start: number; readonly value: number }>();

  override step(key: string | number, start: number): void {
    super.step(key, start);
    const isKey = typeof key === 'string';
    const behind = isKey ? this.position : start;
    const pattern = isKey ? BEFORE_VALUE.key : BEFORE_VALUE.item;
    pattern.lastIndex = behind;
    const value = pattern.test(this.text) ? pattern.lastIndex : start;
    this.#places.set(this.pointer(), { start: isKey ? start : value, value });
  }

  find(pointer: string, isKey: boolean): number {
    for (let known = pointer; known !== ''; known = known.slice(0, known.lastIndexOf('/'))) {
      const place = this.#places.get(known);
      if (place !== undefined) return isKey || known !== pointer ? place.start : place.value;
    }
    return 0;
  }
}
