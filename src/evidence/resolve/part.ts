import { isDataMap, isNull, listOf, textOf } from '../../document/data.ts';
import type { Data, DataMap } from '../../document/data.ts';
import { refuse } from '../../place.ts';

/** One entry of an overlay, with its place. */
export interface Part {
  readonly name: string;
  /** In AICR's types; absent and empty fields may be missing. */
  readonly value: DataMap;
  /** The file and a JSON pointer, e.g. `recipes/overlays/eks.yaml#/spec/componentRefs/0`. */
  readonly at: string;
}

export function textsOf(map: DataMap | undefined, field: string): readonly string[] {
  return listOf(map, field).filter((item) => typeof item === 'string');
}

/**
 * The entries of a list, each with the place that it has in the document: AICR drops what is null.
 *
 * @param source the same map as the document has it
 * @throws EvidenceError FIELD_MISSING for an entry without name
 */
export function partsOf(
  map: Data | undefined,
  source: DataMap | undefined,
  field: string,
  at: string,
): readonly Part[] {
  const kept = [...listOf(source, field).entries()].filter(([, item]) => !isNull(item));
  return listOf(map, field)
    .filter(isDataMap)
    .map((value, index) => {
      const place = `${at}/${field}/${kept[index]?.[0] ?? index}`;
      return { name: requireName(value, place), value, at: place };
    });
}

function requireName(value: DataMap, at: string): string {
  const name = textOf(value, 'name');
  if (name !== '') return name;
  const hint = 'name it, or remove it';
  const expected = 'the name by which overlays change it';
  refuse({ code: 'FIELD_MISSING', at: `${at}/name`, hint }, 'no name', expected);
}
