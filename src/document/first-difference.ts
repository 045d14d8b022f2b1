import { isDataList, isDataMap, isSameScalar, type Data } from './data.ts';
import { pointerToken } from './text.ts';

/** A JSON pointer to the first place where two documents differ; undefined if they are the same. Maps have no order. */
export function firstDifference(
  one: Data | undefined,
  other: Data | undefined,
  at = '',
): string | undefined {
  const keys = keysOf(one, other);
  if (keys === undefined) return isSameScalar(one, other) ? undefined : at;
  for (const key of keys) {
    const place = `${at}/${pointerToken(String(key))}`;
    const below = firstDifference(partOf(one, key), partOf(other, key), place);
    if (below !== undefined) return below;
  }
  return undefined;
}

/** Of two maps or two lists. */
function keysOf(
  one: Data | undefined,
  other: Data | undefined,
): Iterable<string | number> | undefined {
  if (isDataMap(one) && isDataMap(other)) return new Set([...one.keys(), ...other.keys()]);
  if (!isDataList(one) || !isDataList(other)) return undefined;
  return (one.length < other.length ? other : one).keys();
}

function partOf(data: Data | undefined, key: string | number): Data | undefined {
  if (isDataMap(data)) return data.get(String(key));
  return isDataList(data) ? data[Number(key)] : undefined;
}
