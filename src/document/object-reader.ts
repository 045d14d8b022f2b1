import { isDigest, type Digest } from '../digest.ts';
import type { ErrorCode } from '../errors/catalogue.ts';
import { EvidenceError, type ErrorDetail, type Finding } from '../errors/evidence-error.ts';
import { didYouMean, nearest } from '../nearest.ts';
import { faultAt } from '../place.ts';
import { quote } from '../quote.ts';
import { JsonMap, Plain, booleanOf, describe, isDataList, isDataMap, isNull } from './data.ts';
import { scalarText, type Data, type DataMap } from './data.ts';
import { pointerToken } from './text.ts';

type FieldRefusal = Pick<ErrorDetail, 'expected' | 'hint'> & {
  readonly code?: ErrorCode;
  readonly found?: string;
};

/** How many unknown fields one finding names; the rest are counted. */
const MAX_NAMED = 3;

/**
 * Reads a map field by field. Each error has `at`: the file and a JSON pointer to the field (RFC 6901
 * §6). Fields that nobody has read: `end` refuses them, `unread` lists them, `ignored` makes a finding.
 */
export class ObjectReader {
  readonly at: string;
  readonly #map: DataMap;
  readonly #read = new Set<string>();
  #spellings: Spellings | undefined;

  /** @param at the file, or the file and a pointer to this map, e.g. `recipe.yaml#/criteria`. */
  constructor(data: Data | undefined, at: string) {
    if (!isDataMap(data)) {
      throw new EvidenceError(data === undefined ? 'FIELD_MISSING' : 'FIELD_INVALID', {
        at,
        found: describe(data),
        expected: 'a map',
        hint: data === undefined ? 'add the field' : 'write fields with their values there',
      });
    }
    this.#map = data;
    this.at = at;
  }

  /** The value itself, or undefined. */
  data(name: string): Data | undefined {
    this.#requireNoTwins(name);
    this.#read.add(name);
    return this.#map.get(name);
  }

  has(name: string): boolean {
    this.#requireNoTwins(name);
    return this.#map.has(name);
  }

  names(): readonly string[] {
    return [...this.#map.keys()];
  }

  /** A string. Numbers, booleans and null are refused: `version: 1.10` is not `"1.10"`. */
  string(name: string, expected = 'a string'): string {
    const data = this.data(name);
    return typeof data === 'string' ? data : this.#refuse(name, data, expected);
  }

  digest(name: string, hint: string): Digest {
    const text = this.string(name);
    if (isDigest(text)) return text;
    const expected = 'sha256: and 64 lower-case hexadecimal digits';
    return this.refuse(name, { expected, hint });
  }

  optionalString(name: string): string | undefined {
    return this.data(name) === undefined ? undefined : this.string(name);
  }

  /** A scalar's source text: what AICR's string fields take. Null, lists and maps are refused. */
  text(name: string): string {
    const data = this.data(name);
    return scalarText(data) ?? this.#refuse(name, data, 'a scalar');
  }

  /** A scalar's source text; absent and null are undefined. */
  optionalText(name: string): string | undefined {
    return this.#isAbsent(name) ? undefined : this.text(name);
  }

  /** A whole number that JavaScript holds exactly, `least` or more. */
  integer(name: string, least = 0): number {
    const data = this.data(name);
    // One spelling: in yaml.v3, as in YAML 1.1, 010 is eight.
    const isPlain = data instanceof Plain && /^(?:0|-?[1-9]\d*)$/.test(data.text);
    const value = isPlain ? Number(data.text) : Number.NaN;
    if (Number.isSafeInteger(value) && value >= least) return value;
    return this.#refuse(name, data, `a whole number, ${least} or more`);
  }

  boolean(name: string): boolean {
    const data = this.data(name);
    return booleanOf(data) ?? this.#refuse(name, data, 'true or false');
  }

  /** A list; each item is parsed with its own `at`. */
  list<T>(name: string, parse: (item: Data, at: string) => T): readonly T[] {
    const data = this.data(name);
    if (!isDataList(data)) return this.#refuse(name, data, 'a list');
    const at = this.pointer(name);
    return data.map((item, index) => parse(item, `${at}/${index}`));
  }

  /** A list; absent and null are the empty list. */
  optionalList<T>(name: string, parse: (item: Data, at: string) => T): readonly T[] {
    return this.#isAbsent(name) ? [] : this.list(name, parse);
  }

  object(name: string): ObjectReader {
    return new ObjectReader(this.data(name), this.pointer(name));
  }

  /** A map; absent and null are undefined. */
  optionalObject(name: string): ObjectReader | undefined {
    return this.#isAbsent(name) ? undefined : this.object(name);
  }

  /** A map as it is, with keys that are data; absent and null are the empty map. */
  optionalMap(name: string): DataMap {
    return this.#isAbsent(name) ? new Map<string, Data>() : this.object(name).#map;
  }

  /** Where the field is: `recipe.yaml#/criteria/os`. */
  pointer(name: string): string {
    const token = pointerToken(name);
    return this.at.includes('#') ? `${this.at}/${token}` : `${this.at}#/${token}`;
  }

  unread(): readonly string[] {
    return this.names().filter((name) => !this.#read.has(name));
  }

  /**
   * AICR adds fields within an apiVersion, so an unknown one is accepted. But a misspelt `checks` would
   * demand nothing, so there is a finding. One for all of them; none if all fields are known.
   *
   * @param alsoKnown the fields that the format has and that nobody reads here
   */
  ignored(alsoKnown: readonly string[]): readonly Finding[] {
    const unknown = this.unread().filter((name) => !alsoKnown.includes(name));
    const [first] = unknown;
    if (first === undefined) return [];
    const named = unknown.slice(0, MAX_NAMED).map((name) => quote(name, 60));
    const more = unknown.length > MAX_NAMED ? ` and ${unknown.length - MAX_NAMED} more` : '';
    const place = {
      code: 'FIELD_IGNORED',
      at: this.pointer(first),
      hint: `${this.#meant(first, alsoKnown) ?? 'look for a spelling mistake;'} a field of a newer AICR is not evaluated here`,
    } as const;
    return [faultAt(place, `${named.join(', ')}${more}`, 'fields that this version knows')];
  }

  /** Refuses the fields that nobody has read. */
  end(): void {
    const [first] = this.unread();
    if (first === undefined) return;
    this.refuse(first, {
      code: 'FIELD_UNKNOWN',
      found: quote(first),
      expected: `one of ${[...this.#read].join(', ')}`,
      hint:
        this.#meant(first) ?? 'remove the field, or upgrade affidavit if a newer version wrote it',
    });
  }

  /**
   * What to do with an unknown field whose name is almost that of a missing one; undefined if there is
   * none.
   */
  #meant(unknown: string, alsoKnown: readonly string[] = []): string | undefined {
    const absent = [...this.#read, ...alsoKnown].filter((name) => !this.#map.has(name));
    return didYouMean(unknown, absent);
  }

  /** Refuses the field; by default as FIELD_INVALID, and `found` is the field itself. */
  refuse(name: string, { code = 'FIELD_INVALID', found, expected, hint }: FieldRefusal): never {
    const shown = found ?? foundText(this.data(name));
    throw new EvidenceError(code, { at: this.pointer(name), found: shown, expected, hint });
  }

  /**
   * Go's encoding/json reads `Status` as `status`, and the last one counts. AICR is written in Go, so a
   * key that differs in its case alone would change the document there.
   */
  #requireNoTwins(name: string): void {
    if (!(this.#map instanceof JsonMap)) return;
    this.#spellings ??= new Spellings(this.#map);
    const twin = this.#spellings.twinOf(name);
    if (twin === undefined) return;
    throw new EvidenceError('DOCUMENT_DUPLICATE_KEY', {
      at: this.pointer(twin),
      found: `${quote(twin)}, which some readers take for ${quote(name)}`,
      expected: `${quote(name)}, or a name that is no other spelling of it`,
      hint: 'correct the key and make the document again',
    });
  }

  #isAbsent(name: string): boolean {
    const data = this.data(name);
    return data === undefined || isNull(data);
  }

  #refuse(name: string, data: Data | undefined, expected: string): never {
    const at = this.pointer(name);
    if (data !== undefined) {
      const hint = 'correct the field';
      throw new EvidenceError('FIELD_INVALID', { at, found: foundText(data), expected, hint });
    }
    const other = nearest(name, this.unread());
    const [found, hint] =
      other === undefined
        ? ['nothing', 'add the field']
        : [`no ${quote(name)}, but ${quote(other)}`, `write ${quote(name)} for ${quote(other)}`];
    throw new EvidenceError('FIELD_MISSING', { at, found, expected, hint });
  }
}

/** These fold to themselves, as most keys do. */
const FOLDED = /^[a-z0-9]*$/;

/** Go folds as Unicode does: the long s is an s, the Kelvin sign a k. */
function foldCase(key: string): string {
  return FOLDED.test(key) ? key : key.toUpperCase().toLowerCase();
}

/** The keys of a map by what they fold to. Most fold to themselves, and need no entry. */
class Spellings {
  readonly #map: DataMap;
  /** Of the others with one fold, the first and the second. */
  readonly #first = new Map<string, string>();
  readonly #second = new Map<string, string>();

