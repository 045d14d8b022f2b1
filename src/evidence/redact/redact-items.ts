// What is kept of the items of a subtype, by their index.

import { plain, scalarText, type Data, type DataMap } from '../../document/data.ts';
import { itemReadings, type LabelReading } from '../snapshot/label-reading.ts';
import type { Subtype } from '../snapshot/subtype.ts';
import type { SelectedPath, SnapshotKeep } from './policy.ts';
import { mapIn, mapOf, onlyScalars } from './withheld.ts';

type Item = Subtype['items'][number];

export type KeptItems = ReadonlyMap<number, DataMap>;

/** Of each item the fields by which a constraint selects it, and those that it reads of it. */
export function selectedItems({ items }: Subtype, paths: readonly SelectedPath[]): KeptItems {
  const kept = new Map<number, DataMap>();
  if (paths.length === 0) return kept;
  for (const [index, item] of items.entries()) {
    const fields = fieldsRead(item, index, paths);
    const parts = (['context', 'data'] as const)
      .map((part) => [part, onlyScalars(item[part], (key) => fields.has(key))] as const)
      .filter(([, part]) => part.size > 0);
    if (parts.length > 0) kept.set(index, new Map<string, Data>(parts));
  }
  return kept;
}

function fieldsRead(
  item: Item,
  index: number,
  paths: readonly SelectedPath[],
): ReadonlySet<string> {
  const fields = paths.flatMap(({ selector, key }) => {
    if (selector.kind === 'index') return selector.index === index ? [key] : [];
    const { data, context } = item;
    const value = scalarText(data.get(selector.key)) ?? scalarText(context.get(selector.key));
    return value === selector.value ? [selector.key, key] : [];
  });
  return new Set(fields);
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
  const readings = [...(itemReadings(labels, wanted) ?? [])];
  for (const index of readings.length === 0 ? [] : labels.items.keys()) {
    const key = keyAt(index);
    const reading = wanted.has(key) ? readings.shift() : undefined;
    const isKept = keptLabels.has(key);
    if (reading === undefined || !(isKept || selected.has(index))) continue;
    const isRead = isKept || mapIn(selected.get(index)?.get('context')).has('value');
    kept.set(index, itemOf(reading, isRead));
  }
  return kept;
}

function itemOf(reading: LabelReading, isValueRead: boolean): DataMap {
  const { key, value, nodeList, count, truncated } = reading;
  return mapOf({
    context: mapOf({ key, ...(isValueRead && { value }) }),
    data: mapOf({
      'node-count': plain('integer', String(count)),
      'node-list': nodeList,
      truncated: plain('boolean', String(truncated)),
    }),
  });
}
