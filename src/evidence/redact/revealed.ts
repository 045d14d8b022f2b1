// What a contributor shows of what was withheld: some values with their salts.

import type { Digest } from '../../digest.ts';
import { decodeJson } from '../../document/json.ts';
import { ObjectReader, requireSchemaVersion } from '../../document/object-reader.ts';
import { tokenKey } from '../../document/text.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { MAX_WITHHELD_VALUES } from '../../limits.ts';
import { SCHEMA_VERSION } from '../../media-types.ts';
import { quote } from '../../quote.ts';
import { recognising } from '../../recognise.ts';
import { isEntryOf } from '../snapshot/label-reading.ts';
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
 * @throws EvidenceError USAGE if a word selects none, LIMIT_EXCEEDED
 */
export function encodeRevealed(openings: Openings, words: readonly string[]): Uint8Array {
  const { secret, redaction, digests, values } = openings;
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
  const [first = { file: 'FILE', path: '/POINTER' }] = values;
  throw new EvidenceError('USAGE', {
    at: '--select',
    found: quote(word),
    expected: `what was withheld, e.g. ${quote(`${first.file}#${first.path}`)}`,
    hint: 'name a place in the openings: FILE, FILE#POINTER, or Type.subtype.key of the snapshot',
  });
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
  const isNamedByKey = group === LABEL_SUBTYPE ? isEntryOf(word, name, text) : name === word;
  return key !== undefined && isNamedByKey;
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
