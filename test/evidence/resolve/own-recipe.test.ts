import { describe, expect, it, vi } from 'vitest';

import { recipeDifferences } from '../../../src/evidence/recipe/compare-recipes.ts';
import { readRecipe, readTypedRecipe } from '../../../src/evidence/recipe/recipe.ts';
import type { RecipeOfBytes } from '../../../src/evidence/recipe/recipe.ts';
import { ownRecipes } from '../../../src/evidence/resolve/own-recipe.ts';
import { recipeText } from '../../../src/evidence/resolve/recipe-text.ts';
import { resolve } from '../../../src/evidence/resolve/resolve.ts';
import { refusalOf } from '../../document/refusal.ts';
import { catalogueOf, realTexts, resolved, smallToday } from './recipes.ts';

const PROFILED = {
  ...smallToday({
    eks: `  criteria: {service: eks}
  componentRefs: [{name: two, preManifestFiles: [components/two/manifests/b.yaml]}]
  profile:
    name: stack
    default: managed
    values:
      managed: {componentRefs: [{name: one, overrides: {driver: true}}]}
      own: {componentRefs: [{name: one, overrides: {driver: false}}]}
`,
  }),
  'components/two/manifests/a.yaml': 'a',
  'components/two/manifests/b.yaml': 'b',
};

describe('ownRecipes', () => {
  const real = catalogueOf(realTexts());

  it('gives again the recipe of every overlay of AICR v0.11.1, with the files that it names', () => {
    const own = ownRecipes(real);
    for (const { criteria } of real.overlays.values()) {
      if (criteria === undefined) continue;
      const read = readTypedRecipe(Buffer.from(recipeText(resolve(real, criteria))), 'r.yaml');
      const { recipe, files } = own.resolveLike(read.recipe);
      expect([recipeDifferences(read.data, recipe.data), recipe.digest]).toEqual([[], read.digest]);
      expect(files).toEqual(own.filesOf(read));
      expect(files.length).toBeGreaterThan(0);
    }
  });

  it('does not read again what is the same to the byte, and gives the same as if it had', () => {
    const [{ criteria } = { criteria: undefined }] = [...real.overlays.values()].slice(-1);
    if (criteria === undefined) throw new TypeError('no criteria');
    const { recipe, canonical } = readTypedRecipe(
      Buffer.from(recipeText(resolve(real, criteria))),
      'r.yaml',
    );
    const alikeOf = (text: string): RecipeOfBytes => {
      const bytes = Buffer.from(text);
      return { ...readRecipe(bytes, 'r.yaml'), bytes };
    };
    const written = canonical('legacy');
    const same = alikeOf(written);
    const other = alikeOf(written.replace(/version: .+/, 'version: 9.9.9'));
    const read = vi.spyOn(String.prototype, 'search');
    const [all, less, more] = [undefined, same, other].map((alike) => {
      read.mockClear();
      const own = ownRecipes(real).resolveLike(recipe, alike);
      const { canonical: text, ...rest } = own.recipe;
      return {
        own: { ...own, recipe: { ...rest, text: text('v3') } },
        texts: read.mock.calls.length,
      };
    });
    vi.restoreAllMocks();
    expect([less?.own, more?.own]).toEqual([all?.own, all?.own]);
    expect([all, less, more].map((each) => each?.texts)).toEqual([4, 2, 4]);
  });

  it('takes the profile of the recipe', () => {
    const catalogue = catalogueOf(PROFILED);
    const { criteria } = resolved(catalogue, { service: 'eks' });
    const profile = { name: 'stack', value: 'own' };
    const text = recipeText(resolve(catalogue, criteria, { profile }));
    const read = readTypedRecipe(Buffer.from(text), 'r.yaml');
    const { recipe, files } = ownRecipes(catalogue).resolveLike(read.recipe);
    expect(recipeDifferences(read.data, recipe.data)).toEqual([]);
    expect(files.map(({ path }) => path)).toEqual([
      'components/one/values.yaml',
      'components/two/manifests/a.yaml',
      'components/two/manifests/b.yaml',
    ]);
  });

  it('says where the recipe demands what there is none of, not which flag', () => {
    const read = readTypedRecipe(
      Buffer.from(recipeText(resolved(real, { service: 'aks' }))),
      'r.yaml',
    );
    const own = ownRecipes(catalogueOf(PROFILED));
    expect(refusalOf(() => own.resolveLike(read.recipe))).toMatchObject({
      code: 'RECIPE_OTHER',
      at: 'r.yaml#/criteria/service',
    });
  });

  const query = { service: 'eks', accelerator: 'h100', intent: 'training', os: 'ubuntu' };
  const asked = recipeText(resolved(real, { ...query, platform: 'dynamo' }));

  it.each(['madeup', 'constructor', '__proto__', 'x'])(
    'has no recipe for the platform %s, which it does not know',
    (platform) => {
      const text = asked.replace('platform: dynamo', `platform: ${platform}`);
      const { recipe } = readTypedRecipe(Buffer.from(text), 'r.yaml');
      const error = refusalOf(() => ownRecipes(real).resolveLike(recipe));
      expect(error).toMatchObject({
        code: 'RECIPE_OTHER',
        at: 'r.yaml#/criteria/platform',
        found: `"${platform}"`,
      });
      expect(error?.hint).toContain('your recipes in "recipes" have none for it');
    },
  );

  it.each([
    ['values', 'components/gpu-operator/values-eks-training.yaml', 'eks-training', 'valuesFile'],
    ['a manifest', 'components/gpu-operator/manifests/dcgm-exporter.yaml', 'base', 'manifestFiles'],
  ])('names the overlay that names %s that are not there', (_, path, overlay, field) => {
    const { [path]: removed, ...texts } = realTexts();
    expect(removed).toBeDefined();
    const { recipe } = readTypedRecipe(Buffer.from(asked), 'r.yaml');
    const error = refusalOf(() => ownRecipes(catalogueOf(texts)).resolveLike(recipe));
    expect([error?.code, error?.found]).toEqual(['RECIPE_FILE_MISSING', JSON.stringify(path)]);
    expect(error?.at).toMatch(
      new RegExp(`^recipes/overlays/${overlay}\\.yaml#/spec/componentRefs/\\d+/${field}`),
    );
  });

  it.each([
    [asked, 'platform', 'dynamo'],
    [recipeText(resolved(real, { intent: 'training' })), 'intent', 'training'],
  ])('says which criterion chose nothing: %#', (text, name, value) => {
    const { recipe } = readTypedRecipe(Buffer.from(text), 'r.yaml');
    const { findings } = ownRecipes(real).resolveLike(recipe);
    expect(findings).toMatchObject([
      { code: 'CRITERIA_WITHOUT_OVERLAY', at: `r.yaml#/criteria/${name}` },
    ]);
    expect(findings[0]?.found).toContain(`"${value}"`);
  });
});
