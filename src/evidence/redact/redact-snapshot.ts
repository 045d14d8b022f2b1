import {
  dataMap,
  listOf,
  mapIn,
  scalarText,
  type Data,
  type DataMap,
} from '../../document/data.ts';
import { wholeToken } from '../../document/text.ts';
import { labelsOfEntry, splitFolded } from '../snapshot/label-reading.ts';
import { subtypeOf, type Snapshot } from '../snapshot/snapshot.ts';
import type { Subtype } from '../snapshot/subtype.ts';
import { nodeNames, type Rename } from './node-names.ts';
import { KNOWN_TYPES, LABEL_SUBTYPE, type SnapshotKeep } from './policy.ts';
import { labelItems, selectedItems, type KeptItems } from './redact-items.ts';
import { UNHEARD, onlyScalars, tellMissing, type Withhold } from './withheld.ts';

/** Of the top of a snapshot. */
const TOP: ReadonlySet<string> = new Set(['apiVersion', 'kind']);
const METADATA: ReadonlySet<string> = new Set(['timestamp', 'version']);

/**
 * A snapshot with what the policy keeps and nothing else. Fails closed: what nobody knows here is
 * withheld, be it a type, a subtype, a key or a value that is no scalar.
 */
export function redactSnapshot(
  snapshot: Snapshot,
  keep: SnapshotKeep,
  withhold: Withhold = UNHEARD,
): Data {
  const root = mapIn(snapshot.data);
  const redactor = new Redactor(snapshot, keep, withhold);
  const measurements = redactor.measurements(listOf(root, 'measurements'));
  const metadata = onlyScalars(mapIn(root.get('metadata')), (key) => METADATA.has(key));
  const data = new Map<string, Data>([
    ...onlyScalars(root, (key) => TOP.has(key)),
    ['measurements', measurements],
    ...(metadata.size === 0 ? [] : [['metadata', metadata] as const]),
  ]);
  tellMissing(without(root, 'measurements'), data, { group: 'header', path: '', withhold });
  return data;
}

class Redactor {
  readonly #snapshot: Snapshot;
  readonly #keep: SnapshotKeep;
  readonly #withhold: Withhold;

  constructor(snapshot: Snapshot, keep: SnapshotKeep, withhold: Withhold) {
    this.#snapshot = snapshot;
    this.#keep = keep;
    this.#withhold = withhold;
  }

