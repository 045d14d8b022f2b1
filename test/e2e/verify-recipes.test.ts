// `verify-evidence --recipes DIR`: the evidence is of the recipe that the tree under review has, or it is stale.
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { digestOf } from '../../src/digest.ts';
import { ownRecipes, type OwnRecipes } from '../../src/evidence/resolve/own-recipe.ts';
import { OWN_RECIPE_CHECK } from '../../src/evidence/verify/checks.ts';
import { catalogueOf, realTexts, smallToday, type Texts } from '../evidence/resolve/recipes.ts';
import { ROOT } from '../run-cli.ts';
import { AICR_RECIPE, PROFILED_RECIPE, aicrBundle } from './aicr-bundle.ts';
import { DEMO_INPUTS, STATEMENT, checkOf, failureOf, makeEvidence } from './evidence.ts';
import type { CheckJson, Files, Judged } from './evidence.ts';

const REAL = realTexts();
const RECIPES = join(ROOT, 'testdata/aicr-recipes-v0.11.1/recipes');
const GOLDEN = join(ROOT, 'testdata/aicr-goldens/resolved/h100-eks-ubuntu-training-kubeflow.yaml');
const VALUES = 'components/gpu-operator/values-eks-training.yaml';
const USUAL = 'components/gpu-operator/values.yaml';
const FILES = '/predicate/affidavit/files';

type Change = Readonly<Record<string, string | undefined>>;

/** The recipes of AICR v0.11.1, of which some files are replaced or, with undefined, left out. */
function recipesWith(change: Change): OwnRecipes {
  const texts = Object.entries({ ...REAL, ...change });
  const kept = texts.flatMap(([path, text]) => (text === undefined ? [] : [[path, text] as const]));
  return recipesOf(Object.fromEntries(kept));
}

function recipesOf(texts: Texts): OwnRecipes {
  return ownRecipes(catalogueOf(texts));
}

const evidence = await makeEvidence();
/** The demo's recipe is what these recipes give; here it binds what it names. */
const bound = await evidence.emit({ recipes: recipesWith({}) });

async function against(change: Change, files: Files = bound): Promise<Judged> {
  return await evidence.judge(files, { recipes: recipesWith(change) });
}

/** A file of the recipes with one text replaced. */
function other(path: string, from: string, to: string): Change {
  const text = REAL[path] ?? '';
  if (!text.includes(from)) throw new Error(`nothing to replace in ${path}`);
  return { [path]: text.replace(from, to) };
}

const ownCheck = (judged: Judged): CheckJson => checkOf(judged, OWN_RECIPE_CHECK);
const codesOf = ({ report }: Judged): readonly string[] => report.findings.map(({ code }) => code);

