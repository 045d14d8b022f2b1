import { describe, expect, it } from 'vitest';

import {
  ownRecipes,
  parseCatalogue,
  parseRecipe,
  decodeYaml,
  queryOf,
  readRecipeFiles,
  recipeText,
  resolve,
} from '../../src/index.ts';

const RECIPES = new URL('../../testdata/aicr-recipes-v0.11.1/recipes', import.meta.url).pathname;

describe('the library', () => {
  it('resolves a recipe, and gives it again for its criteria', async () => {
    const catalogue = parseCatalogue(await readRecipeFiles(RECIPES));
    const asked = new Map([
      ['service', 'eks'],
      ['intent', 'training'],
    ] as const);
    const text = recipeText(resolve(catalogue, queryOf(asked, 0, catalogue)));
    const recipe = parseRecipe(decodeYaml(Buffer.from(text), 'recipe.yaml'), 'recipe.yaml');
    expect(recipe.name).toBe('eks-training');
    const own = ownRecipes(catalogue).resolveLike(recipe);
    expect(own.recipe.recipe.components).toEqual(recipe.components);
  });
});
