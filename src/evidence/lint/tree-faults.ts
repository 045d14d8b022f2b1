// What can be said of a directory of recipes as a whole. The resolver says it: each query that could show something is asked.

import { faultOf, orIfRefused, type Fault } from '../../errors/evidence-error.ts';
import { faultAt } from '../../place.ts';
import { quote } from '../../quote.ts';
import type { Criteria } from '../recipe/criteria.ts';
import { climb, matching, requireRooted } from '../resolve/candidates.ts';
import { refuseDuplicate, type Catalogue } from '../resolve/catalogue.ts';
import { disagreementsOf, lay } from '../resolve/compose.ts';
import { DIMENSIONS, criteriaKey, rankOf } from '../resolve/criteria.ts';
import { orderedByName, type Disagreement } from '../resolve/equal-rank.ts';
import { addMixins, mixinsOf, refuseMissing } from '../resolve/mixins.ts';
import { unknownDependencies } from '../resolve/order.ts';
import { ROOT, type Layer, type Overlay } from '../resolve/overlay.ts';
import { resolve } from '../resolve/resolve.ts';
import type { Rules } from '../resolve/rules.ts';
import { valueText } from '../resolve/trace.ts';
import { isAsked } from './criteria-faults.ts';

/** How many queries are asked. AICR's own recipes need some 200 (2026-11). */
const MOST_QUERIES = 2000;
/** How many overlays all these recipes have together, each counted in each. AICR's own have some 1000. */
const MOST_LAID = 50_000;

/** What one attempt is refused with. */
function refusal(attempt: () => unknown): readonly Fault[] {
  return orIfRefused(
    () => (attempt(), []),
    (error) => [faultOf(error)],
  );
}

/** Layers with the name of another one: nobody knows which of them is wrong. */
export function duplicates(layers: readonly Layer[]): readonly Fault[] {
  const named = Map.groupBy(layers, ({ name }) => name);
  return layers.flatMap((layer) => {
    const other = named
      .get(layer.name)
      ?.slice(0, 2)
      .find((each) => each !== layer);
    return other === undefined ? [] : refusal(() => refuseDuplicate(layer, other));
  });
}

export interface Rooted {
  /** The overlays all of whose ancestors are there and sure. */
  readonly overlays: ReadonlyMap<string, Overlay>;
  readonly faults: readonly Fault[];
}

/**
 * Parents and mixins that are not there, and each circle once; the overlays that none of it is about.
 *
 * @param lost what is there and cannot be read
 * @param broken what can be read in part
 */
export function rootedOf(
  { overlays, mixins }: Pick<Catalogue, 'overlays' | 'mixins'>,
  lost: ReadonlySet<string>,
  broken: ReadonlySet<string>,
): Rooted {
  const faults = [...overlays.values()].flatMap((each) => missingMixins(each, mixins, lost));
  const isSure = (each: Overlay): boolean =>
    !lost.has(each.name) && !broken.has(each.name) && hasMixins(each, mixins);
  const seen = new Set<Overlay>();
  const rooted = new Set<string>();
  for (const overlay of overlays.values()) {
    const climbed = climb(overlay, { overlays }, seen);
    const { chain, circle, orphan } = climbed;
    for (const each of chain) seen.add(each);
    if (orphan === undefined || !lost.has(orphan.parent)) {
      faults.push(...refusal(() => requireRooted(climbed, { overlays })));
    }
    for (const each of circle.length === 0 ? chain.toReversed() : []) {
      const isBelow = each.parent === ROOT || rooted.has(each.parent);
      if (isBelow && isSure(each)) rooted.add(each.name);
    }
  }
  return { overlays: new Map([...overlays].filter(([name]) => rooted.has(name))), faults };
}

/** Those of the root count for no recipe. */
function hasMixins({ name, mixins: names }: Overlay, mixins: Catalogue['mixins']): boolean {
  return name === ROOT || names.every((each) => mixins.has(each));
}

function missingMixins(
  { file, mixins: names }: Overlay,
  mixins: Catalogue['mixins'],
  lost: ReadonlySet<string>,
): readonly Fault[] {
  return names.flatMap((name, index) => {
    const at = `${file}#/spec/mixins/${index}`;
    const isThere = mixins.has(name) || lost.has(name);
    return isThere ? [] : refusal(() => refuseMissing(name, at, mixins.keys()));
  });
}

