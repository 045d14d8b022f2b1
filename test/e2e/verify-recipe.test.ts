// `--recipe FILE`: the evidence is of the recipe that the maintainer has, or somebody has to decide.
import { describe, expect, it } from 'vitest';

import { VERDICT_EXIT_CODES, type Verdict } from '../../src/attestation/verdict.ts';
import { parseOwnRecipe } from '../../src/evidence/recipe/recipe.ts';
import { CHECK_NAMES, OWN_RECIPE_CHECK } from '../../src/evidence/verify/checks.ts';
import { DEMO_INPUTS, checkOf, failureOf, fileIn, makeEvidence, withFile } from './evidence.ts';
import type { Files, Judged } from './evidence.ts';

const evidence = await makeEvidence();
const DEMO = DEMO_INPUTS.recipe.toString();

const ORDER = [
  'operator-health\n      - expected-resources',
  'expected-resources\n      - operator-health',
] as const;

/** The demo's recipe with one text replaced. */
function other(from: string, to: string): string {
  if (!DEMO.includes(from)) throw new Error(`nothing to replace: ${from}`);
  return DEMO.replace(from, to);
}

/** The verdict with this recipe at hand. */
async function against(recipe: string, files: Files = evidence.files): Promise<Judged> {
  return await evidence.judge(files, {
    recipe: parseOwnRecipe(Buffer.from(recipe), 'mine.yaml'),
  });
}

