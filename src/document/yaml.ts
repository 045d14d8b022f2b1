// YAML 1.2 with the core schema, as recipes and snapshots need it.

import { plain, type Data, type DataMap } from './data.ts';
import { decodeUtf8 } from './text.ts';
import type { YamlBuilder } from './yaml-entries.ts';
import { readYaml } from './yaml-reader.ts';

const NO_ITEMS: readonly Data[] = [];
const NO_VALUES: DataMap = new Map();

/** A list that grew has room for sixteen more, and short ones are what there are most of. */
function trimmed(items: readonly Data[]): readonly Data[] {
  return items.length < 100 ? items.slice() : items;
}

/** Plain data of a document, by the core schema. */
export const DATA_BUILDER: YamlBuilder<Data> = {
  scalar: ({ value, style }) => (style === 'plain' ? plainOf(value) : value),
  // yaml.v3 makes a null key the empty string, others keep it.
  isKey: ({ value, style }) => style !== 'plain' || !NULL.test(value),
  list: (items) => (items.length === 0 ? NO_ITEMS : trimmed(items)),
  map: (values) => (values.size === 0 ? NO_VALUES : values),
};

/**
 * Reads one YAML document. The caller limits its size. Scalars that are no strings keep their source text.
 *
 * @throws EvidenceError DOCUMENT_INVALID, DOCUMENT_UNSUPPORTED (anchors, aliases, tags, merge keys,
 *   directives, several documents, nesting), DOCUMENT_DUPLICATE_KEY, LIMIT_EXCEEDED (values), all
 *   invalid, with a JSON pointer in `at` and line and column in `found`
 */
export function decodeYaml(bytes: Uint8Array, file: string): Data {
  return readYaml(decodeUtf8(bytes, file), file, DATA_BUILDER);
}

const NULL = /^(?:~|null|Null|NULL)?$/;
const BOOLEAN = /^(?:true|True|TRUE|false|False|FALSE)$/;
const INTEGER = /^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$/;
const FLOAT =
  /^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN)$/;

/** What a plain scalar other than a string can begin with: a shortcut for the many that cannot. */
const NO_STRING_START = /^[-+.0-9~nNtTfF]/;

/** The core schema (YAML 1.2.2 §10.3.2): `no`, `on` and dates are strings. */
export function plainOf(text: string): Data {
  if (text !== '' && !NO_STRING_START.test(text)) return text;
  if (NULL.test(text)) return plain('null', text);
  if (BOOLEAN.test(text)) return plain('boolean', text);
  if (INTEGER.test(text)) return plain('integer', text);
  return FLOAT.test(text) ? plain('float', text) : text;
}
