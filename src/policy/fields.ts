// What fields of a policy may be.

import type { ObjectReader } from '../document/object-reader.ts';
import { parseTimeAt } from '../document/time.ts';
import type { Place } from '../place.ts';
import { quote } from '../quote.ts';

export function optional<T>(
  reader: ObjectReader,
  name: string,
  read: (name: string) => T,
): T | undefined {
  return reader.data(name) === undefined ? undefined : read(name);
}

export function requireTime(
  reader: ObjectReader,
  name: string,
  parse?: (text: string) => Date | undefined,
): Date {
  return parseTimeAt(placeOf(reader, name), reader.string(name), parse);
}

export function requireOneOf<T extends string>(
  reader: ObjectReader,
  name: string,
  all: readonly T[],
): T {
  const text = reader.string(name);
  const found = all.find((value) => value === text);
  if (found !== undefined) return found;
  return reader.refuse(name, {
    code: 'POLICY_INVALID',
    expected: `one of ${all.map((value) => quote(value)).join(', ')}`,
    hint: 'correct the field',
  });
}

export const USE_A_TEMPLATE =
  'name one signer exactly, or write a "template" like https://github.com/owner/repo/.github/workflows/file.yml@refs/heads/{branch}';
export const EXACT = 'write it exactly as the report shows it';

/** Elsewhere `*` means anything. Here it would be a name that nobody has, and whoever wrote it would not know. */
export function requireExact(reader: ObjectReader, name: string, hint: string): string {
  const text = requireText(reader, name);
  if (!text.includes('*')) return text;
  return reader.refuse(name, {
    code: 'POLICY_INVALID',
    found: `${quote(text)}, which has a *`,
    expected: 'an exact match: * is no pattern here',
    hint,
  });
}

export function requireText(reader: ObjectReader, name: string): string {
  const text = reader.string(name);
  if (text !== '') return text;
  return reader.refuse(name, {
    code: 'POLICY_INVALID',
    expected: 'a text that is not empty',
    hint: 'write the whole identity as the report shows it',
  });
}

export function placeOf(reader: ObjectReader, name: string): Place {
  return { code: 'POLICY_INVALID', at: reader.pointer(name), hint: 'correct the field' };
}
