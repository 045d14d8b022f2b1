// How NodeTopology tells which nodes carry which label.
//
// Folded, in `data`: `<key>: <value>|<node>,<node>`, and `<key>.<value>` for the key when nodes differ
// in its value, which a label of that very name writes too. Lossless, in `items`: key and value apart.

import { Plain, booleanOf, scalarText, type Data, type DataMap } from '../../document/data.ts';
import type { SnapshotItem, Subtype } from './subtype.ts';

/** One value of one label. */
export interface LabelReading {
  readonly key: string;
  readonly value: string;
  /** The nodes that are named, with commas between; of a truncated list, the last one ends with ` (+N more)`. */
  readonly nodeList: string;
  /** All nodes, those included that a truncated list leaves out. */
  readonly count: number;
  readonly truncated: boolean;
}

/** Nine digits: what is hidden of all lists of a snapshot together is still a number that JSON holds exactly. */
const TRUNCATION = /\(\+(\d{1,9}) more\)$/;

export type FoldedLabel = Readonly<Record<'value' | 'nodeList', string>>;

/** Splits `<value>|<nodes>` at the first `|`; without one there are no nodes. */
export function splitFolded(text: string): FoldedLabel {
  const bar = text.indexOf('|');
  if (bar < 0) return { value: text, nodeList: '' };
  return { value: text.slice(0, bar), nodeList: text.slice(bar + 1) };
}

/** The labels that a folded entry may be of: that of its key, or one of several values: `<label>.<value>`. */
export function labelsOfEntry(key: string, text: string): readonly string[] {
  const { value } = splitFolded(text);
  return key.endsWith(`.${value}`) ? [key, key.slice(0, -value.length - 1)] : [key];
}

/** The names in a list, one at a time: there may be hundreds of thousands. */
export function* nodesIn(nodeList: string): Generator<string, void> {
  let start = 0;
  while (start < nodeList.length) {
    const comma = nodeList.indexOf(',', start);
    const end = comma === -1 ? nodeList.length : comma;
    yield nodeList.slice(start, end);
    start = end + 1;
  }
  if (nodeList.endsWith(',')) yield '';
}

/** How many commas are in a text. */
export function commasIn(data: Data | undefined): number {
  if (typeof data !== 'string') return 0;
  let count = 0;
  for (let at = data.indexOf(','); at !== -1; at = data.indexOf(',', at + 1)) count += 1;
  return count;
}

/**
 * The lossless readings of some labels. Undefined if a reading of any label contradicts itself: then none
 * is used.
 */
export function itemReadings(
  subtype: Subtype,
  wanted: ReadonlySet<string>,
): readonly LabelReading[] | undefined {
  const { items } = subtype;
  const values = new Tally();
  for (const item of items) values.add(labelOf(item).key);
  const foldedKeyOf = ({ key, value }: Label): string =>
    values.of(key) === 1 ? key : `${key}.${value}`;
  const claims = new Tally();
  for (const item of items) claims.add(foldedKeyOf(labelOf(item)));
  const readings: LabelReading[] = [];
  for (const item of items) {
    const label = labelOf(item);
    const foldedKey = foldedKeyOf(label);
    // An entry that two readings fold onto describes only one of them, so none may refer to it.
    const own = claims.of(foldedKey) === 1 ? foldedKey : undefined;
    const membership = label.key === '' ? undefined : membershipOf(item, own, subtype);
    if (membership === undefined) return undefined;
    if (wanted.has(label.key)) readings.push({ ...label, ...membership });
  }
  return readings;
}

/** How often each text came. */
class Tally {
  readonly #counts = new Map<string, number>();

  add(text: string): void {
    this.#counts.set(text, this.of(text) + 1);
  }

  of(text: string): number {
    return this.#counts.get(text) ?? 0;
  }
}

type Label = Pick<LabelReading, 'key' | 'value'>;

function labelOf({ context }: SnapshotItem): Label {
  return {
    key: scalarText(context.get('key')) ?? '',
    value: scalarText(context.get('value')) ?? '',
  };
}

/**
 * List, count and truncation must agree; if they differ, none counts.
 *
 * @param own the key of the folded entry that describes this item, and no other
 */
function membershipOf(
  { data }: SnapshotItem,
  own: string | undefined,
  folded: Subtype,
): Omit<LabelReading, 'key' | 'value'> | undefined {
  const nodeList = nodeListOf(data, own, folded);
  const count = wholeNumber(data.get('node-count'));
  const truncated = booleanOf(data.get('truncated'));
  if (nodeList === undefined || count === undefined || truncated === undefined) return undefined;
  const hidden = TRUNCATION.exec(nodeList)?.[1];
  if ((hidden !== undefined) !== truncated) return undefined;
  const listed = nodeList === '' ? 0 : commasIn(nodeList) + 1;
  if (count !== listed + Number(hidden ?? '0')) return undefined;
  return { nodeList, count, truncated };
}

/** The list itself, or the list in the folded entry that the item names; never both. */
function nodeListOf(item: DataMap, own: string | undefined, folded: Subtype): string | undefined {
  const inline = item.get('node-list');
  const reference = item.get('node-list-ref');
  if (reference === undefined) return typeof inline === 'string' ? inline : undefined;
  if (inline !== undefined || reference === '' || reference !== own) return undefined;
  const text = scalarText(folded.data.get(own));
  return text?.slice(text.lastIndexOf('|') + 1);
}

/** A count: decimal digits without a sign, and an integer that JavaScript holds exactly. */
export function wholeNumber(data: Data | undefined): number | undefined {
  if (!(data instanceof Plain) || data.type !== 'integer') return undefined;
  const value = /^(?:0|[1-9]\d*)$/.test(data.text) ? Number(data.text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}
