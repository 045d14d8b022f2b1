// A choice that an overlay offers, e.g. who supplies the driver. Every value sets the same paths.

import { compareBytes } from '../../compare-bytes.ts';
import { Plain, isDataList, isDataMap, mapOf, textOf } from '../../document/data.ts';
import type { Data, DataMap } from '../../document/data.ts';
import { pointerToken } from '../../document/text.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { quote } from '../../quote.ts';
import {
  EXTERNAL,
  OWN_NAME,
  PROFILE_LETTERS,
  isOwnName,
  isProfileName,
} from '../recipe/profile-name.ts';
import { leafPaths } from './leaf-paths.ts';
import { partsOf, type Part } from './part.ts';

export interface ProfileValue {
  readonly name: string;
  readonly at: string;
  /** Who offers the GPUs: "" for the recipe's own components, or `external`. */
  readonly advertiser: string;
  /** Only overrides of components that are there. */
  readonly components: readonly Part[];
  readonly constraints: readonly Part[];
  readonly readiness: readonly Part[];
}

export interface Profile {
  readonly name: string;
  /** The file and a JSON pointer. */
  readonly at: string;
  readonly byDefault: string;
  readonly values: ReadonlyMap<string, ProfileValue>;
  /** By component, sorted: what any value sets, and `enabled`. */
  readonly ownedPaths: ReadonlyMap<string, readonly string[]>;
}

/**
 * Reads the profile of an overlay.
 *
 * @param source the same map as the document has it
 * @throws EvidenceError PROFILE_INVALID, FIELD_MISSING
 */
export function parseProfile(profile: DataMap, source: DataMap | undefined, at: string): Profile {
  const name = requireName(textOf(profile, 'name'), `${at}/name`);
  if (!isOwnName(name)) refuse(`${at}/name`, quote(name), OWN_NAME);
  const byDefault = requireName(textOf(profile, 'default'), `${at}/default`);
  const sources = mapOf(source, 'values');
  const values = [...(mapOf(profile, 'values') ?? [])].map(([value, data]) =>
    parseValue(value, data, sources, `${at}/values/${pointerToken(value)}`),
  );
  requireUnlikeNames(values);
  if (!values.some((value) => value.name === byDefault)) {
    refuse(`${at}/default`, quote(byDefault), 'the name of one of the values');
  }
  return {
    name,
    at,
    byDefault,
    values: new Map(values.map((value) => [value.name, value])),
    ownedPaths: ownedPaths(values),
  };
}

function parseValue(
  name: string,
  data: Data,
  sources: DataMap | undefined,
  at: string,
): ProfileValue {
  requireName(name, at);
  const source = mapOf(sources, name);
  const advertiser = textOf(data, 'advertiser');
  if (advertiser !== '' && advertiser !== EXTERNAL) {
    refuse(`${at}/advertiser`, quote(advertiser), `${EXTERNAL}, or nothing`);
  }
  const parts = (field: string): readonly Part[] => {
    const list = partsOf(data, source, field, at);
    requireOnce(list);
    return list;
  };
  const constraints = parts('constraints');
  const readiness = parts('readinessConstraints');
  for (const part of [...constraints, ...readiness]) requireExpression(part);
  return { name, at, advertiser, components: parts('componentRefs'), constraints, readiness };
}

function requireName(name: string, at: string): string {
  if (isProfileName(name)) return name;
  return refuse(at, quote(name), `a name of ${PROFILE_LETTERS}`);
}

function requireOnce(parts: readonly Part[]): void {
  const names = new Set<string>();
  for (const { name, at } of parts) {
    if (names.has(name)) refuse(at, `${quote(name)} a second time`, 'each name once');
    names.add(name);
  }
}

function requireExpression({ value, at }: Part): void {
  if (textOf(value, 'value') === '') refuse(`${at}/value`, 'nothing', 'what is demanded');
}

/** Evidence lies under the value's name in small letters. */
function requireUnlikeNames(values: readonly ProfileValue[]): void {
  const names = new Set<string>();
  for (const { name, at } of values) {
    if (names.has(name.toLowerCase())) {
      refuse(at, quote(name), 'names that differ in more than their case');
    }
    names.add(name.toLowerCase());
  }
}

/** Throws unless all values set the same paths: else one would inherit what another has changed. */
function ownedPaths(values: readonly ProfileValue[]): ReadonlyMap<string, readonly string[]> {
  const owned = new Map<string, Set<string>>();
  let all: string | undefined;
  for (const value of values) {
    const paths = value.components.flatMap((part) => pathsOf(part, owned));
    const text = paths.toSorted(compareBytes).join(', ');
    all ??= text;
    if (text === all) continue;
    refuse(
      value.at,
      `a value that sets ${text || 'nothing'}`,
      `the same as the others: ${all || 'nothing'}`,
    );
  }
  return new Map([...owned].map(([name, paths]) => [name, [...paths].toSorted(compareBytes)]));
}

function pathsOf({ name, value, at }: Part, owned: Map<string, Set<string>>): readonly string[] {
  const overrides = mapOf(value, 'overrides') ?? new Map<string, Data>();
  const place = `${at}/overrides`;
  if (overrides.has('enabled')) {
    refuse(`${place}/enabled`, 'overrides.enabled', 'no component turned on or off by a profile');
  }
  const paths = leafPaths(overrides, place, 'PROFILE_INVALID');
  requireSafeNumbers(overrides, place);
  const known = owned.get(name) ?? new Set(['enabled']);
  for (const path of paths) known.add(path);
  owned.set(name, known);
  return paths.map((path) => `${name}:${path}`);
}

/** What JSON does not hold exactly would not come back the same. */
function requireSafeNumbers(data: Data, at: string): void {
  if (isDataMap(data)) {
    for (const [key, value] of data) requireSafeNumbers(value, `${at}/${pointerToken(key)}`);
  } else if (isDataList(data)) {
    for (const [index, value] of data.entries()) requireSafeNumbers(value, `${at}/${index}`);
  } else if (data instanceof Plain && (data.type === 'integer' || data.type === 'float')) {
    const value = Number(data.text);
    const isSafe = Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value);
    if (!isSafe) refuse(at, data.text, 'a number that JSON holds exactly');
  }
}

/** Throws PROFILE_INVALID. */
export function refuse(at: string, found: string, expected: string): never {
  throw new EvidenceError('PROFILE_INVALID', { at, found, expected, hint: 'correct the profile' });
}