describe('verify-evidence --recipes', () => {
  it('verifies evidence of what the recipes give, whose digest and files are the same', async () => {
    const judged = await against({});
    expect([judged.code, judged.faults]).toEqual([0, []]);
    expect(judged.report['recipeCompared']).toBe(true);
    expect(codesOf(judged)).toEqual(codesOf(await evidence.judge(bound)));
    expect(ownCheck(judged)).toMatchObject({
      outcome: 'passed',
      expected: 'the recipe of "recipes"',
    });
  });

  it('verifies redacted evidence too, of which neither recipe nor bound files are withheld', async () => {
    const recipes = recipesWith({});
    const redacted = await evidence.emit({ recipes, redact: 'minimal', signed: false });
    const options = { recipes, allowUnsigned: true };
    const judged = await evidence.judge(redacted, options);
    expect([judged.code, ownCheck(judged).outcome]).toEqual([0, 'passed']);
    expect(judged.report['recipeCompared']).toBe(true);
    expect(judged.report['onlyClaimed']).toEqual(['region', 'images']);
    const stale = { ...options, recipes: recipesWith({ [VALUES]: `${REAL[VALUES]}# changed\n` }) };
    const after = await evidence.judge(redacted, stale);
    expect([after.code, ownCheck(after).faults.map(({ code }) => code)]).toEqual([
      4,
      ['RECIPE_OTHER'],
    ]);
  });

  it('says of evidence that binds no files that it does not', async () => {
    const judged = await against({}, evidence.files);
    expect([judged.code, judged.faults]).toEqual([0, []]);
    const finding = judged.report.findings.find(({ code }) => code === 'FILES_NOT_BOUND');
    expect(finding?.at).toBe(`${STATEMENT}#/predicate/affidavit`);
    expect(finding?.expected).toMatch(/^the digests of \d+ files that the recipe only names$/);
  });

  it.each([
    [
      'the version of a component',
      other('overlays/base.yaml', 'version: v25.10.1', 'version: v25.10.2'),
      'componentRefs[gpu-operator].version',
    ],
    [
      'a constraint',
      other('overlays/h100-eks-ubuntu-training-kubeflow.yaml', '">= 1.32.4"', '">= 1.33"'),
      'constraints[K8s.server.version].value',
    ],
  ])("is stale if %s differs, and AICR's digest is another one", async (_, change, field) => {
    const judged = await against(change);
    expect([judged.code, judged.report.verdict]).toEqual([4, 'undecided']);
    const [fault, ...more] = ownCheck(judged).faults;
    expect(more).toEqual([]);
    expect(fault?.code).toBe('RECIPE_OTHER');
    expect(fault?.found).toContain(`"${field}": "`);
    expect(fault?.hint).toContain('leave --recipes out');
    expect(fault?.hint).toContain("AICR's digest is another one too");
  });

  it('is stale if a file that the recipe only names differs, though the digest is the same', async () => {
    const changed = `${REAL[VALUES]}# changed\n`;
    const judged = await against({ [VALUES]: changed });
    expect([judged.code, judged.faults]).toEqual([4, [`RECIPE_OTHER ${STATEMENT}#${FILES}`]]);
    expect(ownCheck(judged).faults).toMatchObject([
      {
        found: `"${VALUES}": ${digestOf(REAL[VALUES] ?? '')}`,
        expected: `${digestOf(changed)} in "recipes"`,
      },
    ]);
    expect(ownCheck(judged).hint).toContain("AICR's digest does not show it");
  });

  it.each([
    ['new', {}, { [USUAL]: undefined }, `"${USUAL}": not bound`],
    ['gone', { [USUAL]: undefined }, {}, `"${USUAL}": ${digestOf(REAL[USUAL] ?? '')}`],
  ])('is stale if values that no recipe names are %s', async (_, now, then, found) => {
    const judged = await against(now, await evidence.emit({ recipes: recipesWith(then) }));
    expect([judged.code, judged.faults]).toEqual([4, [`RECIPE_OTHER ${STATEMENT}#${FILES}`]]);
    expect(ownCheck(judged).found).toBe(found);
  });

  it.each([
    [
      'names a file that is not there',
      { [VALUES]: undefined },
      'recipes/overlays/eks-training.yaml#/spec/componentRefs/0/valuesFile',
    ],
    [
      'has a circle',
      other('overlays/eks.yaml', 'spec:', 'spec:\n  base: eks'),
      'recipes/overlays/eks.yaml#/spec/base',
    ],
  ])(
    'judges nothing by a tree that %s: that is not the fault of the evidence',
    async (_, change, at) => {
      const judged = await against(change);
      expect([judged.code, judged.faults]).toEqual([3, [`RECIPES_UNRESOLVED ${at}`]]);
      expect(judged.report['recipeCompared']).toBe(false);
    },
  );

  it('is of another recipe if the tree resolves and has none for these criteria', async () => {
    const recipes = recipesOf(smallToday({ eks: '  criteria: {service: eks}\n' }));
    const judged = await evidence.judge(bound, { recipes });
    const at = 'recipe.yaml#/criteria/accelerator';
    expect([judged.code, judged.faults]).toEqual([4, [`RECIPE_OTHER ${at}`]]);
    expect(ownCheck(judged).hint).not.toContain('--');
  });

  it('never makes broken evidence better', async () => {
    const files = await evidence.rebuild(
      { statement: { '/predicate/recipe/name': 'other' } },
      bound,
    );
    expect((await against({}, files)).code).toBe(2);
    expect((await against({ [VALUES]: undefined }, files)).code).toBe(2);
  });
});

