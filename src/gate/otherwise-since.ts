// What of recipes is otherwise than in the older trees that brought their evidence.

import type { RecipeFiles } from '../evidence/resolve/recipe-files.ts';
import { madeOf } from './changed-recipes.ts';
import { changeOf } from './recipe-change.ts';
import { changedPaths } from './recipe-inputs.ts';
import { keptRecipes, type TreeRecipe } from './recipes.ts';
import type { Otherwise } from './resolved-recipe.ts';

/** By name. Of the older tree no other recipes are looked at than these, which are of head. */
export type OtherwiseSince = (
  old: RecipeFiles | undefined,
  recipes: Iterable<TreeRecipe>,
) => ReadonlyMap<string, Otherwise>;

/** What of recipes of head is otherwise than in an older tree, although evidence from then may not bind it. */
export function otherwiseSince(head: RecipeFiles): OtherwiseSince {
  const after = madeOf(head, () => NO_RECIPES);
  return (old, recipes) => {
    const paths = changedPaths(old, head);
    if (paths.size === 0 || after.error !== undefined) return new Map();
    const asked = [...new Map([...recipes].map((recipe) => [recipe.name, recipe])).values()];
    const before = madeOf(old, (catalogue) => keptRecipes(catalogue, asked, NO_RECIPES.recipes));
    const compared = { paths, isKnown: before.error === undefined, isAll: false };
    return new Map(
      asked.flatMap((recipe) => {
        const was = before.recipes.get(recipe.name);
        const { otherwise } = changeOf([before, was], [after, recipe], compared);
        return otherwise === undefined ? [] : [[recipe.name, otherwise] as const];
      }),
    );
  };
}

const NO_RECIPES = { recipes: new Map<string, TreeRecipe>(), faults: [] };
