import { describe, expect, it } from 'vitest';

import { digestRecipe } from '../../../src/evidence/recipe/recipe-digest.ts';
import { digestFile } from '../../../src/evidence/resolve/digest.ts';
import { recipeText } from '../../../src/evidence/resolve/recipe-text.ts';
import { resolve } from '../../../src/evidence/resolve/resolve.ts';
import { catalogueOf, realTexts } from './recipes.ts';

const TEXTS = realTexts();
const CATALOGUE = catalogueOf(TEXTS);
const OVERLAYS = Object.entries(TEXTS).filter(
  ([path]) => path.startsWith('overlays/') && path !== 'overlays/base.yaml',
);

describe('digestFile', () => {
  it.each(OVERLAYS)('gives %s the digest of the recipe that it becomes', (path, text) => {
    const [, name = ''] = /\n {2}name: (\S+)/.exec(text) ?? [];
    const { criteria } = CATALOGUE.overlays.get(name) ?? {};
    if (criteria === undefined) throw new Error(`no criteria in ${path}`);
    const recipe = Buffer.from(recipeText(resolve(CATALOGUE, criteria)));
    const { digest } = digestFile(Buffer.from(text), path, CATALOGUE);
    expect(digest).toBe(digestRecipe(recipe, 'recipe.yaml', undefined).digest);
  });

  it('knows all overlays of AICR v0.11.1', () => {
    expect(OVERLAYS).toHaveLength(37);
  });
});