describe('E-49 evidence of aicr and the recipes', () => {
  it('that aicr v0.11.1 resolved it from means the same, with another digest', async () => {
    const recipe = readFileSync(GOLDEN, 'utf8').replace('version: dev', 'version: v0.11.1');
    const judged = await against({}, await aicrBundle(evidence, { recipe }));
    expect(ownCheck(judged).outcome).toBe('passed');
    const digest = judged.report.findings.find(({ code }) => code === 'RECIPE_DIGEST_OTHER');
    expect(digest?.found).toContain('though the recipe means the same');
    expect(codesOf(judged)).toContain('FILES_NOT_BOUND');
  });

  it('of another recipe is stale', async () => {
    const judged = await against({}, await aicrBundle(evidence, { recipe: AICR_RECIPE }));
    expect(judged.code).toBe(4);
    expect(new Set(ownCheck(judged).faults.map(({ code }) => code))).toEqual(
      new Set(['RECIPE_OTHER']),
    );
  });

  it('with a profile that they do not have is of another recipe', async () => {
    const files = await aicrBundle(evidence, { profiled: true, recipe: PROFILED_RECIPE });
    const judged = await against({}, files);
    expect([judged.code, judged.faults]).toEqual([
      4,
      ['RECIPE_OTHER recipe.yaml#/metadata/selectedProfile'],
    ]);
  });
});

describe('what evidence names', () => {
  it.each(['../../etc/passwd', '/etc/passwd', 'components//x', '..\\x', '.', ''])(
    'is refused if it leads out of the recipes: %j',
    async (path) => {
      const rows = [{ path, digest: digestOf('') }];
      const { code, faults } = await against(
        {},
        await evidence.rebuild({ statement: { [FILES]: rows } }, bound),
      );
      expect([code, faults]).toEqual([2, [`FIELD_INVALID ${STATEMENT}#${FILES}/0/path`]]);
    },
  );

  it('is a name like any other, whatever objects call their parts', async () => {
    const rows = ['__proto__', 'constructor'].map((path) => ({ path, digest: digestOf('') }));
    const judged = await against(
      {},
      await evidence.rebuild({ statement: { [FILES]: rows } }, bound),
    );
    expect(judged.code).toBe(4);
    expect(ownCheck(judged).found).toBe(`"__proto__": ${digestOf('')}`);
    const recipe = Buffer.from(
      DEMO_INPUTS.recipe.toString().replace('platform: kubeflow', 'platform: __proto__'),
    );
    const found = ownCheck(await against({}, await evidence.emit({ recipe }))).faults;
    expect(found[0]).toMatchObject({ code: 'RECIPE_OTHER', at: 'recipe.yaml#/criteria/platform' });
  });
});

describe('the program with --recipes DIR', () => {
  it('binds with validate --data, and verifies with the same directory', async () => {
    const bundle = await evidence.pack(bound);
    const { code, report } = await evidence.verify(bundle, [...evidence.pin, '--recipes', RECIPES]);
    expect([code, report.verdict, report['recipeCompared']]).toEqual([0, 'verified', true]);
  });

  it.each<readonly [string, (folder: string) => void, string]>([
    [
      'a Helm chart',
      (folder) => writeFileSync(join(folder, 'Chart.yaml'), 'name: x\n'),
      'RECIPES_UNRESOLVED',
    ],
    ['nothing', () => undefined, 'RECIPES_UNRESOLVED'],
    [
      'a link',
      (folder) => {
        cpSync(RECIPES, folder, { recursive: true });
        symlinkSync('/etc', join(folder, 'components/etc'));
      },
      'FILE_UNREADABLE',
    ],
    [
      'a file that is too large',
      (folder) => {
        cpSync(RECIPES, folder, { recursive: true });
        writeFileSync(join(folder, 'overlays/x.yaml'), '#'.repeat(1024 * 1024 + 1));
      },
      'RECIPES_UNRESOLVED',
    ],
  ])('judges nothing by a directory with %s', async (_, fill, expected) => {
    const folder = evidence.path();
    mkdirSync(folder);
    fill(folder);
    const words = [await evidence.pack(bound), ...evidence.pin, '--recipes', folder];
    const { code, error } = await failureOf(words);
    expect([code, error.code]).toEqual([3, expected]);
    expect(error.at).toContain(folder);
  });

  it.each([
    ['--recipes', GOLDEN, 'name the recipes around the file'],
    ['--recipe', RECIPES, 'a directory of recipes is for --recipes'],
  ])('names what is meant where %s gets the other one', async (flag, path, hint) => {
    const { code, error } = await failureOf([await evidence.pack(bound), flag, path]);
    expect([code, error.code, error.at]).toEqual([3, 'FILE_UNREADABLE', path]);
    expect(error.hint).toContain(hint);
  });

  it('takes either a recipe or recipes', async () => {
    const words = [await evidence.pack(bound), '--recipes', RECIPES, '--recipe', GOLDEN];
    expect((await failureOf(words)).code).toBe(64);
  });
});
