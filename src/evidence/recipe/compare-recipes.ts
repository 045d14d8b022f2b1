// Where two recipes differ, named as a person names it: `componentRefs[gpu-operator].version`.

import {
  describe,
  isDataList,
  isDataMap,
  isSameScalar,
  mapOf,
  scalarText,
} from '../../document/data.ts';
import type { Data, DataMap } from '../../document/data.ts';
import { pointerToken } from '../../document/text.ts';
import { quote } from '../../quote.ts';

export interface RecipeDifference {
  /** Components and constraints by name; foreign names are in it. */
  readonly field: string;
  /** A JSON pointer into the one recipe, to where it is or should be. */
  readonly pointer: string;
  /** Undefined where one of the two has nothing. */
  readonly one: Data | undefined;
  readonly other: Data | undefined;
}

/** What says which program wrote the recipe, and not what it demands; but for its profile. */
const NOT_COMPARED: ReadonlySet<string> = new Set(['apiVersion', 'metadata']);
const PROFILE = 'selectedProfile';

/** Every difference of the decoded values. `1.10` is not `1.1`: AICR reads a version from its source text. */
export function recipeDifferences(one: Data, other: Data): readonly RecipeDifference[] {
  const whole = { field: '', pointer: '' };
  return [...differences(demandsOf(one), demandsOf(other), whole)];
}

function demandsOf(recipe: Data): Data {
  if (!isDataMap(recipe)) return recipe;
  const profile = mapOf(recipe, 'metadata')?.get(PROFILE);
  const compared = [...recipe].filter(([key]) => !NOT_COMPARED.has(key));
  const kept = new Map(profile === undefined ? [] : [[PROFILE, profile]]);
  return new Map([...compared, ['metadata', kept], ['criteria', statedIn(recipe)]]);
}

/** What a recipe leaves open it writes as `any`, or not at all. */
function statedIn(recipe: DataMap): DataMap {
  const criteria = [...(mapOf(recipe, 'criteria') ?? [])];
  return new Map(criteria.filter(([name, value]) => !isOpen(name, scalarText(value))));
}

function isOpen(name: string, value = ''): boolean {
  return value === '' || value === (name === 'nodes' ? '0' : 'any');
}

type Place = Pick<RecipeDifference, 'field' | 'pointer'>;

function* differences(
  one: Data | undefined,
  other: Data | undefined,
  place: Place,
): Generator<RecipeDifference, void> {
  if (isDataMap(one) && isDataMap(other)) yield* mapDifferences(one, other, place);
  else if (isDataList(one) && isDataList(other)) yield* listDifferences(one, other, place);
  else if (!isSameScalar(one, other)) yield { ...place, one, other };
}

function* mapDifferences(
  one: DataMap,
  other: DataMap,
  { field, pointer }: Place,
): Generator<RecipeDifference, void> {
  for (const key of new Set([...one.keys(), ...other.keys()])) {
    yield* differences(one.get(key), other.get(key), {
      field: field === '' ? key : `${field}.${key}`,
      pointer: `${pointer}/${pointerToken(key)}`,
    });
  }
}

function* listDifferences(
  one: readonly Data[],
  other: readonly Data[],
  place: Place,
): Generator<RecipeDifference, void> {
  const names = namesOf(one);
  const otherNames = namesOf(other);
  if (names !== undefined && otherNames !== undefined) {
    yield* namedDifferences([names, one], [otherNames, other], place);
    return;
  }
  const length = Math.max(one.length, other.length);
  for (let index = 0; index < length; index += 1) {
    yield* differences(one[index], other[index], {
      field: `${place.field}[${index}]`,
      pointer: `${place.pointer}/${index}`,
    });
  }
}

/** The names of components or constraints, if all have one and no two the same. */
function namesOf(list: readonly Data[]): readonly string[] | undefined {
  const names = list.flatMap((item) => {
    const name = isDataMap(item) ? scalarText(item.get('name')) : undefined;
    return name === undefined ? [] : [name];
  });
  return names.length === list.length && new Set(names).size === names.length ? names : undefined;
}

type Named = readonly [names: readonly string[], items: readonly Data[]];

function* namedDifferences(
  [names, items]: Named,
  [otherNames, otherItems]: Named,
  { field, pointer }: Place,
): Generator<RecipeDifference, void> {
  const others = new Map(otherNames.map((name, index) => [name, otherItems[index]]));
  const own = new Set(names);
  for (const [index, name] of names.entries()) {
    const place = { field: `${field}[${name}]`, pointer: `${pointer}/${index}` };
    yield* differences(items[index], others.get(name), place);
  }
  for (const [name, other] of others) {
    if (!own.has(name)) yield { field: `${field}[${name}]`, pointer, one: undefined, other };
  }
  const common = names.filter((name) => others.has(name));
  const commonOthers = otherNames.filter((name) => own.has(name));
  const moved = common.findIndex((name, index) => name !== commonOthers[index]);
  if (moved === -1) return;
  yield { field: `${field} (order)`, pointer, one: common[moved], other: commonOthers[moved] };
}

/** A text in quotes, so that "1.10" is not taken for a number; of lists and maps what they are. */
export function shownValue(data: Data | undefined): string {
  if (typeof data === 'string') return quote(data, 100);
  const text = scalarText(data);
  return text === undefined ? describe(data) : quote(text, 100).slice(1, -1);
}