/** What the resolver refuses or doubts of the recipes that overlays are for. */
export function resolvedFaults(catalogue: Catalogue): readonly Fault[] {
  const overlays = [...catalogue.overlays.values()].filter((each) =>
    isAsked(each, catalogue.rules),
  );
  const asked = new Set<string>();
  const faults: Fault[] = [];
  let laid = 0;
  for (const query of queriesOf(overlays)) {
    const key = criteriaKey(query);
    if (asked.has(key)) continue;
    if (asked.size === MOST_QUERIES || laid > MOST_LAID) {
      return [...faults, tooMany(asked.size, catalogue)];
    }
    asked.add(key);
    laid += ask(query, catalogue, faults);
  }
  return faults;
}

/** What each overlay is for, and what two of one rank are both for. */
function* queriesOf(overlays: readonly Overlay[]): Generator<Criteria, void> {
  const criteria = overlays.flatMap((each) => each.criteria ?? []);
  const all = new Map(criteria.map((each) => [criteriaKey(each), each]));
  yield* all.values();
  for (const ofRank of Map.groupBy(all.values(), rankOf).values()) {
    const sets = Map.groupBy(ofRank, (each) => namedIn(each).join());
    for (const [index, ones] of [...sets.values()].entries()) {
      for (const others of [...sets.values()].slice(index + 1)) yield* joined(ones, others);
    }
  }
}

function namedIn(criteria: Criteria): readonly (keyof Criteria)[] {
  const names = DIMENSIONS.filter((name) => criteria[name] !== '');
  return criteria.nodes === 0 ? names : [...names, 'nodes'];
}

/** The least query for each of the one and each of the other, if what both name is the same. */
function* joined(ones: readonly Criteria[], others: readonly Criteria[]): Generator<Criteria> {
  const named = new Set(others.slice(0, 1).flatMap(namedIn));
  const shared = ones
    .slice(0, 1)
    .flatMap(namedIn)
    .filter((name) => named.has(name));
  const keyOf = (each: Criteria): string => JSON.stringify(shared.map((name) => each[name]));
  const found = Map.groupBy(others, keyOf);
  for (const one of ones) {
    for (const other of found.get(keyOf(one)) ?? []) {
      const values = DIMENSIONS.map((name) => [name, one[name] || other[name]] as const);
      yield { ...one, ...Object.fromEntries(values), nodes: one.nodes || other.nodes };
    }
  }
}

/**
 * The resolver stops at the first fault, so its steps are asked one by one too.
 *
 * @returns how many overlays the recipe has
 */
function ask(query: Criteria, catalogue: Catalogue, faults: Fault[]): number {
  let count = 0;
  const laid = refusal(() => {
    const layers = lay(catalogue, matching(catalogue, query));
    const { merged, applied } = layers;
    count = applied.length;
    for (const each of disagreementsOf(layers)) {
      faults.push(sayDisagreement(each, catalogue.rules));
    }
    addMixins(merged, mixinsOf(applied, catalogue), catalogue);
    for (const each of unknownDependencies(merged)) faults.push(faultOf(each));
  });
  const resolved = refusal(() => {
    askProfiles(query, catalogue);
  });
  // Of these the resolver says one, and each was told.
  faults.push(...laid, ...resolved.filter(({ code }) => code !== 'OVERLAYS_DISAGREE'));
  return count;
}

/** With each value of its profile. Throws what `resolve` throws. */
function askProfiles(query: Criteria, catalogue: Catalogue): void {
  const { selected } = resolve(catalogue, query);
  if (selected === undefined) return;
  const { name, values } = selected.profile;
  for (const value of values.keys()) resolve(catalogue, query, { profile: { name, value } });
}

/** Shorter than the resolver says it: the line begins with the place. */
function sayDisagreement(disagreement: Disagreement, rules: Rules): Fault {
  const { path, first, second } = disagreement;
  const [here, there] = [second, first].map(({ value }) => quote(valueText(value), 40));
  return {
    ...orderedByName(disagreement),
    code: rules === 'v0.11' ? 'OVERLAYS_DISAGREE' : 'OVERLAYS_ORDERED_BY_NAME',
    found: `${path}: ${here} here, ${there} of ${quote(first.by)}`,
    expected: 'overlays of equal rank that agree',
    hint: 'let one of them inherit from the other, or be more specific',
  };
}

function tooMany(count: number, { recipes }: Catalogue): Fault {
  const most = count === MOST_QUERIES ? `${count} criteria` : `${MOST_LAID} overlays`;
  const hint = 'lint a part of the overlays in a directory of its own';
  const expected = `at most that many in all recipes; those of ${count} criteria were resolved`;
  const place = { code: 'LIMIT_EXCEEDED', at: recipes.directory, hint } as const;
  return faultAt(place, `recipes of more than ${most}`, expected);
}
