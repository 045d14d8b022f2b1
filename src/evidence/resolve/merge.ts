// How an overlay is laid over what is there already.

import {
  MixedMap,
  Plain,
  isDataList,
  isDataMap,
  listOf,
  mapOf,
  textOf,
} from '../../document/data.ts';
import type { Data, DataMap } from '../../document/data.ts';
import { pointerToken } from '../../document/text.ts';
import type { Layer, Overlay } from './overlay.ts';
import { OwnValues } from './own-values.ts';
import type { Part } from './part.ts';
import type { Rules } from './rules.ts';
import { valueText, type Trace } from './trace.ts';

/** Lists to which a layer adds: by v0.11's rules and by today's. */
const ADDED: Readonly<Record<Rules, readonly string[]>> = {
  'v0.11': ['manifestFiles'],
  current: ['manifestFiles', 'preManifestFiles', 'dependencyRefs'],
};

/** Where a write is noted. */
export interface Writer {
  readonly by: string;
  readonly rank: number;
}

/** A recipe in the making. */
export class Merged {
  readonly rules: Rules;
  readonly trace: Trace;
  readonly constraints = new Map<string, DataMap>();
  readonly components = new Map<string, DataMap>();
  /** Undefined: no layer has a block `validation`. */
  validation: Map<string, DataMap> | undefined;
  readonly #own = new OwnValues();

  constructor(rules: Rules, trace: Trace) {
    this.rules = rules;
    this.trace = trace;
  }

  /** Lays an overlay over what is there. */
  add(overlay: Overlay, rank: number): void {
    const writer = { by: overlay.name, rank };
    this.addLayer(overlay, writer);
    if (overlay.phases === undefined) return;
    this.validation ??= new Map();
    for (const phase of overlay.phases) this.addPhase(phase, writer);
  }

  addLayer({ constraints, components }: Layer, writer: Writer): void {
    for (const part of constraints) this.setConstraint(part, writer);
    for (const part of components) this.addComponent(part, writer);
  }

  setConstraint({ name, value, at }: Part, writer: Writer): void {
    this.constraints.set(name, value);
    this.trace.add(['constraints', name], { ...writer, at, value });
  }

  addComponent({ name, value, at }: Part, writer: Writer): void {
    const path = ['componentRefs', name];
    const before = this.components.get(name);
    if (before === undefined) {
      this.trace.add([...path, 'name'], { ...writer, at: `${at}/name`, value: name });
    }
    const component = this.#own.map(before);
    component.set('name', name);
    for (const [field, added] of value) {
      if (field === 'name' || isEmpty(added)) continue;
      const place = { path: [...path, field], at: `${at}/${field}`, writer };
      component.set(field, this.#field(component, field, added, place));
    }
    this.components.set(name, component);
  }

  #field(component: DataMap, field: string, added: Data, place: Place): Data {
    if (field === 'overrides' && isDataMap(added)) {
      return this.#overrides(mapOf(component, field), added, place);
    }
    if (isDataList(added) && ADDED[this.rules].includes(field)) {
      return this.#union(listOf(component, field), added, place);
    }
    this.trace.add(place.path, { ...place.writer, at: place.at, value: added });
    return added;
  }

  /** v0.11 keeps what one list has twice. */
  #union(before: readonly Data[], added: readonly Data[], place: Place): readonly Data[] {
    const { items, places } = this.#own.list(before, itself);
    const fresh = added.filter((item) => !places.has(item));
    for (const item of this.rules === 'current' ? new Set(fresh) : fresh) {
      places.set(item, items.length);
      items.push(item);
    }
    this.trace.add(place.path, { ...place.writer, at: place.at, value: added, isAdded: true });
    return items;
  }

  /** v0.11 replaces the keys at the top; today's AICR goes on in maps of both. */
  #overrides(before: DataMap | undefined, added: DataMap, place: Place): DataMap {
    const values = this.#own.map(before);
    for (const [key, value] of added) {
      const below = placeBelow(place, key);
      const old = values.get(key);
      const isDeep = this.rules === 'current' && isMergeable(value) && value.size > 0;
      if (isDeep) {
        values.set(key, this.#overrides(isMergeable(old) ? old : undefined, value, below));
        continue;
      }
      this.trace.add(below.path, { ...place.writer, at: below.at, value });
      const isKept = this.rules === 'current' && isMergeable(value) && isMergeable(old);
      if (!isKept) values.set(key, value);
    }
    return values;
  }

  /** v0.11 replaces a phase whole; today's AICR merges its fields. */
  addPhase({ name, value, at }: Part, writer: Writer): void {
    const path = ['validation', name];
    this.validation ??= new Map();
    const before = this.validation.get(name);
    if (this.rules === 'v0.11') {
      this.validation.set(name, value);
      this.trace.add(path, { ...writer, at, value });
      return;
    }
    const phase = this.#own.map(before);
    for (const [field, added] of value) {
      if (added === '') continue;
      const place = { path: [...path, field], at: `${at}/${field}`, writer };
      phase.set(field, this.#phaseField(listOf(before, field), added, place) ?? added);
    }
    this.validation.set(name, phase);
  }

  /** An empty list takes away what was inherited; undefined: the value is put in its place. */
  #phaseField(before: readonly Data[], added: Data, place: Place): Data | undefined {
    const isList = isDataList(added) && added.length > 0;
    if (isList && place.path.at(-1) === 'checks') return this.#union(before, added, place);
    if (isList) return this.#byName(before, added, place);
    this.trace.add(place.path, { ...place.writer, at: place.at, value: added });
    return undefined;
  }

  /** The constraints of a phase: those that were there keep their places. */
  #byName(before: readonly Data[], added: readonly Data[], place: Place): readonly Data[] {
    const { items, places } = this.#own.list(before, nameOf);
    for (const [index, item] of added.entries()) {
      const name = nameOf(item);
      const at = `${place.at}/${index}`;
      this.trace.add([...place.path, name], { ...place.writer, at, value: item });
      const known = places.get(name) ?? items.length;
      places.set(name, known);
      items[known] = item;
    }
    return items;
  }
}

interface Place {
  readonly path: readonly string[];
  readonly at: string;
  readonly writer: Writer;
}

function placeBelow({ path, at, writer }: Place, key: string): Place {
  return { path: [...path, key], at: `${at}/${pointerToken(key)}`, writer };
}

/** Go merges no map in which a key is a number. */
function isMergeable(value: Data | undefined): value is DataMap {
  return isDataMap(value) && !(value instanceof MixedMap);
}

function itself(item: Data): Data {
  return item;
}

function nameOf(item: Data): string {
  return textOf(item, 'name');
}

/** What leaves a field as it is. */
function isEmpty(value: Data): boolean {
  if (value instanceof Plain) return valueText(value) === 'false';
  if (typeof value === 'string') return value === '';
  return isDataList(value) ? value.length === 0 : isDataMap(value) && value.size === 0;
}