  constructor(map: DataMap) {
    this.#map = map;
    for (const key of map.keys()) {
      const folded = foldCase(key);
      if (folded === key) continue;
      (this.#first.has(folded) ? this.#second : this.#first).set(folded, key);
    }
  }

  /** A key that differs from the name in its case alone. */
  twinOf(name: string): string | undefined {
    const folded = foldCase(name);
    if (this.#first.size === 0 && folded === name) return undefined;
    const keys = [this.#map.has(folded) ? folded : undefined];
    keys.push(this.#first.get(folded), this.#second.get(folded));
    return keys.find((key) => key !== undefined && key !== name);
  }
}

function foundText(data: Data | undefined): string {
  return typeof data === 'string' ? quote(data) : describe(data);
}

/** Reads the `schemaVersion` of a file that AICR keeps: 1.0, whatever comes after it. */
export function requireVersion10(reader: ObjectReader, hint: string): void {
  if (/^1\.0(?:\.\d+)?$/.test(reader.text('schemaVersion'))) return;
  reader.refuse('schemaVersion', { code: 'SCHEMA_VERSION_UNKNOWN', expected: '1.0.0', hint });
}

/**
 * Reads `schemaVersion` and refuses another major version. A newer minor one only adds fields, so
 * it is read; the return value says whether it is newer than 1.0.
 *
 * @param newest the version to write where there is none
 */
export function requireSchemaVersion(
  reader: ObjectReader,
  newest = '1.0.0',
): { readonly newer: boolean; readonly minor: number } {
  const version = reader.string('schemaVersion', `${quote(newest)}, or another version 1.x`);
  const parts = /^1\.(0|[1-9]\d{0,8})(?:\.(?:0|[1-9]\d{0,8}))?$/.exec(version);
  if (parts !== null) return { newer: parts[1] !== '0', minor: Number(parts[1]) };
  return reader.refuse('schemaVersion', {
    code: 'SCHEMA_VERSION_UNKNOWN',
    expected: 'a version 1.x',
    hint: 'upgrade affidavit, or use a document of version 1',
  });
}