describe('verify-evidence --recipe', () => {
  it.each([
    ["'>= 1.32.4'", "'<= 1.32.4'", 'constraints/0'],
    ["'>= 1.32.4'", "'> 1.32.4'", 'constraints/0'],
    ["'>= 1.32.4'", "'>= 1.32.4-gke.100'", 'constraints/0'],
    ["'>= 1.32.4'", "'>= 1.30 < 1.40'", 'constraints/0'],
    ["'>= 1.32.4'", "'= v1.33'", 'constraints/0'],
    ['K8s.server.version', 'SystemD.containerd.service.ActiveState', 'constraints/0'],
    ["'>= 300'", "'>= 300 <= 900'", 'validation/performance/constraints/0'],
  ])(
    'is another recipe if its apiVersion gives %s, now %s, another meaning',
    async (from, to, at) => {
      const text = other(from, to);
      const files = await evidence.emit({ recipe: Buffer.from(text), signed: false });
      const judgedBy = async (mine: string): Promise<Judged> =>
        await evidence.judge(files, {
          recipe: parseOwnRecipe(Buffer.from(mine), 'mine.yaml'),
          allowUnsigned: true,
        });
      const judged = await judgedBy(text.replace('aicr.run/v1', 'aicr.nvidia.com/v1alpha1'));
      const check = checkOf(judged, OWN_RECIPE_CHECK);
      expect(check.faults.map(({ code, at: place }) => [code, place])).toEqual([
        ['RECIPE_OTHER', `recipe.yaml#/${at}`],
      ]);
      expect(check.hint).toContain('affidavit recipe migrate FILE');
      expect(checkOf(await judgedBy(text), OWN_RECIPE_CHECK).outcome).toBe('passed');
    },
  );

  it('is verified by the program with the recipe that the evidence was made from', async () => {
    const bundle = await evidence.pack();
    const mine = evidence.write(DEMO, '.yaml');
    for (const flag of ['--recipe', '-r']) {
      const { code, report } = await evidence.verify(bundle, [...evidence.pin, flag, mine]);
      expect([code, report.verdict, report['recipeCompared']]).toEqual([0, 'verified', true]);
      expect(report.checks.map(({ name }) => name)).toEqual([...CHECK_NAMES, OWN_RECIPE_CHECK]);
      expect(report.checks.every(({ outcome }) => outcome === 'passed')).toBe(true);
    }
  });

  it('is not listed without a recipe, and the report says that none was compared', async () => {
    const { report } = await evidence.judge(evidence.files);
    expect(report.checks.map(({ name }) => name)).toEqual(CHECK_NAMES);
    expect(report['recipeCompared']).toBe(false);
  });

  it.each([
    ['as the bundle has it', () => fileIn(evidence.files, 'recipe.yaml').toString()],
    ['with another apiVersion', () => other('aicr.run/v1', 'aicr.run/v1alpha2')],
    [
      'with the apiVersion of AICR v0.11, by whose rules its constraints mean the same',
      () => other('aicr.run/v1', 'aicr.nvidia.com/v1alpha1'),
    ],
    ['with other metadata', () => other('  version: dev', '  version: v0.22.0')],
    ['with comments and other quotes', () => `# mine\n${other("'>= 300'", '">= 300"')}`],
  ])('takes the same recipe %s', async (_, recipe) => {
    const { code, faults } = await against(recipe());
    expect([code, faults]).toEqual([0, []]);
  });

  it.each([
    ['a floor', "'>= 300'", "'>= 100'", '/validation/performance/constraints/0/value'],
    ['a constraint', "'>= 1.32.4'", "'>= 1.33'", '/constraints/0/value'],
    ['a criterion', '  accelerator: h100', '  accelerator: gb200', '/criteria/accelerator'],
    ['a check', '      - check-nvidia-smi\n', '', '/validation/deployment/checks/3'],
    ['the order of checks', ORDER[0], ORDER[1], '/validation/deployment/checks/0'],
    ['a field that nobody knows', 'kind: RecipeResult', 'kind: RecipeResult\nx: 1', '/x'],
  ])('leaves the decision to the user if %s differs', async (_, from, to, pointer) => {
    const judged = await against(other(from, to));
    expect([judged.code, judged.report.verdict]).toEqual([4, 'undecided']);
    expect(judged.faults[0]).toBe(`RECIPE_OTHER recipe.yaml#${pointer}`);
    expect(new Set(judged.faults.map((fault) => fault.split(' ')[0]))).toEqual(
      new Set(['RECIPE_OTHER']),
    );
    expect(judged.report['recipeCompared']).toBe(true);
  });

  it('names component, field and both values', async () => {
    const [, version = ''] = /name: gpu-operator\n(?:.*\n)*? {4}version: (\S+)/.exec(DEMO) ?? [];
    const component = DEMO.indexOf('name: gpu-operator');
    const mine = `${DEMO.slice(0, component)}${DEMO.slice(component).replace(version, 'v25.3.0')}`;
    const judged = await against(mine);
    expect(judged.code).toBe(4);
    expect(checkOf(judged, OWN_RECIPE_CHECK).faults).toMatchObject([
      {
        code: 'RECIPE_OTHER',
        found: `"componentRefs[gpu-operator].version": "${version}"`,
        expected: '"v25.3.0", as "mine.yaml" has it',
      },
    ]);
  });

  it.each([
    ['evidence', other('      - check-nvidia-smi\n', ''), '"validation.deployment.checks[3]": "'],
    ['yours', `${DEMO}\nx: 1\n`, '"x": not there'],
  ])('says what only %s has, in plain words', async (who, mine, found) => {
    const judged = await against(mine);
    expect(judged.code).toBe(4);
    const [fault] = checkOf(judged, OWN_RECIPE_CHECK).faults;
    expect(fault?.code).toBe('RECIPE_OTHER');
    expect(fault?.found).toContain(found);
    const expected =
      who === 'yours' ? '1, as "mine.yaml" has it' : 'no such field, as in "mine.yaml"';
    expect(fault?.expected).toBe(expected);
    expect(fault?.hint).toContain('leave --recipe out');
  });

  it('says what AICR drops of the very recipe that the evidence was made of', async () => {
    const mine = other('  - name: gpu-operator\n', '  - name: gpu-operator\n    replicas: 2\n');
    const files = await evidence.emit({ recipe: Buffer.from(mine) });
    const judged = await against(mine, files);
    expect([judged.code, judged.faults.length]).toEqual([4, 1]);
    expect(checkOf(judged, OWN_RECIPE_CHECK).faults).toMatchObject([
      {
        at: expect.stringMatching(/^recipe\.yaml#\/componentRefs\/\d+\/replicas$/),
        found: '"componentRefs[gpu-operator].replicas": not there',
        hint: 'AICR drops this field: correct or remove it in "mine.yaml", or leave --recipe out',
      },
    ]);
    const corrected = await against(DEMO, files);
    expect([corrected.code, corrected.faults]).toEqual([0, []]);
  });

  it('names a hundred fields at most, and counts the rest', async () => {
    const fields = Array.from({ length: 150 }, (_, index) => `x${index}: 1`);
    const { code, faults, report } = await against(`${DEMO}\n${fields.join('\n')}\n`);
    expect([code, faults.length]).toEqual([4, 101]);
    const { faults: said } = checkOf({ code, faults, report }, OWN_RECIPE_CHECK);
    expect(said.at(-1)).toMatchObject({ at: 'recipe.yaml', found: '50 more fields that differ' });
  });

  it.each([
    ['a snapshot', DEMO_INPUTS.snapshot.toString()],
    ['an overlay', other('kind: RecipeResult', 'kind: RecipeMetadata')],
    ['no YAML', 'kind: ['],
    ['nothing', ''],
    ['more than a recipe may have', `#${'x'.repeat(1024 * 1024)}`],
  ])('judges nothing by %s: that is not the fault of the evidence', async (_, text) => {
    const mine = evidence.write(text, '.yaml');
    const bundle = await evidence.pack();
    const failure = await failureOf([bundle, ...evidence.pin, '--recipe', mine]);
    expect([failure.code, failure.error.code]).toEqual([3, 'RECIPE_FILE_INVALID']);
    expect(failure.error.at).toContain(mine);
  });

  it('judges nothing by a recipe that is not there', async () => {
    const bundle = await evidence.pack();
    const failure = await failureOf([bundle, ...evidence.pin, '--recipe', evidence.path('.yaml')]);
    expect([failure.code, failure.error.code]).toEqual([3, 'FILE_UNREADABLE']);
  });
});

describe('a verdict with a recipe at hand', () => {
  const worse: readonly Verdict[] = ['invalid', 'unjudged', 'undecided', 'failed', 'verified'];
  const red = { recipe: Buffer.from(other("'>= 1.32.4'", "'>= 1.99'")) };

  it.each([
    ['green', async () => evidence.files],
    ['red', async () => await evidence.emit(red)],
    ['unsigned', async () => await evidence.emit({ signed: false })],
    ['invalid', async () => withFile(evidence.files, 'logs/performance/nothing.log', 'x')],
    [
      'of a recipe that cannot be read',
      async () => await evidence.rebuild({ files: { 'recipe.yaml': 'x' } }),
    ],
    ['cut off', async () => withFile(evidence.files, 'manifest.json')],
  ])('is never better than without: %s', async (_, make) => {
    const files = await make();
    const { verdict } = (await evidence.judge(files)).report;
    for (const recipe of [DEMO, other("'>= 300'", "'>= 100'")]) {
      const { report, code } = await against(recipe, files);
      expect(worse.indexOf(report.verdict as Verdict)).toBeLessThanOrEqual(
        worse.indexOf(verdict as Verdict),
      );
      expect(code).toBe(VERDICT_EXIT_CODES[report.verdict as Verdict]);
    }
  });

  it('is undecided for red evidence of another recipe, and invalid if anything is broken', async () => {
    const wrong = other("'>= 300'", "'>= 100'");
    expect((await against(wrong, await evidence.emit(red))).code).toBe(4);
    const broken = withFile(evidence.files, 'logs/performance/nothing.log', 'x');
    expect((await against(wrong, broken)).code).toBe(2);
  });

  it('says that nothing was compared if the line ended before', async () => {
    const files = await evidence.rebuild({ files: { 'recipe.yaml': 'x' } });
    const judged = await against(DEMO, files);
    expect(judged.report['recipeCompared']).toBe(false);
    expect(checkOf(judged, OWN_RECIPE_CHECK).outcome).toBe('not-reached');
  });

  it('is not made easier by --allow-unsigned', async () => {
    const files = await evidence.emit({ signed: false });
    const recipe = parseOwnRecipe(Buffer.from(other("'>= 300'", "'>= 100'")), 'mine.yaml');
    const judged = await evidence.judge(files, { allowUnsigned: true, recipe });
    expect(judged.code).toBe(4);
  });
});
