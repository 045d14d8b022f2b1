// JSON values as trees: their places, and the same value with one place changed.
import type { Json } from '../../../src/document/data.ts';
import { pointerToken } from '../../../src/document/text.ts';

export type Path = readonly string[];

/** A value inside another one. */
export interface JsonPlace {
  readonly path: Path;
  readonly value: Json;
  /** It is an item of a list. */
  readonly isItem: boolean;
}

/** Every place of the value, its root first. */
export function placesOf(value: Json, path: Path = [], isItem = false): readonly JsonPlace[] {
  const below = entriesOf(value).flatMap(([key, item]) =>
    placesOf(item, [...path, key], Array.isArray(value)),
  );
  return [{ path, value, isItem }, ...below];
}

/** Whether nothing is below it: a scalar, or an empty list or map. */
export function isLeaf(value: Json): boolean {
  return entriesOf(value).length === 0;
}

export function isContainer(value: Json): boolean {
  return typeof value === 'object' && value !== null;
}

export function pointerOf(path: Path): string {
  return path.map((key) => `/${pointerToken(key)}`).join('');
}

/** The value with another one at this place; undefined takes it away. A new place is added. */
export function withChange(value: Json, [key, ...rest]: Path, change: Json | undefined): Json {
  if (key === undefined) return change ?? null;
  const entries = entriesOf(value);
  const isNew = !entries.some(([name]) => name === key);
  const all: readonly (readonly [string, Json])[] = isNew ? [...entries, [key, null]] : entries;
  const kept = all.flatMap(([name, item]): readonly (readonly [string, Json])[] => {
    if (name !== key) return [[name, item]];
    if (rest.length > 0) return [[name, withChange(item, rest, change)]];
    return change === undefined ? [] : [[name, change]];
  });
  return Array.isArray(value) ? kept.map(([, item]) => item) : Object.fromEntries(kept);
}

/** The same value with the keys of every map in the other order. */
export function reordered(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => reordered(item));
  if (typeof value !== 'object' || value === null) return value;
  const entries = entriesOf(value).map(([key, item]) => [key, reordered(item)] as const);
  return Object.fromEntries(entries.toReversed());
}

function entriesOf(value: Json): readonly (readonly [string, Json])[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => (item === undefined ? [] : [[key, item]]));
}
