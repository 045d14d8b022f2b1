// What is kept of the items of a subtype, by their index.

import { dataMap, mapIn, plain, scalarText, type Data, type DataMap } from '../../document/data.ts';
import { itemReadings, type LabelReading } from '../snapshot/label-reading.ts';
import type { Subtype } from '../snapshot/subtype.ts';
import type { SelectedPath, SnapshotKeep } from './policy.ts';
import { onlyScalars } from './withheld.ts';

type Item = Subtype['items'][number];

export type KeptItems = ReadonlyMap<number, DataMap>;

/** Of each item the fields by which a constraint selects it, and those that it reads of it. */
export function selectedItems({ items }: Subtype, paths: readonly SelectedPath[]): KeptItems {
  const kept = new Map<number, DataMap>();
  if (paths.length === 0) return kept;
  const reads = readsOf(paths);
  for (const [index, item] of items.entries()) {
    const fields = fieldsRead(item, index, reads);
    const data = onlyScalars(item.data, (key) => fields.has(key));
    // What was measured comes before what describes it: nobody reads the other one.
    const context = onlyScalars(item.context, (key) => fields.has(key) && !data.has(key));
    const parts = Object.entries({ context, data }).filter(([, part]) => part.size > 0);
    if (parts.length > 0) kept.set(index, new Map<string, Data>(parts));
  }
  return kept;
}

/** What constraints read of items: by the index, or by the field and its value, that they select them by. */
type Reads = ReadonlyMap<number | string, ReadonlyMap<string, ReadonlySet<string>>>;

function readsOf(paths: readonly SelectedPath[]): Reads {
  const reads = new Map<number | string, Map<string, Set<string>>>();
  for (const { selector, key } of paths) {
    const [by, value] =
      selector.kind === 'index' ? [selector.index, ''] : [selector.key, selector.value];
    const values = reads.get(by) ?? new Map<string, Set<string>>();
    const fields = values.get(value) ?? new Set<string>();
    reads.set(by, values.set(value, fields.add(key)));
    if (typeof by === 'string') fields.add(by);
  }
  return reads;
}

function fieldsRead({ data, context }: Item, index: number, reads: Reads): ReadonlySet<string> {
  const names = new Set([...data.keys(), ...context.keys()]);
  const fields = new Set(common(reads.get(index)?.get(''), names));
  for (const name of names) {
    const value = scalarText(data.get(name)) ?? scalarText(context.get(name)) ?? '';
    for (const field of common(reads.get(name)?.get(value), names)) fields.add(field);
  }
  return fields;
}

/** In no more steps than the smaller one has texts. */
function common(
  some: ReadonlySet<string> = new Set(),
  others: ReadonlySet<string>,
): readonly string[] {
  const [few, many] = some.size < others.size ? [some, others] : [others, some];
  return [...few].filter((text) => many.has(text));
}

/**
 * The whole reading of each label that is kept, its list of nodes in place of a reference to one; of an item that a
 * constraint selects the value only if it is read. None, if the readings contradict each other: then nobody uses any.
 */
export function labelItems(
  labels: Subtype,
  { labels: keptLabels }: SnapshotKeep,
  paths: readonly SelectedPath[],
): KeptItems {
  const kept = new Map<number, DataMap>();
  const selected = selectedItems(labels, paths);
  const keyAt = (index: number): string =>
    scalarText(labels.items[index]?.context.get('key')) ?? '';
  const wanted = new Set([...keptLabels, ...[...selected.keys()].map(keyAt)]);
  const readings = (itemReadings(labels, wanted) ?? []).values();
  for (const index of labels.items.keys()) {
    const key = keyAt(index);
    const reading = wanted.has(key) ? readings.next().value : undefined;
    const isKept = keptLabels.has(key);
    if (reading === undefined || !(isKept || selected.has(index))) continue;
    const isRead = isKept || mapIn(selected.get(index)?.get('context')).has('value');
    kept.set(index, itemOf(reading, isRead));
  }
  return kept;
}

function itemOf(reading: LabelReading, isValueRead: boolean): DataMap {
  const { key, value, nodeList, count, truncated } = reading;
  return dataMap({
    context: dataMap({ key, ...(isValueRead && { value }) }),
    data: dataMap({
      'node-count': plain('integer', String(count)),
      'node-list': nodeList,
      truncated: plain('boolean', String(truncated)),
    }),
  });
}
