// `redaction.json`: the leaves of all withheld values of a bundle. Sorted, so that their order says nothing.

import { decodeJson } from '../../document/json.ts';
import { ObjectReader, requireSchemaVersion } from '../../document/object-reader.ts';
import type { EvidenceError } from '../../errors/evidence-error.ts';
import { MAX_WITHHELD_VALUES } from '../../limits.ts';
import { SCHEMA_VERSION } from '../../media-types.ts';
import { MADE_AGAIN, refusal, refuse } from '../../place.ts';
import { SCHEME, encodeDocument } from './commitment.ts';

const HINT = `${MADE_AGAIN}write redaction.json as docs/format.md describes it`;

/** @throws EvidenceError LIMIT_EXCEEDED */
export function requireFewValues(count: number, at: string): void {
  if (count <= MAX_WITHHELD_VALUES) return;
  const place = { code: 'LIMIT_EXCEEDED', at, hint: 'redact without --openings' } as const;
  refuse(place, `${count} withheld values`, `at most ${MAX_WITHHELD_VALUES} that are committed to`);
}

/** Throws LIMIT_EXCEEDED. */
export function encodeRedaction(leaves: readonly string[], file: string): Uint8Array {
  requireFewValues(leaves.length, file);
  return encodeDocument({
    schemaVersion: SCHEMA_VERSION,
    scheme: SCHEME,
    leaves: leaves.toSorted(),
  });
}

/** Throws what `decodeJson` throws, SCHEMA_VERSION_UNKNOWN, FIELD_* and LIMIT_EXCEEDED. */
export function parseRedaction(bytes: Uint8Array, file: string): ReadonlySet<string> {
  const reader = new ObjectReader(decodeJson(bytes, file), file);
  requireSchemaVersion(reader);
  if (reader.string('scheme') !== SCHEME) {
    reader.refuse('scheme', { code: 'FIELD_INVALID', expected: `"${SCHEME}"`, hint: HINT });
  }
  let last = '';
  const leaves = reader.list('leaves', (leaf, at) => {
    const isNext = typeof leaf === 'string' && /^[0-9a-f]{64}$/.test(leaf) && leaf > last;
    if (!isNext) throw notNext(at);
    last = leaf;
    return leaf;
  });
  requireFewValues(leaves.length, file);
  reader.end();
  return new Set(leaves);
}

function notNext(at: string): EvidenceError {
  const found = 'no leaf, or one that does not come after the one before it';
  const expected = '64 lower-case hexadecimal digits, sorted, each leaf once';
  return refusal({ code: 'FIELD_INVALID', at, hint: HINT }, found, expected);
}
