// What a contributor shows of what was withheld: some values with their salts.

import type { Digest } from '../../digest.ts';
import { decodeJson } from '../../document/json.ts';
import { ObjectReader, requireSchemaVersion } from '../../document/object-reader.ts';
import { tokenKey } from '../../document/text.ts';
import { MAX_WITHHELD_VALUES } from '../../limits.ts';
import { SCHEMA_VERSION } from '../../media-types.ts';
import { nearest } from '../../nearest.ts';
import { refuse } from '../../place.ts';
import { quote } from '../../quote.ts';
import { recognising } from '../../recognise.ts';
import { labelsOfEntry } from '../snapshot/label-reading.ts';
import {
  SCHEME,
  encodeDocument,
  leafOf,
  saltOf,
  valueIn,
  type WithheldValue,
} from './commitment.ts';
import { constant, digestIn, hexIn, requireReadable, type Openings } from './openings.ts';
import { LABEL_SUBTYPE } from './policy.ts';

export interface RevealedValue extends WithheldValue {
  readonly leaf: string;
  /** Where the file has it. */
  readonly at: string;
}

export interface Revealed {
  readonly at: string;
  /** Of `redaction.json` of the bundle that they are of. */
  readonly redaction: Digest;
  readonly values: readonly RevealedValue[];
}

/**
 * @param file how complaints name it
 * @throws EvidenceError what `decodeJson` throws, FIELD_* (invalid)
 */
export function parseRevealed(bytes: Uint8Array, file: string): Revealed {
  return recognising('revealed', { file, bytes }, () => readRevealed(bytes, file));
}

function readRevealed(bytes: Uint8Array, file: string): Revealed {
  // All that may be withheld may be revealed: each value has five fields, and its map counts twice.
  const data = decodeJson(bytes, file, 8 * MAX_WITHHELD_VALUES);
  const reader = new ObjectReader(data, file);
  requireSchemaVersion(reader);
  constant(reader, 'scheme', SCHEME);
  const redaction = digestIn(reader, 'redaction');
  const values = reader.list('values', (item, at) => {
    const row = new ObjectReader(item, at);
    const value = valueIn(row);
    const leaf = leafOf(hexIn(row, 'salt'), value);
    row.end();
    return { ...value, leaf, at };
  });
  reader.end();
  return { at: file, redaction, values };
}

/**
 * The selected values, as a file.
 *
 * @throws EvidenceError USAGE if a word selects none, or there is no word, LIMIT_EXCEEDED
 */
export function encodeRevealed(openings: Openings, words: readonly string[]): Uint8Array {
  const { secret, redaction, digests, values } = openings;
  if (words.length === 0) refuseWord(values, 'nothing');
  const chosen = new Set(words.flatMap((word) => selected(values, word)));
  const bytes = encodeDocument({
    schemaVersion: SCHEMA_VERSION,
    scheme: SCHEME,
    redaction,
    values: values.flatMap((value) => {
      const { file, path, type, text } = value;
      const digest = digests.get(file);
      if (digest === undefined || !chosen.has(value)) return [];
      return [{ file, path, type, text, salt: saltOf(secret, digest, path).toString('hex') }];
    }),
  });
  requireReadable(bytes.length, '--select', 'select less');
  return bytes;
}

/** `FILE`, `FILE#POINTER` with all that is below it, or `Type.subtype[.key]` of the snapshot. */
function selected(values: readonly WithheldValue[], word: string): readonly WithheldValue[] {
  const keyed = namedItems(values, word);
  const found = values.filter((value) => {
    const { file, path } = value;
    const whole = `${file}#${path}`;
    const isBelow = word === file || whole === word || whole.startsWith(`${word}/`);
    return isBelow || isNamed(value, word) || keyed.has(itemOf(path));
  });
  if (found.length > 0) return found;
  return refuseWord(values, quote(word), meant(values, word));
}

