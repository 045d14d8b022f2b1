// The recipe that a directory of recipes has for the criteria and the profile of another one.

import { EvidenceError, orIfRefused } from '../../errors/evidence-error.ts';
import type { NamedFile } from '../recipe/recipe-component.ts';
import { readTypedRecipe, type Recipe, type TypedRecipe } from '../recipe/recipe.ts';
import type { Catalogue } from './catalogue.ts';
import { namedFiles } from './named-files.ts';
import { recipeText } from './recipe-text.ts';
import { resolve } from './resolve.ts';
import type { Rules } from './rules.ts';

export interface OwnRecipe {
  readonly recipe: TypedRecipe;
  /** What the recipe only names. */
  readonly files: readonly NamedFile[];
  /** By which it was resolved. */
  readonly rules: Rules;
}

/** Recipes that somebody has at hand, to compare a recipe with. */
export interface OwnRecipes {
  /** Throws what `resolve` throws, and RECIPE_FILE_MISSING. */
  readonly resolveLike: (recipe: Recipe) => OwnRecipe;
  /** The files that a recipe names there. Throws RECIPE_FILE_MISSING. */
  readonly filesOf: (recipe: TypedRecipe) => readonly NamedFile[];
}

export function ownRecipes(catalogue: Catalogue): OwnRecipes {
  return {
    resolveLike: (recipe) => resolveLike(recipe, catalogue),
    filesOf: (recipe) => namedFiles(recipe, catalogue.recipes),
  };
}

/**
 * Resolves a recipe again. Of the other one nothing but criteria and profile is used. What `resolve` refuses is said in words
 * that fit if nobody named criteria.
 */
function resolveLike({ file, criteria, profile }: Recipe, catalogue: Catalogue): OwnRecipe {
  const { recipes } = catalogue;
  const [name = '', value = ''] = profile?.selection.split('=') ?? [];
  const selection = profile && { name, value };
  const resolution = orIfRefused(
    () => resolve(catalogue, criteria, { profile: selection }),
    (error) => {
      if (error.at?.startsWith('--') !== true) throw error;
      const at = `${file}#/${error.at === '--profile' ? 'metadata/selectedProfile' : 'criteria'}`;
      const { code, found, expected } = error;
      const hint = `compare it with recipes that have one like it; those of ${recipes.directory} have none`;
      throw new EvidenceError(code, { at, found, expected, hint, cause: error });
    },
  );
  const text = Buffer.from(recipeText(resolution));
  const recipe = readTypedRecipe(text, recipes.directory);
  return { recipe, files: namedFiles(recipe, recipes), rules: catalogue.rules };
}
