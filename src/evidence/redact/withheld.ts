import { compareBytes } from '../../compare-bytes.ts';
import {
  Plain,
  isDataList,
  isDataMap,
  scalarText,
  type Data,
  type DataMap,
} from '../../document/data.ts';
import { wholeToken } from '../../document/text.ts';

/** A value without parts. */
export type Scalar = string | Plain;

/**
 * Is told of each value that a redacted document does not have, or has changed. Nobody holds what is withheld: it
 * may be all of a document.
 *
 * @param group what counts name: `K8s.image`, `header`, `results.tests.stdout`; never a key of the document
 * @param path a pointer to it
 */
export type Withhold = (group: string, path: string, value: Scalar) => void;

/** For whoever wants the redacted document alone. */
export const UNHEARD: Withhold = () => undefined;

/** Of how many values of one group of one file the evidence has nothing, or something else. */
export interface WithheldCount {
  readonly file: string;
  readonly group: string;
  readonly count: number;
}

/** Where a value is, and who is told of what is withheld of it. */
export interface Place {
  readonly group: string;
  readonly path: string;
  readonly withhold: Withhold;
}

/** Tells what of a value is not the same in what is kept of it; the parts of lists are called by their index. */
export function tellMissing(raw: Data, kept: Data | undefined, place: Place): void {
  const { group, path, withhold } = place;
  if (withhold === UNHEARD) return;
  if (typeof raw === 'string' || raw instanceof Plain) {
    if (!isSame(raw, kept)) withhold(group, path, raw);
    return;
  }
  const partAt = partsIn(kept);
  for (const [key, part] of isDataList(raw) ? raw.entries() : raw) {
    const at = { ...place, path: `${path}/${wholeToken(String(key))}` };
    tellMissing(part, partAt(String(key), part), at);
  }
}

function isSame(raw: Scalar, kept: Data | undefined): boolean {
  return raw === kept || (raw instanceof Plain && kept instanceof Plain && raw.text === kept.text);
}

/** Of a list of texts some may be left out: the others are no longer at their index. */
function partsIn(data: Data | undefined): (key: string, raw: Data) => Data | undefined {
  if (isDataMap(data)) return (key) => data.get(key);
  if (!isDataList(data)) return () => undefined;
  const texts = new Set(data.filter((item) => typeof item === 'string'));
  return (key, raw) => {
    if (typeof raw !== 'string') return data[Number(key)];
    return texts.has(raw) ? raw : undefined;
  };
}

/** Rows of one file, sorted by group. */
export function withheldRows(
  file: string,
  counts: ReadonlyMap<string, number>,
): readonly WithheldCount[] {
  return [...counts]
    .toSorted(([a], [b]) => compareBytes(a, b))
    .map(([group, count]) => ({ file, group, count }));
}

/** A map with those fields that are kept, each a scalar. */
export function onlyScalars(map: DataMap, isKept: (key: string) => boolean): DataMap {
  return new Map([...map].filter(([key, data]) => isKept(key) && scalarText(data) !== undefined));
}
