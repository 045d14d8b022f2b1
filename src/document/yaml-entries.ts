// What block and flow collections have in common.

import { MAX_KEY_CHARACTERS } from '../limits.ts';
import type { YamlCursor } from './yaml-cursor.ts';
import type { Context, Scalar, ScalarStyle } from './yaml-scalars.ts';

/** What a document is made into: plain data, or the tree that AICR's canonical text needs. */
export interface YamlBuilder<T> {
  scalar(scalar: Scalar): T;
  /** Whether the scalar can be a key. */
  isKey(scalar: Scalar): boolean;
  list(items: readonly T[], context: Context): T;
  /** @param keyStyles how each key was written, in the order of the map. */
  map(values: ReadonlyMap<string, T>, keyStyles: readonly ScalarStyle[], context: Context): T;
}

/** A value that is not written: null. */
export const EMPTY: Scalar = { value: '', style: 'plain' };

/** A map on its way: first `add` a key, then `set` its value. */
export class YamlEntries<T> {
  readonly values = new Map<string, T>();
  readonly styles: ScalarStyle[] = [];
  readonly #cursor: YamlCursor;
  readonly #builder: YamlBuilder<T>;
  #key = '';

  constructor(cursor: YamlCursor, builder: YamlBuilder<T>) {
    this.#cursor = cursor;
    this.#builder = builder;
  }

  /** @param start where the key begins */
  add(key: Scalar, start: number): void {
    const cursor = this.#cursor;
    if (!this.#builder.isKey(key)) refuseKey(cursor);
    cursor.step(key.value, start);
    if (this.values.has(key.value)) cursor.refuseTwice(key.value);
    this.#key = key.value;
    this.styles.push(key.style);
  }

  set(value: T): void {
    this.values.set(this.#key, value);
    this.#cursor.countValue();
  }
}

/** Whether a list or map in brackets begins here. */
export function startsFlow(cursor: YamlCursor): boolean {
  return /[[{]/.test(cursor.text.charAt(cursor.position));
}

export function refuseKey(cursor: YamlCursor): never {
  return cursor.refuse('a key that is no text', 'a text', {
    code: 'DOCUMENT_UNSUPPORTED',
    hint: 'write keys as plain or quoted text',
  });
}

/** A key that began at the position is short and in one line, as yaml.v3 demands. */
export function requireKeyLine(cursor: YamlCursor, lineStart: number, position: number): void {
  const isShort = cursor.position - position <= MAX_KEY_CHARACTERS;
  if (isShort && cursor.lineStart === lineStart) return;
  cursor.refuse('a colon behind a text of several lines or of great length', 'a key in one line', {
    hint: `put the text in quotes, or shorten the key to ${MAX_KEY_CHARACTERS} characters`,
  });
}
