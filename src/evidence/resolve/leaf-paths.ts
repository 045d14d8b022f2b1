import { compareBytes } from '../../compare-bytes.ts';
import { MixedMap, isDataMap, type Data, type DataMap } from '../../document/data.ts';
import { pointerToken } from '../../document/text.ts';
import type { ErrorCode } from '../../errors/catalogue.ts';
import { refuse } from '../../place.ts';

/**
 * The dotted paths of all values in `overrides`, sorted: `driver.enabled`.
 *
 * @param at the place of the map
 * @throws EvidenceError `code` for what has no such path: an empty map, a key that is empty, has a dot or is
 *   no text
 */
export function leafPaths(overrides: DataMap, at: string, code: ErrorCode): readonly string[] {
  const paths: string[] = [];
  const walk = (map: DataMap, prefix: string, place: string): void => {
    if (map.size === 0 || map instanceof MixedMap) refusePath(code, place, map);
    for (const [key, value] of map) {
      const below = `${place}/${pointerToken(key)}`;
      if (key === '' || key.includes('.')) refusePath(code, below, map);
      if (isDataMap(value)) walk(value, `${prefix}${key}.`, below);
      else paths.push(`${prefix}${key}`);
    }
  };
  if (overrides.size > 0) walk(overrides, '', at);
  return paths.toSorted(compareBytes);
}

function refusePath(code: ErrorCode, at: string, map: DataMap): never {
  const hint = 'set values one by one';
  const found = map.size === 0 ? 'an empty map' : 'a key that is empty, has a dot or is no text';
  refuse({ code, at, hint }, found, 'values below keys that are texts without dots');
}

/** The shortest part of a dotted path that is set; undefined if nothing of it is. */
export function setPrefix(values: DataMap, path: string): string | undefined {
  let current: Data | undefined = values;
  const keys = path.split('.');
  for (const [index, key] of keys.entries()) {
    if (!isDataMap(current)) return undefined;
    const value: Data | undefined = current.get(key);
    if (value === undefined) return undefined;
    if (!isDataMap(value) || value.size === 0 || index === keys.length - 1) {
      return keys.slice(0, index + 1).join('.');
    }
    current = value;
  }
  return undefined;
}
