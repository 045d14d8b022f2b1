// How much a snapshot may list, so that a hostile one does not fill the memory of who looks at each.

import { isDataList, listOf, type Data } from '../../document/data.ts';
import type { ObjectReader } from '../../document/object-reader.ts';
import { MAX_IMAGES, MAX_NODE_NAMES, MAX_SUBTYPES, MAX_VALUE_CHARACTERS } from '../../limits.ts';
import { refuse } from '../../place.ts';
import { commasIn } from './label-reading.ts';
import type { Subtype } from './subtype.ts';

/** What the fingerprint has whole, and so has the predicate. */
const IDENTIFYING: ReadonlyMap<string, readonly string[]> = new Map([
  ['K8s.node', ['provider']],
  ['K8s.server', ['version']],
  ['GPU.hardware', ['model']],
  ['OS.release', ['ID', 'VERSION_ID']],
]);

/** Said before any of them is read. Throws LIMIT_EXCEEDED. */
export function requireFewSubtypes(document: ObjectReader): void {
  const measurements = document.data('measurements');
  if (!isDataList(measurements)) return;
  const count = measurements.reduce<number>(
    (sum, each) => sum + listOf(each, 'subtypes').length,
    measurements.length,
  );
  requireAtMost(count, MAX_SUBTYPES, document.pointer('measurements'), 'types and subtypes');
}

/** Throws LIMIT_EXCEEDED for the subtypes of which every entry is looked at. */
export function requireFewEntries(name: string, subtype: Subtype, at: string): void {
  const { data } = subtype;
  if (name === 'K8s.image') requireAtMost(data.size, MAX_IMAGES, `${at}/data`, 'images');
  if (name === 'NodeTopology.label') requireFewNodes(subtype, at);
  for (const key of IDENTIFYING.get(name) ?? []) {
    requireShort(data.get(key), `${at}/data/${key}`);
  }
}

function requireFewNodes({ data, items }: Subtype, at: string): void {
  let count = 0;
  for (const text of data.values()) {
    requireShort(typeof text === 'string' ? text.split('|', 1)[0] : text, `${at}/data`);
    count += commasIn(text) + 1;
  }
  for (const item of items) {
    requireShort(item.context.get('value'), `${at}/items`);
    count += commasIn(item.data.get('node-list')) + 1;
  }
  requireAtMost(count, MAX_NODE_NAMES, at, 'names of nodes at labels');
}

function requireShort(data: Data | undefined, at: string): void {
  const length = typeof data === 'string' ? data.length : 0;
  requireAtMost(length, MAX_VALUE_CHARACTERS, at, 'characters');
}

function requireAtMost(count: number, most: number, at: string, noun: string): void {
  if (count <= most) return;
  const hint = 'check that this is the snapshot of one cluster';
  refuse({ code: 'LIMIT_EXCEEDED', at, hint }, `${count} ${noun}`, `at most ${most}`);
}