  /** If a type comes twice the last one is read: the others are withheld. */
  measurements(list: readonly Data[]): readonly Data[] {
    const types = list.map((each) => scalarText(mapIn(each).get('type')) ?? '');
    const last = new Map(types.map((type, index) => [type, index]));
    return list.flatMap((each, index): readonly Data[] => {
      const type = types[index] ?? '';
      const isRead = last.get(type) === index && KNOWN_TYPES.has(type);
      const at = isRead ? type : String(index);
      const place = { group: type, path: `/measurements/${at}`, withhold: this.#withhold };
      const listed = listOf(mapIn(each), 'subtypes').map(mapIn);
      const rest = without(mapIn(each), 'type', ...(listed.length > 0 ? ['subtypes'] : []));
      tellMissing(rest, undefined, place);
      if (!isRead) {
        for (const [nth, raw] of listed.entries()) {
          const path = `${place.path}/subtypes/${nth}`;
          tellMissing(without(raw, 'subtype'), undefined, { ...place, path });
        }
        return [];
      }
      const subtypes = this.#subtypes(listed, type, index);
      return subtypes.length === 0 ? [] : [dataMap({ subtypes, type })];
    });
  }

  /** If a subtype comes twice the first one is read: the others are withheld. */
  #subtypes(list: readonly DataMap[], type: string, index: number): readonly Data[] {
    const names = list.map((each) => scalarText(each.get('subtype')) ?? '');
    const read = new Set<string>();
    return list.flatMap((raw, at): readonly Data[] => {
      const name = names[at] ?? '';
      const isRead = !read.has(name);
      read.add(name);
      const kept = isRead ? this.#subtype(type, name) : undefined;
      const path = isRead ? `${type}/subtypes/${wholeToken(name)}` : `${index}/subtypes/${at}`;
      const group = `${type}.${name}`;
      const place = { group, path: `/measurements/${path}`, withhold: this.#withhold };
      tellMissing(without(raw, 'subtype'), kept?.byIndex, place);
      return kept === undefined ? [] : [dataMap({ ...kept.fields, subtype: name })];
    });
  }

  #subtype(type: string, name: string): KeptSubtype | undefined {
    const subtype = subtypeOf(this.#snapshot, type, name);
    const group = `${type}.${name}`;
    if (subtype === undefined) return undefined;
    const paths = this.#keep.items.get(group) ?? [];
    const isLabel = group === LABEL_SUBTYPE;
    const items = isLabel ? labelItems(subtype, this.#keep, paths) : selectedItems(subtype, paths);
    const data = onlyScalars(subtype.data, (key) => this.#keepsKey(group, key, subtype));
    // That there is one is read too: without it the number of nodes with a label is not 0, but unknown.
    const isRead = isLabel && this.#keep.labels.size > 0;
    if (data.size === 0 && items.size === 0 && !isRead) return undefined;
    const kept = { data, items, isLabel };
    return type === 'NodeTopology' ? keptSubtype(withoutNames(kept)) : keptSubtype(kept);
  }

  /** Of folded labels also those that look like one of several values of a label that is kept. */
  #keepsKey(group: string, key: string, { data, items }: Subtype): boolean {
    if (this.#keep.keys.get(group)?.has(key) === true) return true;
    if (group !== LABEL_SUBTYPE || items.length > 0) return false;
    const text = scalarText(data.get(key)) ?? '';
    return labelsOfEntry(key, text).some((label) => this.#keep.labels.has(label));
  }
}

interface Kept {
  readonly data: DataMap;
  readonly items: KeptItems;
  /** Readings of labels have no place: constraints select others by it. */
  readonly isLabel: boolean;
}

interface KeptSubtype {
  readonly fields: Readonly<Record<string, Data>>;
  /** The same, the items under the indexes that they had. */
  readonly byIndex: DataMap;
}

function keptSubtype({ data, items, isLabel }: Kept): KeptSubtype {
  // No arguments of one call: there may be more items than a call takes.
  const last = [...items.keys()].reduce((most, at) => Math.max(most, at), -1);
  const places = isLabel ? [...items.keys()] : Array.from({ length: last + 1 }, (_, at) => at);
  const list = places.map((at) => items.get(at) ?? new Map<string, Data>());
  const byIndex = new Map([...items].map(([at, item]) => [String(at), item]));
  return {
    fields: { ...(data.size > 0 && { data }), ...(items.size > 0 && { items: list }) },
    byIndex: dataMap({ data, items: byIndex }),
  };
}

/** The same with other names for the nodes, wherever the topology lists them. */
function withoutNames({ data, items, isLabel }: Kept): Kept {
  const lists = [
    ...[...data.values()].map((text) => split(text, isLabel)[1]),
    ...[...items.values()].map((item) => nodeListOf(item) ?? ''),
  ];
  const rename = nodeNames(lists);
  const entries = [...data].map(([key, text]) => [key, renamed(text, rename, isLabel)] as const);
  const others = [...items].map(([at, item]) => [at, renamedItem(item, rename)] as const);
  return { data: new Map(entries), items: new Map(others), isLabel };
}

/** What comes before the list of nodes, and the list. Taints are folded like labels, with their effect. */
function split(data: Data, isLabel: boolean): readonly [string, string] {
  const text = typeof data === 'string' ? data : '';
  if (!text.includes('|')) return [text, ''];
  const list = isLabel ? splitFolded(text).nodeList : text.slice(text.lastIndexOf('|') + 1);
  return [text.slice(0, text.length - list.length), list];
}

function renamed(data: Data, rename: Rename, isLabel: boolean): Data {
  const [start, list] = split(data, isLabel);
  return list === '' ? data : start + rename(list);
}

function nodeListOf(item: DataMap): string | undefined {
  return scalarText(mapIn(item.get('data')).get('node-list'));
}

function renamedItem(item: DataMap, rename: Rename): DataMap {
  const list = nodeListOf(item);
  if (list === undefined) return item;
  const data = new Map([...mapIn(item.get('data')), ['node-list', rename(list)]]);
  const context = mapIn(item.get('context'));
  const value = context.get('value');
  // A label may be the name of its node: kubernetes.io/hostname.
  const others =
    typeof value === 'string' ? new Map([...context, ['value', rename(value)]]) : context;
  return new Map([
    ...item,
    ...(others.size > 0 ? [['context', others] as const] : []),
    ['data', data],
  ]);
}

function without(map: DataMap, ...keys: readonly string[]): DataMap {
  return new Map([...map].filter(([key]) => !keys.includes(key)));
}
