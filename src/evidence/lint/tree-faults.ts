// What can be said of a directory of recipes as a whole. The resolver says it: each query that could show something is asked.

import { faultOf, orIfRefused, type Fault, type Finding } from '../../errors/evidence-error.ts';
import { quote } from '../../quote.ts';
import type { Criteria } from '../recipe/criteria.ts';
import { climb, inheritance, matching, rank, requireNoCircle } from '../resolve/candidates.ts';
import { refuseDuplicate, type Catalogue } from '../resolve/catalogue.ts';
import { disagreementsOf, lay } from '../resolve/compose.ts';
import { DIMENSIONS } from '../resolve/criteria.ts';
import { orderedByName, requireAgreement, type Disagreement } from '../resolve/equal-rank.ts';
import { addMixins, mixinsOf, refuseMissing } from '../resolve/mixins.ts';
import { unknownDependencies } from '../resolve/order.ts';
import type { Layer, Overlay } from '../resolve/overlay.ts';
import { normalised } from '../resolve/query.ts';
import { resolve } from '../resolve/resolve.ts';
import type { Rules } from '../resolve/rules.ts';

/** How many queries are asked. AICR's own recipes need some 200 (2026-11). */
const MOST_QUERIES = 2000;

/** What one attempt is refused with. */
function refusal(attempt: () => unknown): readonly Fault[] {
  return orIfRefused(
    () => (attempt(), []),
    (error) => [faultOf(error)],
  );
}

/** Layers with the name of another one: nobody knows which of them is wrong. */
export function duplicates(layers: readonly Layer[]): readonly Fault[] {
  return layers.flatMap((layer) => {
    const other = layers.find((each) => each !== layer && each.name === layer.name);
    return other === undefined ? [] : refusal(() => refuseDuplicate(layer, other));
  });
}

/** Whether this overlay or one that it inherits from has one of these names. */
export function isBelow(
  overlay: Overlay,
  names: ReadonlySet<string>,
  overlays: ReadonlyMap<string, Overlay>,
): boolean {
  const seen = new Set<Overlay>();
  let current: Overlay | undefined = overlay;
  while (current !== undefined && !seen.has(current)) {
    if (names.has(current.name) || names.has(current.parent)) return true;
    seen.add(current);
    current = overlays.get(current.parent);
  }
  return false;
}

/**
 * Parents and mixins that are not there; each circle once.
 *
 * @param lost what is there and cannot be read
 */
export function brokenNames(
  { overlays, mixins }: Pick<Catalogue, 'overlays' | 'mixins'>,
  lost: ReadonlySet<string>,
): readonly Fault[] {
  const told = new Set<Overlay>();
  const below = [...overlays.values()].filter((each) => !isBelow(each, lost, overlays));
  return below.flatMap((overlay) => [
    ...refusal(() => {
      const { circle } = climb(overlay, { overlays }, told);
      for (const each of circle) told.add(each);
      requireNoCircle(circle);
    }),
    ...overlay.mixins.flatMap((name, index) =>
      mixins.has(name) || lost.has(name)
        ? []
        : refusal(() =>
            refuseMissing(name, `${overlay.file}#/spec/mixins/${index}`, mixins.keys()),
          ),
    ),
  ]);
}

/** Overlays that are in no recipe. */
export function unreachable(overlays: readonly Overlay[], rules: Rules): readonly Finding[] {
  const parents = new Set(
    overlays.filter(({ name, parent }) => name !== parent).map(({ parent }) => parent),
  );
  return overlays
    .filter((overlay) => !parents.has(overlay.name) && !isAsked(overlay, rules))
    .map(({ name, file, criteria }) => ({
      code: 'OVERLAY_UNREACHABLE',
      at: criteria === undefined ? `${file}#/spec` : `${file}#/spec/criteria`,
      found: `${quote(name)} ${criteria === undefined ? 'without criteria' : 'with a value that no query has'}, from which no overlay inherits`,
      expected:
        'criteria that a query can have, in small letters, or an overlay that inherits from it',
      hint: 'correct the criteria, name it as the base of another overlay, or remove it',
    }));
}

/** v0.11 compares the values as they are written, so that `OKE` is never met. */
function isAsked({ criteria }: Overlay, rules: Rules): boolean {
  if (criteria === undefined) return false;
  return (
    rules === 'current' ||
    DIMENSIONS.every((name) => normalised(name, criteria[name]) === criteria[name])
  );
}

/** What the resolver refuses or doubts of the recipes that overlays are for. */
export function resolvedFaults(catalogue: Catalogue): readonly Fault[] {
  const overlays = [...catalogue.overlays.values()].filter((each) =>
    isAsked(each, catalogue.rules),
  );
  const queries = new Map<string, Criteria>();
  for (const query of queriesOf(overlays, catalogue.overlays)) {
    if (queries.size === MOST_QUERIES) return [...askAll(queries, catalogue), tooMany(catalogue)];
    queries.set(JSON.stringify(query), query);
  }
  return askAll(queries, catalogue);
}

/** What each overlay is for, and what two that may disagree are both for. */
function* queriesOf(
  overlays: readonly Overlay[],
  all: Catalogue['overlays'],
): Generator<Criteria, void> {
  const inherits = inheritance(all.values());
  const isFree = (one: Overlay, other: Overlay): boolean =>
    rank(one) === rank(other) && !inherits(one.name, other.name) && !inherits(other.name, one.name);
  for (const { criteria } of overlays) if (criteria !== undefined) yield criteria;
  for (const [index, one] of overlays.entries()) {
    for (const other of overlays.slice(index + 1).filter((each) => isFree(one, each))) {
      const both = one.criteria && other.criteria && joined(one.criteria, other.criteria);
      if (both !== undefined) yield both;
    }
  }
}

/** The least query that finds both; undefined if none does. */
function joined(one: Criteria, other: Criteria): Criteria | undefined {
  const isApart = DIMENSIONS.some(
    (name) => one[name] !== '' && other[name] !== '' && one[name] !== other[name],
  );
  if (isApart || (one.nodes !== other.nodes && one.nodes * other.nodes !== 0)) return undefined;
  const values = Object.fromEntries(DIMENSIONS.map((name) => [name, one[name] || other[name]]));
  return { ...one, ...values, nodes: Math.max(one.nodes, other.nodes) };
}

function askAll(queries: ReadonlyMap<string, Criteria>, catalogue: Catalogue): readonly Fault[] {
  return [...queries.values()].flatMap((query) => ask(query, catalogue));
}

/** The resolver stops at the first fault, so its steps are asked one by one too. */
function ask(query: Criteria, catalogue: Catalogue): readonly Fault[] {
  const faults: Fault[] = [];
  const stepped = refusal(() => {
    const layers = lay(catalogue, matching(catalogue, query));
    faults.push(...disagreementsOf(layers).map((each) => sayDisagreement(each, catalogue.rules)));
    const { merged, applied } = layers;
    addMixins(merged, mixinsOf(applied, catalogue), catalogue);
    faults.push(...unknownDependencies(merged).map(faultOf));
  });
  return [
    ...faults,
    ...stepped,
    ...refusal(() => {
      askProfiles(query, catalogue);
    }),
  ];
}

/** With each value of its profile. Throws what `resolve` throws. */
function askProfiles(query: Criteria, catalogue: Catalogue): void {
  const { selected } = resolve(catalogue, query);
  if (selected === undefined) return;
  const { name, values } = selected.profile;
  for (const value of values.keys()) resolve(catalogue, query, { profile: { name, value } });
}

function sayDisagreement(disagreement: Disagreement, rules: Rules): Fault {
  return orIfRefused(
    () => {
      if (rules === 'v0.11') requireAgreement([disagreement]);
      return orderedByName(disagreement);
    },
    (error) => faultOf(error),
  );
}

function tooMany({ recipes }: Catalogue): Fault {
  return {
    code: 'LIMIT_EXCEEDED',
    at: recipes.directory,
    found: `more than ${MOST_QUERIES} criteria whose recipes differ`,
    expected: `at most ${MOST_QUERIES}; the others were not resolved`,
    hint: 'lint a part of the overlays in a directory of its own',
  };
}
