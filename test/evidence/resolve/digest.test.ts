import { describe, expect, it } from 'vitest';

import { digestFile } from '../../../src/evidence/resolve/digest.ts';
import { recipeText } from '../../../src/evidence/resolve/recipe-text.ts';
import { resolve } from '../../../src/evidence/resolve/resolve.ts';
import { refusalOf } from '../../document/refusal.ts';
import { catalogueOf, realTexts, resolved, smallToday } from './recipes.ts';

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
    const { digest } = digestFile(Buffer.from(text), path, { catalogue: CATALOGUE });
    expect(digest).toBe(digestFile(recipe, 'recipe.yaml', {}).digest);
  });

  it('knows all overlays of AICR v0.11.1', () => {
    expect(OVERLAYS).toHaveLength(37);
  });
});

const PROFILED = smallToday({
  eks: `  criteria: {service: eks}
  profile:
    name: stack
    default: managed
    values:
      managed: {componentRefs: [{name: one, overrides: {driver: true}}]}
      own: {componentRefs: [{name: one, overrides: {driver: false}}]}
`,
});

describe('digestFile of an overlay with a profile', () => {
  const catalogue = catalogueOf(PROFILED);
  const bytes = Buffer.from(PROFILED['overlays/eks.yaml'] ?? '');
  const { criteria } = resolved(catalogue, { service: 'eks' });

  function digestWith(value?: string): string {
    const profile = value === undefined ? undefined : { name: 'stack', value };
    return digestFile(bytes, 'eks.yaml', { catalogue, profile }).digest;
  }

  it('is that of the recipe with the same profile; the default may be named', () => {
    expect(digestWith('managed')).toBe(digestWith());
    expect(digestWith('own')).not.toBe(digestWith());
    const profile = { name: 'stack', value: 'own' };
    const text = recipeText(resolve(catalogue, criteria, { profile }));
    const recipe = digestFile(Buffer.from(text), 'recipe.yaml', {});
    expect(recipe.digest).toBe(digestWith('own'));
    expect(recipe.findings).toEqual([]);
  });

  it('refuses a profile for a recipe that is resolved', () => {
    const recipe = Buffer.from(recipeText(resolve(catalogue, criteria)));
    const profile = { name: 'stack', value: 'managed' };
    const refusal = refusalOf(() => digestFile(recipe, 'recipe.yaml', { catalogue, profile }));
    expect([refusal?.code, refusal?.at]).toEqual(['USAGE', '--profile']);
    expect(refusal?.found).toContain('recipe.yaml');
  });
});
