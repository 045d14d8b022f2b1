import { parseCatalogue } from '../../evidence/resolve/catalogue.ts';
import { ownRecipes, type OwnRecipes } from '../../evidence/resolve/own-recipe.ts';
import { readRecipeFiles } from '../../io/disk/recipe-files.ts';

/** Recipes to compare with. A command imports this only if it is given some. */
export async function readOwnRecipes(directory: string): Promise<OwnRecipes> {
  return ownRecipes(parseCatalogue(await readRecipeFiles(directory)));
}
