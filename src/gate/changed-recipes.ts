// Which recipes a change changes: each is compared by what it resolves to, and by the contents of the files that this names.

import { compareBytes } from '../compare-bytes.ts';
import {
  EvidenceError,
  faultKey,
  faultOf,
  orIfRefused,
  type Fault,
} from '../errors/evidence-error.ts';
import { locatedIn, type LintFinding } from '../evidence/lint/lint.ts';
import { parseCatalogue, type Catalogue } from '../evidence/resolve/catalogue.ts';
import { ownRecipes, type OwnRecipes } from '../evidence/resolve/own-recipe.ts';
import type { RecipeFiles, RecipeTree } from '../evidence/resolve/recipe-files.ts';
import { changeOf, withDefault, type RecipeChange } from './recipe-change.ts';
import { apartFrom, changedPaths } from './recipe-inputs.ts';
import {
  askedBeside,
  keptRecipes,
  keyOf,
  recipesIn,
  type TreeRecipe,
  type TreeRecipes,
} from './recipes.ts';
import { NO_CHANGE } from './resolved-recipe.ts';

export interface ChangedRecipes {
  /** Sorted by name; also those that are the same. */
  readonly recipes: readonly RecipeChange[];
  /** What is wrong with the tree of head, and not with that of base: all invalid, and each with its line. */
  readonly faults: readonly LintFinding[];
  /** Files that differ, and that no recipe of either side can be made of: in the directory of recipes. */
  readonly apart: readonly string[];
  /** Of head; undefined if it has none. */
  readonly files: RecipeFiles | undefined;
  /** The recipes of head, to compare evidence with; undefined if they cannot be read. */
  readonly own: OwnRecipes | undefined;
  /** The rules of AICR by which head is resolved; undefined if it cannot be read. */
  readonly rules: Catalogue['rules'] | undefined;
}

/**
 * Compares the recipes of two commits.
 *
 * @param base undefined: each recipe of head is taken as changed
 * @throws EvidenceError RECIPES_GONE, RECIPES_NOT_FOUND
 */
export function changedRecipes(base: RecipeTree | undefined, head: RecipeTree): ChangedRecipes {
  const paths = changedPaths(base?.recipes, head.recipes);
  const now = sideOf(head);
  const old = base && paths.size === 0 ? sideOf(base, now.made) : sideOf(base);
  requireRecipes(old, now);
  const before = withKept(old, paths.size === 0 ? [] : besideOf(old, now));
  const after = withKept(now, before.recipes.values());
  const changes = changesOf(before, after, { paths, isAll: base === undefined });
  const recipes = withoutKnown(changes);
  const ofRecipes = recipes.flatMap(({ fault }) => fault ?? []);
  return {
    recipes,
    faults:
      after.files === undefined ? [] : locatedIn(after.files, faultsOf(before, after, ofRecipes)),
    apart: base === undefined ? [] : apartOf(old, now, [...paths]),
    files: after.files,
    own: after.own,
    rules: after.catalogue?.rules,
  };
}

/**
 * What has no overlay of its own is told of if it could be asked for before, and is another one now; but not if nothing
 * of it is otherwise than of the recipes below it, which are told of.
 */
function withoutKnown(changes: readonly RecipeChange[]): readonly RecipeChange[] {
  const byName = new Map(changes.map((change) => [change.recipe.name, change]));
  return changes.filter((change) => {
    const { under } = change.recipe;
    if (under === undefined || change.status === 'unresolved') return true;
    if (change.status !== 'changed') return false;
    const seen = new Set(under.flatMap((name) => byName.get(name)?.exact ?? []));
    return change.exact?.some((text) => !seen.has(text)) !== false;
  });
}

/** What base has is not of a recipe because head says so, in an overlay perhaps that nobody can ask for. */
function apartOf(before: Side, after: Side, paths: readonly string[]): readonly string[] {
  if (before.catalogue === undefined || after.catalogue === undefined) return [];
  const ofNone = apartFrom(before.catalogue, paths);
  const still = new Set(apartFrom(after.catalogue, ofNone));
  return ofNone.filter((path) => still.has(path) || before.files?.files.has(path) === true);
}

function besideOf(old: Side, now: Side): readonly TreeRecipe[] {
  if (old.catalogue === undefined) return [];
  return askedBeside(old.catalogue, old, now.catalogue?.overlays ?? new Map());
}

