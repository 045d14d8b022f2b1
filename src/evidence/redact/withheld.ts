import { compareBytes } from '../../compare-bytes.ts';
import {
  Plain,
  isDataList,
  isDataMap,
  scalarText,
  type Data,
  type DataMap,
} from '../../document/data.ts';

/** A part of a document that the redacted one does not have, or has changed. */
export interface WithheldPart {
  /** What counts name: `K8s.image`, `header`, `results.tests.stdout`. Never a key of the document. */
  readonly group: string;
  /** A pointer to it. */
  readonly path: string;
  readonly data: Data;
}

/** A document after redaction. */
export interface Redacted {
  readonly data: Data;
  readonly withheld: readonly WithheldPart[];
}

/** Of how many values of one group of one file the evidence has nothing, or something else. */
export interface WithheldCount {
  readonly file: string;
  readonly group: string;
  readonly count: number;
}

/** What of a value is not the same in what is kept of it; lists become maps by index. Undefined: nothing. */
export function missing(raw: Data, kept: Data | undefined): Data | undefined {
  if (typeof raw === 'string' || raw instanceof Plain) return isSame(raw, kept) ? undefined : raw;
  const parts = partsOf(raw).flatMap(([key, part]): readonly [string, Data][] => {
    const left = missing(part, partAt(kept, key, part));
    return left === undefined ? [] : [[key, left]];
  });
  return parts.length === 0 ? undefined : new Map(parts);
}

function isSame(raw: string | Plain, kept: Data | undefined): boolean {
  return raw === kept || (raw instanceof Plain && kept instanceof Plain && raw.text === kept.text);
}

/** Of a list of texts some may be left out: the others are no longer at their index. */
function partAt(data: Data | undefined, key: string, raw: Data): Data | undefined {
  if (isDataMap(data)) return data.get(key);
  if (!isDataList(data)) return undefined;
  return typeof raw === 'string' ? data.find((item) => item === raw) : data[Number(key)];
}

function partsOf(data: DataMap | readonly Data[]): readonly (readonly [string, Data])[] {
  return isDataList(data) ? data.map((item, index) => [String(index), item]) : [...data];
}

/** Sorted by group, without those of which nothing is withheld. */
export function countWithheld(
  file: string,
  withheld: readonly WithheldPart[],
): readonly WithheldCount[] {
  const counts = new Map<string, number>();
  for (const { group, data } of withheld) {
    counts.set(group, (counts.get(group) ?? 0) + countValues(data));
  }
  return [...counts]
    .filter(([, count]) => count > 0)
    .toSorted(([a], [b]) => compareBytes(a, b))
    .map(([group, count]) => ({ file, group, count }));
}

function countValues(data: Data): number {
  if (typeof data === 'string' || data instanceof Plain) return 1;
  let count = 0;
  for (const part of data.values()) count += countValues(part);
  return count;
}

/** A map with those fields that are kept, each a scalar. */
export function onlyScalars(map: DataMap, isKept: (key: string) => boolean): DataMap {
  return new Map([...map].filter(([key, data]) => isKept(key) && scalarText(data) !== undefined));
}

export function mapIn(data: Data | undefined): DataMap {
  return isDataMap(data) ? data : new Map();
}

export function mapOf(fields: Readonly<Record<string, Data>>): DataMap {
  return new Map(Object.entries(fields));
}
