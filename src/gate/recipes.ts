// Which recipes a tree has: what evidence can be of.

import {
  EvidenceError,
  faultOf,
  orIfRefused,
  unlessRefused,
  type Fault,
} from '../errors/evidence-error.ts';
import { recipeNameOf, type Criteria } from '../evidence/recipe/criteria.ts';
import { profileSuffix } from '../evidence/recipe/profile.ts';
import { profileOf, type ProfileSelection } from '../evidence/resolve/apply-profile.ts';
import { matching, withAncestors } from '../evidence/resolve/candidates.ts';
import { parseCatalogue, type Catalogue } from '../evidence/resolve/catalogue.ts';
import { uncovered } from '../evidence/resolve/coverage.ts';
import { DIMENSIONS } from '../evidence/resolve/criteria.ts';
import type { Overlay } from '../evidence/resolve/overlay.ts';
import type { RecipeFiles } from '../evidence/resolve/recipe-files.ts';
import { MAX_NODE_COUNTS } from '../limits.ts';
import { quote } from '../quote.ts';
import { askedAlone, keyOf, type Asked } from './asked.ts';

/** A recipe: what an overlay with a concrete service and accelerator is for, with each value of its profile. */
export interface TreeRecipe extends Asked {
  /** From criteria and profile, whatever the file is called. */
  readonly name: string;
  readonly profile: ProfileSelection | undefined;
  /** Whether who names no profile gets another value of it. */
  readonly isOptional?: boolean;
  /** Its own number of nodes, and those for which other overlays make it another one. */
  readonly nodes: ReadonlySet<number>;
}

/** A tree, and what it answers. */
export interface Side {
  readonly files: RecipeFiles | undefined;
  /** Undefined if it cannot be read. */
  readonly catalogue?: Catalogue;
  /** By `idOf`. */
  readonly recipes: ReadonlyMap<string, TreeRecipe>;
  /** Why nothing of it can be read. */
  readonly error?: Fault;
  /** RECIPE_DUPLICATE */
  readonly faults: readonly Fault[];
}

/** What a recipe is asked for with, but for the number of nodes. */
export function idOf(recipe: TreeRecipe): string {
  return `${keyOf(recipe)} ${JSON.stringify(recipe.profile)}`;
}

/** A tree, with the recipes that have overlays of their own. @param asked what else is looked at instead */
export function sideOf(files: RecipeFiles | undefined, asked?: Iterable<Asked>): Side {
  const none = { files, recipes: new Map<string, never>(), faults: [] };
  if (files === undefined) return none;
  return orIfRefused(
    (): Side => {
      const side = { ...none, catalogue: parseCatalogue(files) };
      return withAsked(side, asked ?? askedAlone(side.catalogue));
    },
    (error) => ({ ...none, error: faultOf(error) }),
  );
}

/** With what else it answers of all this. Throws LIMIT_EXCEEDED. */
export function withAsked(side: Side, asked: Iterable<Asked>): Side {
  const { catalogue } = side;
  if (catalogue === undefined) return side;
  const recipes = new Map(side.recipes);
  const faults = [...side.faults];
  const named = new Map([...recipes.values()].map((each) => [each.name, each]));
  const known = new Set([...recipes.values()].map(keyOf));
  const counting = countingIn(catalogue);
  for (const each of asked) {
    if (known.has(keyOf(each))) continue;
    for (const recipe of recipesFor(each, catalogue, counting)) {
      const other = named.get(recipe.name);
      // Of two with overlays of their own the later one is wrong, and of others the one that took the name.
      if (other === undefined || recipe.under !== undefined) recipes.set(idOf(recipe), recipe);
      else faults.push(known.size === 0 ? duplicate(recipe, other) : duplicate(other, recipe));
      named.set(recipe.name, other ?? recipe);
    }
  }
  return { ...side, recipes, faults };
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

/** Those for these criteria, if they are answered: perhaps only for a number of nodes that an overlay is for. */
function recipesFor(
  { file, criteria: { nodes: own, ...asked }, under }: Asked,
  catalogue: Catalogue,
  counting: readonly Overlay[],
): readonly TreeRecipe[] {
  const others = counting.flatMap((each) =>
    each.criteria !== undefined && isFor(each.criteria, asked) ? each.criteria.nodes : [],
  );
  const [answer] = [own, ...others].flatMap(
    (nodes) => answerTo({ ...asked, nodes }, catalogue) ?? [],
  );
  // Its own overlay is for a number, and others for whoever names none.
  const isOpen = own !== 0 && answerTo({ ...asked, nodes: 0 }, catalogue)?.layers !== undefined;
  if (answer === undefined) return [];
  const { criteria, found, layers } = answer;
  const recipe = {
    name: recipeNameOf(criteria),
    file: placeIn(catalogue, file, found),
    criteria,
    profile: undefined,
    nodes: new Set([criteria.nodes, ...others, ...(isOpen ? [0] : [])]),
    ...(under && { under }),
  };
  // What has two profiles or no root is refused when it is resolved.
  const profile = layers && unlessRefused(() => profileOf([catalogue.root, ...layers]));
  if (profile === undefined) return [recipe];
  return [...profile.values.keys()].map((value) => {
    const suffix = profileSuffix({ selection: `${profile.name}=${value}` });
    const selection = { name: profile.name, value };
    const isOptional = value !== profile.byDefault;
    return { ...recipe, name: `${recipe.name}${suffix}`, profile: selection, isOptional };
  });
}

interface Answer {
  readonly criteria: Criteria;
  /** Undefined where nobody can tell. */
  readonly found: readonly Overlay[] | undefined;
  readonly layers: readonly Overlay[] | undefined;
}

/** Undefined unless an overlay is for each of them, or if nobody can tell. */
function answerTo(criteria: Criteria, catalogue: Catalogue): Answer | undefined {
  const found = unlessRefused(() => matching(catalogue, criteria));
  const layers = found && unlessRefused(() => [...withAncestors(found, catalogue)]);
  const isOpen = layers !== undefined && uncovered(criteria, layers).length > 0;
  return isOpen ? undefined : { criteria, found, layers };
}

/** Its own file if that is there, else the overlay that is for the most of it. */
function placeIn(
  { recipes: { directory, files }, root }: Catalogue,
  file: string,
  found: readonly Overlay[] = [],
): string {
  if (files.has(file.slice(directory.length + 1))) return file;
  return found.at(-1)?.file ?? (file || root.file);
}

/** Whether an overlay applies to a recipe, but for the number of nodes. */
function isFor(overlay: Criteria, recipe: Omit<Criteria, 'nodes'>): boolean {
  return DIMENSIONS.every((name) => overlay[name] === '' || overlay[name] === recipe[name]);
}

export function duplicate({ name, file }: TreeRecipe, other: TreeRecipe): Fault {
  return faultOf(
    new EvidenceError('RECIPE_DUPLICATE', {
      at: `${file}#/spec/criteria`,
      found: `the criteria of ${quote(name)}, which ${other.file} has too`,
      expected: 'criteria of its own for each overlay: they name the recipe',
      hint: 'change the criteria of one of them, or make them one overlay',
    }),
  );
}
