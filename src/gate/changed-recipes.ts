// Which recipes a change changes: each is compared by what it resolves to, and by the contents of the files that this names.

import { compareBytes } from '../compare-bytes.ts';
import { EvidenceError, faultKey, type Fault } from '../errors/evidence-error.ts';
import { locatedIn, type LintFinding } from '../evidence/lint/lint.ts';
import type { Catalogue } from '../evidence/resolve/catalogue.ts';
import type { RecipeFiles, RecipeTree } from '../evidence/resolve/recipe-files.ts';
import { askedBeside, askedByName, keyOf, type Asked } from './asked.ts';
import { comparing, type Compared, type RecipeChange } from './recipe-change.ts';
import { apartFrom, changedPaths, registryApart } from './recipe-inputs.ts';
import { duplicate, idOf, sideOf, withAsked, type Side, type TreeRecipe } from './recipes.ts';
import { NO_CHANGE, type Otherwise } from './resolved-recipe.ts';

export interface ChangedRecipes {
  /** Sorted by name; also those that are the same. */
  readonly recipes: readonly RecipeChange[];
  /** What is wrong with the tree of head, and not with that of base: all invalid, and each with its line. */
  readonly faults: readonly LintFinding[];
  /** Files that differ, and that no recipe of either side can be made of, and a place of the registry that is so: in the directory of recipes. */
  readonly apart: readonly string[];
  /** Of head; undefined if it has none. */
  readonly files: RecipeFiles | undefined;
  /** The rules of AICR by which head is resolved; undefined if it cannot be read. */
  readonly rules: Catalogue['rules'] | undefined;
}

/**
 * Compares the recipes of two commits.
 *
 * @param base undefined: each recipe of head is taken as changed
 * @param pointed names of recipes that have pointers: they are looked at without an overlay of their own, too
 * @throws EvidenceError RECIPES_GONE, RECIPES_NOT_FOUND, LIMIT_EXCEEDED
 */
export function changedRecipes(
  base: RecipeTree | undefined,
  head: RecipeTree,
  pointed: ReadonlySet<string> = new Set(),
): ChangedRecipes {
  const paths = changedPaths(base?.recipes, head.recipes);
  const now = sideOf(head.recipes);
  const old = oldSide(base, now, paths);
  requireRecipes(old, now);
  const filed = withAsked(old, filedIn(old, pointed));
  const before = withAsked(filed, besideOf(filed, now, paths));
  const after = withAsked(now, eachOnce([...filedIn(now, pointed), ...before.recipes.values()]));
  const compared = { before, after, paths, isAll: base === undefined };
  const { recipes, faults } = told(changesOf(compared), pointed);
  const known = [...(base?.faults ?? []), ...before.faults];
  return {
    recipes,
    faults: faultsOf(after, known, [...head.faults, ...after.faults, ...faults]),
    apart: base === undefined ? [] : apartOf(before, after, [...paths]),
    files: head.recipes,
    rules: after.catalogue?.rules,
  };
}

/** Each once; nobody is blamed for what base has too. But what cannot be read at all is always said. */
function faultsOf(
  { files, error }: Side,
  before: readonly Fault[],
  after: readonly Fault[],
): readonly LintFinding[] {
  const known = new Set(before.map(faultKey));
  const added = after.filter((fault) => !known.has(faultKey(fault)));
  const all = [...(error ? [error] : []), ...added];
  const once = new Map(all.map((fault) => [faultKey(fault), fault]));
  return files === undefined ? [] : locatedIn(files, [...once.values()]);
}

/** Evidence is filed by the names of recipes. */
function filedIn({ catalogue }: Side, pointed: ReadonlySet<string>): readonly Asked[] {
  return catalogue ? askedByName(catalogue, pointed) : [];
}

/** The last one for the same criteria. */
function eachOnce(asked: readonly Asked[]): Iterable<Asked> {
  return new Map(asked.map((each) => [keyOf(each), each])).values();
}

function oldSide(base: RecipeTree | undefined, now: Side, paths: ReadonlySet<string>): Side {
  return paths.size === 0 ? now : sideOf(base?.recipes);
}

/** Where no file differs, nothing that has no overlay of its own can. */
function besideOf(old: Side, now: Side, paths: ReadonlySet<string>): readonly Asked[] {
  if (old.catalogue === undefined || paths.size === 0) return [];
  return askedBeside([...old.recipes.values()], [now.catalogue, old.catalogue]);
}

