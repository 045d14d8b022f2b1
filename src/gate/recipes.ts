// Which recipes a tree has: what evidence can be of.

import {
  EvidenceError,
  faultOf,
  orIfRefused,
  unlessRefused,
  type Fault,
} from '../errors/evidence-error.ts';
import { isAsked } from '../evidence/lint/criteria-faults.ts';
import { recipeNameOf, type Criteria } from '../evidence/recipe/criteria.ts';
import { profileSuffix } from '../evidence/recipe/profile.ts';
import { profileOf, type ProfileSelection } from '../evidence/resolve/apply-profile.ts';
import { matching, withAncestors } from '../evidence/resolve/candidates.ts';
import type { Catalogue } from '../evidence/resolve/catalogue.ts';
import { uncovered } from '../evidence/resolve/coverage.ts';
import { DIMENSIONS, criteriaKey } from '../evidence/resolve/criteria.ts';
import type { Overlay } from '../evidence/resolve/overlay.ts';
import { MAX_ASKED_BESIDE, MAX_NODE_COUNTS } from '../limits.ts';
import { quote } from '../quote.ts';

/** A recipe: an overlay with a concrete service and accelerator, with each value of its profile. */
export interface TreeRecipe {
  /** From criteria and profile, whatever the file is called. */
  readonly name: string;
  /** The overlay's, with the directory of the recipes. */
  readonly file: string;
  readonly criteria: Criteria;
  readonly profile: ProfileSelection | undefined;
  /** Whether who names no profile gets another value of it. */
  readonly isOptional?: boolean;
  /** Its own number of nodes, and those for which other overlays make it another one. */
  readonly nodes: ReadonlySet<number>;
  /** The recipes whose overlays answer for these criteria too; it has none of its own. */
  readonly under?: readonly string[];
}

export interface TreeRecipes {
  readonly recipes: ReadonlyMap<string, TreeRecipe>;
  /** RECIPE_DUPLICATE */
  readonly faults: readonly Fault[];
}

/** Throws LIMIT_EXCEEDED. */
export function recipesIn(catalogue: Catalogue): TreeRecipes {
  const recipes = new Map<string, TreeRecipe>();
  const faults: Fault[] = [];
  const counting = countingIn(catalogue);
  for (const overlay of catalogue.overlays.values()) {
    for (const recipe of recipesOf(overlay, catalogue, counting)) {
      const other = recipes.get(recipe.name);
      if (other === undefined) recipes.set(recipe.name, recipe);
      else faults.push(duplicate(recipe, other));
    }
  }
  return { recipes, faults };
}

/**
 * Recipes of another tree whose overlays are gone here, or have other criteria now, but that can still be asked for:
 * whoever asks as before gets a recipe, and should get a good one.
 *
 * @param recipes those that this tree has
 */
export function keptRecipes(
  catalogue: Catalogue,
  others: Iterable<TreeRecipe>,
  recipes: ReadonlyMap<string, TreeRecipe>,
): TreeRecipes {
  const there = new Set([...recipes.values()].map(keyOf));
  const gone = new Map([...others].map((recipe) => [keyOf(recipe), recipe]));
  const kept = new Map<string, TreeRecipe>();
  const faults: Fault[] = [];
  const counting = countingIn(catalogue);
  for (const [key, { file, criteria, under }] of gone) {
    const answering = there.has(key) ? undefined : answeringOf(criteria, catalogue);
    if (answering === undefined) continue;
    const place = placeIn(catalogue, file, answering);
    for (const recipe of recipesFor(criteria, place, catalogue, counting)) {
      const other = recipes.get(recipe.name);
      if (other === undefined) kept.set(recipe.name, { ...recipe, ...(under && { under }) });
      else if (under === undefined) faults.push(duplicate(other, recipe));
    }
  }
  return { recipes: kept, faults };
}

/** Its own file if that is there, else the overlay that is for the most of it. */
function placeIn(
  { recipes: { directory, files } }: Catalogue,
  file: string,
  answering: readonly Overlay[],
): string {
  if (files.has(file.slice(directory.length + 1))) return file;
  return answering.at(-1)?.file ?? file;
}

/**
 * What can be asked for beside the recipes: what more an overlay is for that is not for all of a recipe, e.g. a platform.
 * Whoever names that too gets the recipe with the overlay. An overlay of head may be for what two of base are for together,
 * so what it is for counts too. Throws LIMIT_EXCEEDED.
 */
