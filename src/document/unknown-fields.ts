import type { Finding } from '../errors/evidence-error.ts';
import { quote } from '../quote.ts';
import type { ObjectReader } from './object-reader.ts';

/** How many unknown fields one finding names; the rest are counted. */
const MAX_NAMED = 3;

/**
 * AICR adds fields within an apiVersion, so an unknown one is read over. It is still worth saying: a
 * misspelt `checks` would demand nothing. One finding for each map, empty if all fields are known.
 *
 * @param alsoKnown the fields that the format has and that nobody reads here
 */
export function unknownFields(
  document: ObjectReader,
  alsoKnown: readonly string[],
): readonly Finding[] {
  const unknown = document.unread().filter((name) => !alsoKnown.includes(name));
  const [first] = unknown;
  if (first === undefined) return [];
  const named = unknown.slice(0, MAX_NAMED).map((name) => quote(name, 60));
  const more = unknown.length > MAX_NAMED ? ` and ${unknown.length - MAX_NAMED} more` : '';
  return [
    {
      code: 'FIELD_IGNORED',
      at: document.pointer(first),
      found: `${named.join(', ')}${more}`,
      expected: 'fields that this version knows',
      hint: 'look for a spelling mistake; a field of a newer AICR is not evaluated here',
    },
  ];
}
