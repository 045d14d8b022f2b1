// Where in a snapshot a constraint looks: `OS.release.ID`, `NetworkTopology.pfs[rail=3].pciAddress`.

import { scalarText } from '../../document/data.ts';
import { quote } from '../../quote.ts';
import type { ConstraintDialect } from '../recipe/recipe.ts';
import { subtypeOf, type Snapshot } from '../snapshot/snapshot.ts';
import type { SnapshotItem, Subtype } from '../snapshot/subtype.ts';
import { isUnevaluable, notShown, unclear, unevaluable, type Unevaluable } from './decision.ts';

/** Which of a subtype's items is meant. */
type Selector =
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'field'; readonly key: string; readonly value: string };

export interface ConstraintPath {
  readonly type: string;
  readonly subtype: string;
  /** Absent: the subtype's own data. */
  readonly selector?: Selector;
  readonly key: string;
}

const TYPES_V011: readonly string[] = ['K8s', 'GPU', 'OS', 'SystemD', 'NodeTopology'];
const TYPES: readonly string[] = [...TYPES_V011, 'NetworkTopology'];

/** Reads the name of a constraint as its dialect does, or says why it cannot. */
export function parsePath(name: string, dialect: ConstraintDialect): ConstraintPath | Unevaluable {
  const [type, rest] = cut(name, name.indexOf('.'));
  const types = dialect === 'v0.11' ? TYPES_V011 : TYPES;
  if (!types.includes(type)) {
    return unevaluable(`${quote(name)} does not start with one of ${types.join(', ')}`);
  }
  if (dialect === 'current' && isSelected(rest)) return parseSelected(name, type, rest);
  // The names of units have dots and their properties have none. AICR up to v0.11 did not know that.
  const isLastDot = dialect === 'current' && type === 'SystemD';
  const [subtype, key] = cut(rest, isLastDot ? rest.lastIndexOf('.') : rest.indexOf('.'));
  return subtype === '' || key === '' ? notAPath(name) : { type, subtype, key };
}

/**
 * The value at a path, or why there is none, for these paths into one snapshot. All paths are given at
 * once, so that each list of items is read once, however many paths select from it.
 */
export function pathReader(
  paths: readonly ConstraintPath[],
  snapshot: Snapshot,
): (path: ConstraintPath) => string | Unevaluable {
  const selected = selectedItems(paths, snapshot);
  return (path) => {
    const subtype = subtypeAt(path, snapshot);
    const name = quote(`${path.type}.${path.subtype}`);
    if (subtype === undefined) return notShown(`the snapshot has no ${name}`);
    if (path.selector === undefined) {
      return scalarText(subtype.data.get(path.key)) ?? noValue(name, path.key);
    }
    const found = itemAt({ name, ...subtype }, path.selector, selected.get(subtype));
    if (isUnevaluable(found)) return found;
    return fieldOf(found, path.key) ?? noValue(`the item of ${name}`, path.key);
  };
}

function subtypeAt({ type, subtype }: ConstraintPath, snapshot: Snapshot): Subtype | undefined {
  return subtypeOf(snapshot, type, subtype);
}

/** A bracket before the first dot; one after it belongs to the key. */
function isSelected(rest: string): boolean {
  return /^[^.]*\[/.test(rest);
}

/** `subtype[selector].key`, after the type. */
function parseSelected(name: string, type: string, rest: string): ConstraintPath | Unevaluable {
  const [, subtype, inner, key] = /^([^[]+)\[([^\]]+)\]\.(.+)$/s.exec(rest) ?? [];
  const selector = inner === undefined ? undefined : parseSelector(inner);
  if (subtype === undefined || key === undefined || selector === undefined) return notAPath(name);
  return { type, subtype, selector, key };
}

function parseSelector(text: string): Selector | undefined {
  const equals = text.indexOf('=');
  if (equals >= 0) {
    const [key, value] = cut(text, equals);
    return key === '' || value === '' ? undefined : { kind: 'field', key, value };
  }
  return /^[0-9]{1,9}$/.test(text) ? { kind: 'index', index: Number(text) } : undefined;
}

/** The items of which one field has one value: how many there are, and the first. */
interface Matches {
  count: number;
  first: SnapshotItem | undefined;
}

/** What is looked for among the items of a subtype: by field, then by value. */
type Wanted = Map<string, Map<string, Matches>>;

function selectedItems(
  paths: readonly ConstraintPath[],
  snapshot: Snapshot,
): ReadonlyMap<Subtype, Wanted> {
  const selected = new Map<Subtype, Wanted>();
  for (const path of paths) {
    const subtype = subtypeAt(path, snapshot);
    const { selector } = path;
    if (subtype === undefined || selector?.kind !== 'field') continue;
    const wanted: Wanted = selected.get(subtype) ?? new Map();
    const values = wanted.get(selector.key) ?? new Map<string, Matches>();
    values.set(selector.value, { count: 0, first: undefined });
    selected.set(subtype, wanted.set(selector.key, values));
  }
  for (const [{ items }, wanted] of selected) {
    for (const item of items) countItem(item, wanted);
  }
  return selected;
}

function countItem(item: SnapshotItem, wanted: Wanted): void {
  const { data, context } = item;
  for (const key of new Set([...data.keys(), ...context.keys()])) {
    const matches = wanted.get(key)?.get(fieldOf(item, key) ?? '');
    if (matches === undefined) continue;
    matches.count += 1;
    matches.first ??= item;
  }
}

/** The one item that is meant, or what there is instead. */
function itemAt(
  { name, items }: Pick<Subtype, 'items'> & { readonly name: string },
  selector: Selector,
  wanted: Wanted | undefined,
): SnapshotItem | Unevaluable {
  if (selector.kind === 'index') {
    return items[selector.index] ?? notShown(`${name} has only ${items.length} items`);
  }
  const { count = 0, first } = wanted?.get(selector.key)?.get(selector.value) ?? {};
  if (first === undefined) return notShown(`${name} has 0 such items`);
  return count === 1 ? first : unclear(`${name} has ${count} such items`);
}

/** What was measured comes before what describes it. */
function fieldOf({ data, context }: SnapshotItem, key: string): string | undefined {
  return scalarText(data.get(key)) ?? scalarText(context.get(key));
}

function noValue(where: string, key: string): Unevaluable {
  return notShown(`${where} has no value ${quote(key)}`);
}

function notAPath(name: string): Unevaluable {
  return unevaluable(`${quote(name)} is not Type.subtype.key or Type.subtype[selector].key`);
}

/** The text before and after the character at `index`; all and nothing if it is negative. */
function cut(text: string, index: number): [string, string] {
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)];
}
