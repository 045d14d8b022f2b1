// What YAML and JSON documents become: plain data in which no number is ever rounded.

/**
 * A scalar that is not a string, with its source text: `24.10` stays `24.10`, 2^53 + 1 stays exact.
 */
export class Plain {
  /** Times are what yaml.v3 reads as such; the readers of this room take them for texts. */
  readonly type: 'null' | 'boolean' | 'integer' | 'float' | 'timestamp';
  readonly text: string;

  constructor(type: Plain['type'], text: string) {
    this.type = type;
    this.text = text;
  }
}

/** Of at most so many characters there are few, and of one document a million may be alike. */
const MAX_SHARED_CHARACTERS = 4;
const SHARED = new Map<string, Plain>();

/** The scalar with this source text, which alone says its type; short ones are one and the same. */
export function plain(type: Plain['type'], text: string): Plain {
  if (text.length > MAX_SHARED_CHARACTERS) return new Plain(type, text);
  const known = SHARED.get(text) ?? new Plain(type, text);
  SHARED.set(text, known);
  return known;
}

/** A map, never a JavaScript object: `__proto__` is a key like any other. */
export type DataMap = ReadonlyMap<string, Data>;

/** A map of a JSON document, whose keys Go's reader matches without regard to case. */
export class JsonMap extends Map<string, Data> {}

/** A map in which some keys are no texts, e.g. `1: a`. Each is here under its text too. */
export class MixedMap extends Map<string, Data> {
  /** By their text, each as often in order as in the map. */
  readonly plainKeys: ReadonlyMap<string, Plain>;

  constructor(values: Iterable<readonly [string, Data]>, plainKeys: ReadonlyMap<string, Plain>) {
    super(values);
    this.plainKeys = plainKeys;
  }
}

export type Data = string | Plain | readonly Data[] | DataMap;

export function isDataMap(data: Data | undefined): data is DataMap {
  return data instanceof Map;
}

export function isDataList(data: Data | undefined): data is readonly Data[] {
  return Array.isArray(data);
}

/** A null; nothing at all is none. */
export function isNull(data: Data | undefined): boolean {
  return data instanceof Plain && data.type === 'null';
}

/** The value of a field; of what is no map there is none. */
export function fieldOf(data: Data | undefined, field: string): Data | undefined {
  return isDataMap(data) ? data.get(field) : undefined;
}

/** The text in a field; "" if there is none. */
export function textOf(map: Data | undefined, field: string): string {
  const value = fieldOf(map, field);
  return typeof value === 'string' ? value : '';
}

export function mapOf(map: Data | undefined, field: string): DataMap | undefined {
  const value = fieldOf(map, field);
  return isDataMap(value) ? value : undefined;
}

/** The data if it is a map, else an empty map. */
export function mapIn(data: Data | undefined): DataMap {
  return isDataMap(data) ? data : new Map();
}

/** A map of these fields, but for those that are undefined. */
export function dataMap(fields: Readonly<Record<string, Data | undefined>>): DataMap {
  const entries = Object.entries(fields);
  return new Map(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

export function listOf(map: Data | undefined, field: string): readonly Data[] {
  const value = fieldOf(map, field);
  return isDataList(value) ? value : [];
}

/** A scalar's source text. Null, lists and maps have none: there is no value. */
export function scalarText(data: Data | undefined): string | undefined {
  if (typeof data === 'string') return data;
  return data instanceof Plain && data.type !== 'null' ? data.text : undefined;
}

/** A null is no empty text, and nothing at all is no null. `1.10` is not `1.1`. */
export function isSameScalar(one: Data | undefined, other: Data | undefined): boolean {
  if (!(one instanceof Plain && other instanceof Plain)) {
    return typeof one === 'string' && one === other;
  }
  return one.type === other.type && scalarText(one) === scalarText(other);
}

/** A boolean, in any spelling of YAML 1.2. */
export function booleanOf(data: Data | undefined): boolean | undefined {
  if (!(data instanceof Plain) || data.type !== 'boolean') return undefined;
  return /^true$/i.test(data.text);
}

/** What a person would call the value, e.g. `a list`. */
export function describe(data: Data | undefined): string {
  if (data === undefined) return 'nothing';
  if (typeof data === 'string') return 'a string';
  if (data instanceof Plain) return data.type === 'null' ? 'null' : `the ${data.type} ${data.text}`;
  return isDataList(data) ? 'a list' : 'a map';
}

/** A value as JSON has it: what we write. What we read is `Data`. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };
