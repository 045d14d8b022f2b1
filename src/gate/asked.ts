// What can be asked for of recipes: all that is compared, whatever has an overlay of its own.

import { EvidenceError } from '../errors/evidence-error.ts';
import { isAsked } from '../evidence/lint/criteria-faults.ts';
import type { Criteria } from '../evidence/recipe/criteria.ts';
import { profileSuffix } from '../evidence/recipe/profile.ts';
import type { Catalogue } from '../evidence/resolve/catalogue.ts';
import { DIMENSIONS, criteriaKey, type DimensionName } from '../evidence/resolve/criteria.ts';
import { MAX_ASKED_BESIDE } from '../limits.ts';

/** Criteria, and where they are written. */
export interface Asked {
  /** With the directory of the recipes. */
  readonly file: string;
  readonly criteria: Criteria;
  /** Recipes that answer for it, since it has no overlay of its own. */
  readonly under?: readonly string[];
}

/** Equal for all profiles and numbers of nodes. */
export function keyOf({ criteria }: Pick<Asked, 'criteria'>): string {
  return criteriaKey({ ...criteria, nodes: 0 });
}

/** What overlays are for by themselves: a concrete service and accelerator. */
export function askedAlone({ overlays, rules }: Catalogue): readonly Asked[] {
  return [...overlays.values()].flatMap((overlay) => {
    const { file, criteria } = overlay;
    if (criteria === undefined || criteria.service === '' || criteria.accelerator === '') return [];
    return isAsked(overlay, rules) ? [{ file, criteria }] : [];
  });
}

/**
 * What can be asked for beside the recipes: what more other overlays are for than a recipe, e.g. a platform. Whoever names
 * that too gets the recipe with the overlays. One of head may be for what two of base are for together, so it counts too.
 *
 * @param recipes of base
 * @param sides head and base: what is for the same criteria is of the last one
 * @throws EvidenceError LIMIT_EXCEEDED
 */
export function askedBeside(
  recipes: readonly (Asked & { readonly name: string })[],
  sides: readonly (Catalogue | undefined)[],
): readonly Asked[] {
  const own = new Set(recipes.map(keyOf));
  const others = [...overlaysOf(sides)];
  const asked = new Map<string, Beside>();
  const open: Beside[] = recipes.map((each) => ({ ...each, under: new Set([each.name]) }));
  // What is found is asked for with a further overlay too.
  for (const less of open) {
    const known = keyOf(less);
    for (const other of others) {
      const criteria = together(less.criteria, other.criteria);
      if (criteria === undefined) continue;
      const key = keyOf({ criteria });
      if (own.has(key) || key === known) continue;
      const { file, under } = asked.get(key) ?? { ...other, under: new Set<string>() };
      const all = new Set([...under, ...less.under]);
      if (all.size === under.size) continue;
      const found = { file, criteria, under: all };
      asked.set(key, found);
      open.push(found);
      if (asked.size > MAX_ASKED_BESIDE) throw tooManyBeside(file);
    }
  }
  return [...asked.values()].map(({ under, ...each }) => ({ ...each, under: [...under] }));
}

/** One for each criteria. */
function overlaysOf(sides: readonly (Catalogue | undefined)[]): Iterable<Asked> {
  const overlays = sides.flatMap((side) => [...(side?.overlays.values() ?? [])]);
  return new Map(
    overlays.flatMap(({ file, criteria }) =>
      criteria === undefined ? [] : [[keyOf({ criteria }), { file, criteria }] as const],
    ),
  ).values();
}

interface Beside extends Omit<Asked, 'under'> {
  readonly under: ReadonlySet<string>;
}

/** Undefined if no query is for both. */
function together(recipe: Criteria, other: Criteria): Criteria | undefined {
  const isBoth = DIMENSIONS.every(
    (name) => recipe[name] === '' || other[name] === '' || recipe[name] === other[name],
  );
  if (!isBoth) return undefined;
  const all = DIMENSIONS.map((name) => [name, recipe[name] || other[name]] as const);
  return { ...recipe, ...Object.fromEntries(all) };
}

function tooManyBeside(file: string): EvidenceError {
  return new EvidenceError('LIMIT_EXCEEDED', {
    at: `${file}#/spec/criteria`,
    found: `more than ${MAX_ASKED_BESIDE} recipes without an overlay of their own, with this one`,
    expected: `at most ${MAX_ASKED_BESIDE}: each is compared`,
    hint: 'have overlays that are for more of what the recipes are for',
  });
}

/** The order in which a name has them. */
const IN_NAMES = ['accelerator', 'service', 'os', 'intent', 'platform'] as const;

/**
 * What recipes of these names are for: there is evidence of it, perhaps from when it had an overlay of its own.
 *
 * @param names of recipes, with their profiles
 */
export function askedByName({ overlays }: Catalogue, names: Iterable<string>): readonly Asked[] {
  const layers = [...overlays.values()];
  const values = new Map(
    IN_NAMES.map((each) => [each, new Set(layers.map(({ criteria }) => criteria?.[each] ?? ''))]),
  );
  const suffixes = new Set(
    layers.flatMap(({ profile }) =>
      [...(profile?.values.keys() ?? [])].map((value) =>
        profileSuffix({ selection: `${profile?.name}=${value}` }),
      ),
    ),
  );
  return [...names].flatMap((name) =>
    ['', ...suffixes].flatMap((suffix) => {
      if (!name.endsWith(suffix)) return [];
      const found = criteriaNamed(name.slice(0, name.length - suffix.length), values, IN_NAMES);
      return found.flatMap((criteria) => {
        const isRecipe = criteria.service !== '' && criteria.accelerator !== '';
        return isRecipe ? [{ file: '', criteria, under: [] }] : [];
      });
    }),
  );
}

const OPEN: Criteria = { service: '', accelerator: '', os: '', intent: '', platform: '', nodes: 0 };

/** @param rest of a name: the values of these dimensions, as far as it has one */
function criteriaNamed(
  rest: string,
  values: ReadonlyMap<DimensionName, ReadonlySet<string>>,
  [first, ...others]: readonly DimensionName[],
): readonly Criteria[] {
  if (first === undefined) return rest === '' ? [OPEN] : [];
  const ends = [...`${rest}-`.matchAll(/-/g)].map(({ index }) => index);
  const named = ends
    .map((end) => rest.slice(0, end))
    .filter((value) => value !== '' && values.get(first)?.has(value) === true);
  return [
    ...criteriaNamed(rest, values, others),
    ...named.flatMap((value) =>
      criteriaNamed(rest.slice(value.length + 1), values, others).map((criteria) => ({
        ...criteria,
        [first]: value,
      })),
    ),
  ];
}