/** By the name of what they are for. */
function changesOf(compared: Compared): readonly RecipeChange[] {
  const { before, after } = compared;
  if (after.error !== undefined) return [];
  const usuals = new Map(
    [...before.recipes.values()].flatMap((recipe) =>
      recipe.isOptional === true ? [] : [[keyOf(recipe), recipe] as const],
    ),
  );
  const compare = comparing(compared);
  const changes = [...after.recipes].map(([id, recipe]) => {
    const usual = recipe.isOptional === true ? undefined : usuals.get(keyOf(recipe));
    const isOther = usual !== undefined && idOf(usual) !== id;
    return compare({ recipe, old: before.recipes.get(id), usual: isOther ? usual : undefined });
  });
  const removed = [...before.recipes].flatMap(([id, recipe]): readonly RecipeChange[] =>
    after.recipes.has(id)
      ? []
      : [{ recipe, status: 'removed', exact: [], under: [], ...NO_CHANGE }],
  );
  return [...changes, ...removed].toSorted((a, b) => compareBytes(a.recipe.name, b.recipe.name));
}

/** With those that head cannot resolve, or that are otherwise under a name that another one has. */
function told(
  changes: readonly RecipeChange[],
  pointed: ReadonlySet<string>,
): { readonly recipes: readonly RecipeChange[]; readonly faults: readonly Fault[] } {
  const [beside = [], alone = []] = [true, false].map((isBeside) =>
    changes.filter(({ recipe }) => (recipe.under !== undefined) === isBeside),
  );
  const named = new Map([...beside, ...alone].map((change) => [change.recipe.name, change]));
  const all = [...alone, ...beside.filter((change) => isTold(change, named, pointed))];
  const recipes = all.filter(
    (change) => change.recipe.under === undefined || named.get(change.recipe.name) === change,
  );
  const hidden = all.filter((change) => !recipes.includes(change) && change.status !== 'same');
  const twins = hidden.flatMap(({ recipe }) => {
    const twin = named.get(recipe.name);
    return twin ? [duplicate(recipe, twin.recipe)] : [];
  });
  const faults = [...recipes.flatMap(({ fault }) => fault ?? []), ...twins];
  return {
    recipes: recipes.toSorted((a, b) => compareBytes(a.recipe.name, b.recipe.name)),
    faults,
  };
}

/**
 * What has no overlay of its own is told of if there is evidence of it, or if it could be asked for before, and is another
 * one now. But not if nothing of it is otherwise than of the recipes below it: they are told of, and protected if it is.
 */
function isTold(
  { recipe: { name, under = [] }, status, exact }: RecipeChange,
  named: ReadonlyMap<string, RecipeChange>,
  pointed: ReadonlySet<string>,
): boolean {
  if (status === 'unresolved' || pointed.has(name)) return true;
  if (status !== 'changed') return false;
  const protecting = under.filter((each) => pointed.has(each));
  const below = protecting.length > 0 ? protecting : under;
  const seen = new Set(below.flatMap((each) => named.get(each)?.exact ?? []));
  return exact.some((text) => !seen.has(text));
}

/** What base has is not of a recipe because head says so, in an overlay perhaps that nobody can ask for. */
function apartOf(before: Side, after: Side, paths: readonly string[]): readonly string[] {
  if (before.catalogue === undefined || after.catalogue === undefined) return [];
  const ofNone = apartFrom(before.catalogue, paths);
  const still = new Set(apartFrom(after.catalogue, ofNone));
  const files = ofNone.filter((path) => still.has(path) || before.files?.files.has(path) === true);
  return [...files, ...registryApart(before.catalogue, after.catalogue)];
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

/** By name. Of the older tree no other recipes are looked at than these, which are of head. */
export type OtherwiseSince = (
  old: RecipeFiles | undefined,
  recipes: Iterable<TreeRecipe>,
) => ReadonlyMap<string, Otherwise>;

/** What of recipes of head is otherwise than in an older tree, although evidence from then may not bind it. */
export function otherwiseSince(head: RecipeFiles): OtherwiseSince {
  const after = sideOf(head, []);
  return (old, recipes) => {
    const paths = changedPaths(old, head);
    if (paths.size === 0 || after.error !== undefined) return new Map();
    const asked = new Map([...recipes].map((recipe) => [idOf(recipe), recipe]));
    const before = sideOf(old, asked.values());
    const compare = comparing({ before, after, paths, isAll: false });
    return new Map(
      [...asked].flatMap(([id, recipe]) => {
        const { otherwise } = compare({ recipe, old: before.recipes.get(id) });
        return otherwise === undefined ? [] : [[recipe.name, otherwise] as const];
      }),
    );
  };
}