function refuseWord(values: readonly WithheldValue[], found: string, near?: string): never {
  const hint =
    near === undefined
      ? 'name FILE, FILE#POINTER, or Type.subtype[.key] of the snapshot'
      : `did you mean ${quote(near)}?`;
  const expected =
    near === undefined ? `what was withheld: ${groupsOf(values)}` : 'what was withheld';
  refuse({ code: 'USAGE', at: '--select', hint }, found, expected);
}

const MOST_GROUPS = 20;

/** `12 of K8s.image, 3 of ctrf/deployment.json`: what each group has, that of a snapshot by its subtype. */
export function groupsOf(values: readonly Pick<WithheldValue, 'file' | 'path'>[]): string {
  const groups = Map.groupBy(values, ({ file, path }) => subtypeOfPath(path) || file);
  const all = [...groups].map(([group, { length }]) => `${length} of ${quote(group)}`);
  const left = all.length - MOST_GROUPS;
  const more = left > 0 ? [`and ${left} more`] : [];
  return all.length === 0 ? 'nothing' : [...all.slice(0, MOST_GROUPS), ...more].join(', ');
}

/** The word that selects something and looks most like this one: of a place that is known only its end is compared. */
function meant(values: readonly WithheldValue[], word: string): string | undefined {
  const places = values.flatMap(placesOf);
  const starts = new Map(Map.groupBy(places, ({ start }) => start));
  const ends = [...starts].find(([start]) => word.startsWith(start));
  if (ends !== undefined) {
    const [start, below] = ends;
    const names = new Set(below.map(({ end }) => end));
    const near = nearest(word.slice(start.length), names);
    return near === undefined ? undefined : start + near;
  }
  const last = places.find(({ end }) => /[./]/.test(end) && end.split(/[./]/).at(-1) === word);
  const groups = [...starts.keys()].map((start) => start.slice(0, -1));
  return nearest(word, groups) ?? (last && last.start + last.end);
}

/** What names one value: its file and pointer, and of a snapshot its subtype and key. */
function placesOf({ file, path, text }: WithheldValue): readonly { start: string; end: string }[] {
  const subtype = subtypeOfPath(path);
  const token = IN_SUBTYPE.exec(path)?.[3] ?? '';
  return [
    ...(subtype === ''
      ? []
      : [{ start: `${subtype}.`, end: path.endsWith('/context/key') ? text : tokenKey(token) }]),
    { start: `${file}#`, end: path },
  ];
}

const IN_SUBTYPE = /^\/measurements\/([^/]+)\/subtypes\/([^/]+)\/(?:data\/([^/]*)$)?/;

/** `Type.subtype` of a place in a snapshot; "" of any other. */
export function subtypeOfPath(path: string): string {
  const [type, subtype] = IN_SUBTYPE.exec(path)?.slice(1, 3).map(tokenKey) ?? [];
  return type === undefined || subtype === undefined ? '' : `${type}.${subtype}`;
}

/** By type, subtype and key; of a label also its entries for several values. */
function isNamed({ path, text }: WithheldValue, word: string): boolean {
  const group = subtypeOfPath(path);
  if (group === '') return false;
  if (word === group) return true;
  const key = IN_SUBTYPE.exec(path)?.[3];
  const name = `${group}.${tokenKey(key ?? '')}`;
  const names = group === LABEL_SUBTYPE ? labelsOfEntry(name, text) : [name];
  return key !== undefined && names.includes(word);
}

/** Of labels with their nodes in items: the items whose key is that of the word. */
function namedItems(values: readonly WithheldValue[], word: string): ReadonlySet<string> {
  const items = values.filter(
    ({ path, text }) =>
      path.endsWith('/context/key') && word === `${LABEL_SUBTYPE}.${text}` && itemOf(path) !== '',
  );
  return new Set(items.map(({ path }) => itemOf(path)));
}

/** The place of the label that something is told of; "" of no label. */
function itemOf(path: string): string {
  return /^\/measurements\/NodeTopology\/subtypes\/label\/items\/\d+\//.exec(path)?.[0] ?? '';
}