/** Each once; nobody is blamed for what base has too. But what cannot be read at all is always said. */
function faultsOf(before: Side, after: Side, ofRecipes: readonly Fault[]): readonly Fault[] {
  const known = new Set(before.faults.map(faultKey));
  const added = after.faults.filter((fault) => !known.has(faultKey(fault)));
  const all = [...(after.error === undefined ? [] : [after.error]), ...added, ...ofRecipes];
  return [...new Map(all.map((fault) => [faultKey(fault), fault])).values()];
}

/** What the files of a tree say, as far as they can be read. */
export interface Made {
  readonly catalogue?: Catalogue;
  readonly own?: OwnRecipes;
  readonly recipes: ReadonlyMap<string, TreeRecipe>;
  /** Why nothing of it can be read. */
  readonly error?: Fault;
  /** What is wrong with parts of it. */
  readonly faults: readonly Fault[];
}

/** A tree, with what could not be read of it among its faults. */
interface Side extends Made {
  readonly made: Made;
  readonly files: RecipeFiles | undefined;
}

/** @param made of the other side, if it has the same files */
function sideOf(
  { recipes: files, faults }: RecipeTree = { recipes: undefined, faults: [] },
  made = madeOf(files),
): Side {
  return { ...made, made, files, faults: [...faults, ...made.faults] };
}

/** @param recipesOf which of its recipes are looked at */
export function madeOf(
  files: RecipeFiles | undefined,
  recipesOf: (catalogue: Catalogue) => TreeRecipes = recipesIn,
): Made {
  const none = { recipes: new Map<string, never>(), faults: [] };
  if (files === undefined) return none;
  return orIfRefused(
    (): Made => {
      const catalogue = parseCatalogue(files);
      return { catalogue, own: ownRecipes(catalogue), ...recipesOf(catalogue) };
    },
    (error) => ({ ...none, error: faultOf(error) }),
  );
}

/** With those of other recipes that can be asked for here too. */
function withKept(side: Side, others: Iterable<TreeRecipe>): Side {
  if (side.catalogue === undefined) return side;
  const kept = keptRecipes(side.catalogue, others, side.recipes);
  if (kept.recipes.size + kept.faults.length === 0) return side;
  return {
    ...side,
    recipes: new Map([...side.recipes, ...kept.recipes]),
    faults: [...side.faults, ...kept.faults],
  };
}

/** No folder, or one that is none of recipes, or one without any: not one that cannot be read. */
function isEmpty({ recipes, error }: Side): boolean {
  return recipes.size === 0 && (error === undefined || error.code === 'RECIPES_INCOMPLETE');
}

/** Nothing to look at is never a pass. */
function requireRecipes(before: Side, after: Side): void {
  if (!isEmpty(after)) return;
  const detail = {
    at: (after.files ?? before.files)?.directory ?? '--recipes',
    found: 'no overlay with a concrete service and accelerator',
    expected: 'the recipes of AICR, or like them',
  };
  if (isEmpty(before)) {
    const hint =
      'name the folder of the recipes, from the root of the repository: --recipes FOLDER';
    throw new EvidenceError('RECIPES_NOT_FOUND', { ...detail, hint });
  }
  throw new EvidenceError('RECIPES_GONE', {
    ...detail,
    hint: 'put the recipes back; a change that moves them is merged by hand',
  });
}

function changesOf(
  before: Side,
  after: Side,
  { paths, isAll }: { readonly paths: ReadonlySet<string>; readonly isAll: boolean },
): readonly RecipeChange[] {
  if (after.error !== undefined) return [];
  const isKnown = !isAll && before.error === undefined;
  const removed = [...before.recipes.values()].filter(({ name }) => !after.recipes.has(name));
  const usual = new Map(
    [...before.recipes.values()].flatMap((recipe) =>
      recipe.isOptional === true ? [] : [[keyOf(recipe), recipe] as const],
    ),
  );
  const changes = [...after.recipes.values()].map((recipe) => {
    const compare = (old: TreeRecipe | undefined): RecipeChange =>
      changeOf([before, old], [after, recipe], { paths, isKnown, isAll });
    const change = compare(before.recipes.get(recipe.name));
    const old = recipe.isOptional === true ? undefined : usual.get(keyOf(recipe));
    const isOther = old !== undefined && old.name !== recipe.name;
    return isOther ? withDefault(change, compare(old), old) : change;
  });
  return [
    ...changes,
    ...removed.map((recipe) => ({ recipe, status: 'removed', ...NO_CHANGE }) as const),
  ].toSorted((a, b) => compareBytes(a.recipe.name, b.recipe.name));
}