export function askedBeside(
  { overlays }: Catalogue,
  { recipes }: Pick<TreeRecipes, 'recipes'>,
  head: Catalogue['overlays'],
): readonly TreeRecipe[] {
  const own = new Set([...recipes.values()].map(keyOf));
  const partial = joined(overlays, head);
  const asked = new Map<string, TreeRecipe>();
  for (const recipe of recipes.values()) {
    for (const { file, criteria } of partial) {
      const more = together(recipe.criteria, criteria);
      if (more === undefined) continue;
      const key = criteriaKey({ ...more, nodes: 0 });
      if (own.has(key)) continue;
      const others = asked.get(key)?.under ?? [];
      const under = others.at(-1) === recipe.name ? others : [...others, recipe.name];
      asked.set(key, { ...recipe, file, criteria: more, under });
      if (asked.size > MAX_ASKED_BESIDE) throw tooManyBeside(file);
    }
  }
  return [...asked.values()];
}

/** Overlays that can be asked for together with a recipe of base: those for a part, and what head has otherwise. */
function joined(
  base: Catalogue['overlays'],
  head: Catalogue['overlays'],
): readonly { readonly file: string; readonly criteria: Criteria }[] {
  const known = new Set([...base.values()].map(criteriaOf));
  const partial = [...base.values()].filter(
    ({ criteria }) => criteria?.service === '' || criteria?.accelerator === '',
  );
  const added = [...head.values()].filter((overlay) => !known.has(criteriaOf(overlay)));
  return [...partial, ...added].flatMap(({ file, criteria }) =>
    criteria === undefined ? [] : [{ file, criteria }],
  );
}

function criteriaOf({ criteria }: Overlay): string {
  return criteria === undefined ? '' : criteriaKey({ ...criteria, nodes: 0 });
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

/** Of what it is for: equal for each value of its profile. */
export function keyOf({ criteria }: TreeRecipe): string {
  return criteriaKey({ ...criteria, nodes: 0 });
}

/** The overlays for these criteria, if there is one for each of them, or if nobody can tell. */
function answeringOf(criteria: Criteria, catalogue: Catalogue): readonly Overlay[] | undefined {
  return orIfRefused(
    () => {
      const found = matching(catalogue, criteria);
      const isOpen = uncovered(criteria, [...withAncestors(found, catalogue)]).length > 0;
      return isOpen ? undefined : found;
    },
    () => [],
  );
}

/** Overlays that are for a number of nodes. By today's rules there are none. */
function countingIn({ overlays }: Catalogue): readonly Overlay[] {
  const counting = [...overlays.values()].filter(({ criteria }) => (criteria?.nodes ?? 0) !== 0);
  const [first] = counting;
  const counts = new Set(counting.map(({ criteria }) => criteria?.nodes));
  if (first === undefined || counts.size <= MAX_NODE_COUNTS) return counting;
  throw new EvidenceError('LIMIT_EXCEEDED', {
    at: `${first.file}#/spec/criteria/nodes`,
    found: `${counts.size} numbers of nodes, this one and others`,
    expected: `at most ${MAX_NODE_COUNTS} in all overlays: for each the recipes are resolved`,
    hint: 'have fewer numbers of nodes in the criteria of overlays',
  });
}

function recipesOf(
  overlay: Overlay,
  catalogue: Catalogue,
  counting: readonly Overlay[],
): readonly TreeRecipe[] {
  const { file, criteria } = overlay;
  if (criteria === undefined || criteria.service === '' || criteria.accelerator === '') return [];
  return isAsked(overlay, catalogue.rules) ? recipesFor(criteria, file, catalogue, counting) : [];
}

function recipesFor(
  criteria: Criteria,
  file: string,
  catalogue: Catalogue,
  counting: readonly Overlay[],
): readonly TreeRecipe[] {
  const name = recipeNameOf(criteria);
  const others = counting.flatMap((each) =>
    each.criteria !== undefined && isFor(each.criteria, criteria) ? each.criteria.nodes : [],
  );
  const nodes = new Set([criteria.nodes, ...others]);
  // What has two profiles or no root is refused when it is resolved.
  const profile = unlessRefused(() =>
    profileOf([catalogue.root, ...withAncestors(matching(catalogue, criteria), catalogue)]),
  );
  if (profile === undefined) return [{ name, file, criteria, profile, nodes }];
  return [...profile.values.keys()].map((value) => {
    const suffix = profileSuffix({ selection: `${profile.name}=${value}` });
    const selection = { name: profile.name, value };
    const isOptional = value !== profile.byDefault;
    return { name: `${name}${suffix}`, file, criteria, profile: selection, isOptional, nodes };
  });
}

/** Whether an overlay applies to a recipe, but for the number of nodes. */
function isFor(overlay: Criteria, recipe: Criteria): boolean {
  return DIMENSIONS.every((name) => overlay[name] === '' || overlay[name] === recipe[name]);
}

function duplicate({ name, file }: TreeRecipe, other: TreeRecipe): Fault {
  return faultOf(
    new EvidenceError('RECIPE_DUPLICATE', {
      at: `${file}#/spec/criteria`,
      found: `the criteria of ${quote(name)}, which ${other.file} has too`,
      expected: 'criteria of its own for each overlay: they name the recipe',
      hint: 'change the criteria of one of them, or make them one overlay',
    }),
  );
}
