// Where two documents differ, named as a person names it: `componentRefs[gpu-operator].version`.

import { isDataList, isDataMap, isSameScalar, scalarText } from './data.ts';
import type { Data, DataMap } from './data.ts';
import { pointerToken } from './text.ts';

export interface Difference {
  /** Items of lists by name, if they have one; foreign names are in it. */
  readonly field: string;
  /** A JSON pointer into the one document, to where it is or should be. */
  readonly pointer: string;
  /** Undefined where one of the two has nothing. */
  readonly one: Data | undefined;
  readonly other: Data | undefined;
}

type Place = Pick<Difference, 'field' | 'pointer'>;

/** Every place where two documents differ. Maps have no order; items of lists with names of their own are compared by name. */
export function* differences(
  one: Data | undefined,
  other: Data | undefined,
  place: Place = { field: '', pointer: '' },
): Generator<Difference, void> {
  if (isDataMap(one) && isDataMap(other)) yield* mapDifferences(one, other, place);
  else if (isDataList(one) && isDataList(other)) yield* listDifferences(one, other, place);
  else if (!isSameScalar(one, other)) yield { ...place, one, other };
}

function* mapDifferences(
  one: DataMap,
  other: DataMap,
  { field, pointer }: Place,
): Generator<Difference, void> {
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
): Generator<Difference, void> {
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
): Generator<Difference, void> {
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
