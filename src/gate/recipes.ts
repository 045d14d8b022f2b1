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
import { MAX_NODE_COUNTS } from '../limits.ts';
import { quote } from '../quote.ts';

/** A recipe: an overlay with a concrete service and accelerator, with each value of its profile. */
export interface TreeRecipe {
  /** From criteria and profile, whatever the file is called. */
  readonly name: string;
  /** The overlay's, with the directory of the recipes. */
  readonly file: string;
  readonly criteria: Criteria;
  readonly profile: ProfileSelection | undefined;
  /** Its own number of nodes, and those for which other overlays make it another one. */
  readonly nodes: ReadonlySet<number>;
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
  for (const [key, { file, criteria }] of gone) {
    const answering = there.has(key) ? undefined : answeringOf(criteria, catalogue);
    if (answering === undefined) continue;
    const isThere = catalogue.recipes.files.has(file.slice(catalogue.recipes.directory.length + 1));
    const place = isThere ? file : (answering.at(-1)?.file ?? file);
    for (const recipe of recipesFor(criteria, place, catalogue, counting)) {
      const other = recipes.get(recipe.name);
      if (other === undefined) kept.set(recipe.name, recipe);
      else faults.push(duplicate(other, recipe));
    }
  }
  return { recipes: kept, faults };
}

function keyOf({ criteria }: TreeRecipe): string {
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
    return { name: `${name}${suffix}`, file, criteria, profile: selection, nodes };
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
