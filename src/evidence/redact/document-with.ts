// A redacted document with some of the withheld values back in their places. A value that has no place any more is proven to be
// withheld, and nothing is computed with it: nothing reads it.

import {
  dataMap,
  isDataList,
  isDataMap,
  isSameScalar,
  mapIn,
  type Data,
  type DataMap,
} from '../../document/data.ts';
import { tokenKey } from '../../document/text.ts';
import { parseSnapshot, type Snapshot } from '../snapshot/snapshot.ts';
import { dataOf, type WithheldValue } from './commitment.ts';
import { KNOWN_TYPES, LABEL_SUBTYPE } from './policy.ts';

export interface DocumentWith<T> {
  readonly document: T;
  /** Those that are where they were. */
  readonly placed: readonly WithheldValue[];
}

interface SnapshotWith extends DocumentWith<Snapshot> {
  /** Those that are in it: where they were, or in an item of a label. */
  readonly read: readonly WithheldValue[];
}

/** Throws what `parseSnapshot` throws. */
export function snapshotWith(snapshot: Snapshot, values: readonly WithheldValue[]): SnapshotWith {
  const placed = values.filter(isInData);
  const labels = labelItems(values);
  const ofItems = values.filter(({ path }) => labels.has(itemOf(path)));
  const tree = mapIn(treeOf(placed).get('measurements'));
  const types = new Set([...snapshot.measurements.keys(), ...tree.keys()]);
  const measurements = [...types].map((type): Data => {
    const kept = snapshot.measurements.get(type);
    const added = mapIn(mapIn(tree.get(type)).get('subtypes'));
    const names = new Set([...(kept?.keys() ?? []), ...added.keys()]);
    const subtypes = [...names].map((name): Data => {
      const subtype = kept?.get(name) ?? { data: NOTHING, items: [] };
      const data = new Map([...subtype.data, ...mapIn(mapIn(added.get(name)).get('data'))]);
      const listed = subtype.items.map((item) => new Map(Object.entries(item)));
      const isLabel = `${type}.${name}` === LABEL_SUBTYPE;
      return dataMap({
        subtype: name,
        data,
        items: isLabel ? [...listed, ...labels.values()] : listed,
      });
    });
    return dataMap({ type, subtypes });
  });
  const root = mapIn(snapshot.data);
  const data = new Map([...root, ['measurements', measurements] as const]);
  const document = parseSnapshot(data, snapshot.file);
  return { document, placed, read: [...placed, ...ofItems] };
}

/** A report with the values, as far as it has their places: of a list of texts some are left out, and the others moved. */
export function reportWith(report: Data, values: readonly WithheldValue[]): DocumentWith<Data> {
  const document = overlaid(report, treeOf(values));
  const placed = values.filter((value) =>
    isSameScalar(keysOf(value).reduce<Data | undefined>(partOf, document), dataOf(value)),
  );
  return { document, placed };
}

const NOTHING: DataMap = new Map();

const IN_DATA = /^\/measurements\/([^/]+)\/subtypes\/[^/]+\/data\/[^/]*$/;
const IN_LABEL_ITEM =
  /^\/measurements\/NodeTopology\/subtypes\/label\/items\/(\d+)\/(?:context|data)\/[^/]*$/;

/** What is read: an index in the place of the type is that of a measurement that nobody reads. */
function isInData({ path }: WithheldValue): boolean {
  return KNOWN_TYPES.has(IN_DATA.exec(path)?.[1] ?? '');
}

/** The index of the item of labels that a value is of; "" of none. */
function itemOf(path: string): string {
  return IN_LABEL_ITEM.exec(path)?.[1] ?? '';
}

/** Those that name their label, in their order. Of an item that is kept in part nobody can see which one it is. */
function labelItems(values: readonly WithheldValue[]): ReadonlyMap<string, Data> {
  const path = ['measurements', 'NodeTopology', 'subtypes', 'label', 'items'];
  const tree = treeOf(values.filter((value) => itemOf(value.path) !== ''));
  const items = path.reduce<Data>((data, key) => mapIn(data).get(key) ?? NOTHING, tree);
  const named = [...mapIn(items)].filter(([, item]) =>
    mapIn(mapIn(item).get('context')).has('key'),
  );
  return new Map(named.toSorted(([a], [b]) => Number(a) - Number(b)));
}

interface Branch {
  readonly keys: readonly string[];
  readonly data: Data;
}

function treeOf(values: readonly WithheldValue[]): DataMap {
  return grown(
    values.map((value) => ({ keys: keysOf(value), data: dataOf(value) })),
    0,
  );
}

/** Nests no deeper than paths do (`valueIn`). */
function grown(branches: readonly Branch[], depth: number): DataMap {
  const groups = Map.groupBy(branches, ({ keys }) => keys[depth] ?? '');
  const fields = [...groups].map(([key, group]): readonly [string, Data] => {
    const higher = group.filter(({ keys }) => keys.length > depth + 1);
    const [first] = group;
    const isLeaf = first !== undefined && higher.length === 0;
    return [key, isLeaf ? first.data : grown(higher, depth + 1)];
  });
  return new Map(fields);
}

function overlaid(data: Data | undefined, tree: Data): Data {
  if (!isDataMap(tree)) return tree;
  if (isDataList(data)) {
    return data.map((item, index) => {
      const more = isDataMap(item) ? tree.get(String(index)) : undefined;
      return more === undefined ? item : overlaid(item, more);
    });
  }
  const map = new Map(mapIn(data));
  for (const [key, more] of tree) map.set(key, overlaid(map.get(key), more));
  return map;
}

function partOf(data: Data | undefined, key: string): Data | undefined {
  return isDataList(data) ? data[Number(key)] : mapIn(data).get(key);
}

function keysOf({ path }: WithheldValue): string[] {
  return path.split('/').slice(1).map(tokenKey);
}
