// `validate --data DIR`: the evidence binds the files that its recipe only names.
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { digestOf } from '../../src/digest.ts';
import { ROOT } from '../run-cli.ts';
import { EPOCH, INPUTS, OUT, UNSIGNED, Workplace, isPredicate, json, placesOf } from './emit.ts';

const RECIPES = join(ROOT, 'testdata/aicr-recipes-v0.11.1/recipes');
const WITH_DATA = [...INPUTS, '--data', RECIPES];

/** What a reader of the recipe finds in it, by its lines. */
function namedIn(recipe: string): readonly string[] {
  const usual = [...recipe.matchAll(/^ {2}- name: (.*)$/gm)].map(
    ([, name]) => `components/${name}/values.yaml`,
  );
  const named = [...recipe.matchAll(/(?:valuesFile:|-) (components\/.*)$/gm)];
  const paths = new Set([...named.map(([, path = '']) => path), ...usual]);
  return [...paths].filter((path) => existsSync(join(RECIPES, path))).toSorted();
}

describe('validate --data', () => {
  it('binds values, manifests and the usual values of each component, with their digests', async () => {
    const place = new Workplace();
    const run = await place.validate([...WITH_DATA, ...UNSIGNED], { env: EPOCH });
    const { code, report, stderr } = run;
    expect(code).toBe(0);
    expect(placesOf(report.findings).join()).not.toContain('RECIPE_DATA_OTHER');
    const { predicate } = json((await place.files()).get('statement.intoto.json')) as {
      predicate: { affidavit: { files: readonly unknown[] } };
    };
    const paths = namedIn(readFileSync(place.path('recipe.yaml'), 'utf8'));
    expect(paths.length).toBeGreaterThan(10);
    expect(predicate.affidavit.files).toEqual(
      paths.map((path) => ({ path, digest: digestOf(readFileSync(join(RECIPES, path))) })),
    );
    expect(isPredicate(predicate)).toBe(true);
    expect(stderr).toContain(`   bound: ${paths.length} files that the recipe only names\n`);
    const words = ['--allow-unsigned', '--recipes', RECIPES, '--format', 'terminal'];
    const verified = await place.run(['verify-evidence', OUT, ...words], { env: EPOCH });
    expect(verified.stdout.replaceAll(/\s+/g, ' ')).toContain(
      `the same as yours with ${paths.length} files; digest`,
    );
  });

  it('says each field in which the recipes give another recipe, and goes on', async () => {
    const place = new Workplace();
    place.edit('recipe.yaml', 'version: v25.10.1', 'version: v25.10.2');
    const { code, report } = await place.validate(WITH_DATA);
    expect(code).toBe(0);
    const finding = report.findings.find((each) => each.code === 'RECIPE_DATA_OTHER');
    expect(finding).toMatchObject({
      at: 'recipe.yaml#/componentRefs/3/version',
      found: '"componentRefs[gpu-operator].version": "v25.10.2"',
      expected: `"v25.10.1", as ${RECIPES} gives it`,
    });
  });

  it('says which criterion the recipes do not have, and that one chose nothing, and goes on', async () => {
    const place = new Workplace();
    place.edit('recipe.yaml', 'platform: kubeflow', 'platform: madeup');
    const unknown = await place.validate(WITH_DATA);
    expect(unknown.report.findings).toContainEqual(
      expect.objectContaining({
        code: 'RECIPE_DATA_OTHER',
        at: 'recipe.yaml#/criteria/platform',
        found: '"madeup"',
      }),
    );
    place.edit('recipe.yaml', 'platform: madeup', 'platform: dynamo');
    const { code, report } = await place.validate(WITH_DATA);
    expect([unknown.code, code]).toEqual([0, 0]);
    expect(placesOf(report.findings).join()).toContain(
      'CRITERIA_WITHOUT_OVERLAY recipe.yaml#/criteria/platform',
    );
  });

  it('refuses a recipe that names a file that is not there, also one outside of the directory', async () => {
    const place = new Workplace();
    place.edit(
      'recipe.yaml',
      'components/gpu-operator/manifests/dcgm-exporter.yaml',
      '../../../package.json',
    );
    const { code, error } = await place.refused([...WITH_DATA, ...UNSIGNED]);
    expect([code, error.code]).toEqual([2, 'RECIPE_FILE_MISSING']);
    expect(error.at).toBe('recipe.yaml#/componentRefs/3/manifestFiles/0');
  });

  it('refuses recipes that cannot be resolved', async () => {
    const place = new Workplace();
    cpSync(RECIPES, place.path('recipes'), { recursive: true });
    place.edit('recipes/overlays/eks.yaml', '\nspec:', '\nspec:\n  base: eks');
    const { code, error } = await place.refused([...INPUTS, '--data', 'recipes', ...UNSIGNED]);
    expect([code, error.code, error.at]).toEqual([
      2,
      'OVERLAY_CYCLE',
      'recipes/overlays/eks.yaml#/spec/base',
    ]);
  });

  it('is named in the command that repeats the self-check', async () => {
    const { stdout } = await new Workplace().run(['validate', ...WITH_DATA]);
    expect(stdout).toContain(`--data ${RECIPES}`);
  });
});
