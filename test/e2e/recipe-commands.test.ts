import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { hexOf, digestOf } from '../../src/digest.ts';
import { runProgram } from '../run-here.ts';

const GOLDENS = new URL('../../testdata/aicr-goldens/', import.meta.url);
const DIGESTS = JSON.parse(readFileSync(new URL('recipe-digests.json', GOLDENS), 'utf8')) as Record<
  string,
  Record<'legacy' | 'v3', string>
>;
const RESOLVED = readdirSync(new URL('resolved/', GOLDENS));

const directory = mkdtempSync(join(tmpdir(), 'affidavit-recipe-'));
afterAll(() => rmSync(directory, { recursive: true }));

function goldenPath(name: string): string {
  return new URL(`resolved/${name}`, GOLDENS).pathname;
}

let files = 0;

function file(text: string): string {
  files += 1;
  const path = join(directory, `${files}.yaml`);
  writeFileSync(path, text);
  return path;
}

/** A small recipe that AICR accepts, in AICR's own spelling. */
const RECIPE = `apiVersion: aicr.run/v1
componentRefs:
    - name: gpu-operator
      overrides:
        driver:
            enabled: true
            version: "580.82"
      source: https://helm.ngc.nvidia.com/nvidia
      type: Helm
      version: v25.3.4
constraints:
    - name: K8s.server.version
      value: '>= 1.32'
criteria:
    accelerator: h100
    service: eks
deploymentOrder:
    - gpu-operator
kind: RecipeResult
metadata:
    appliedOverlays:
        - base
`;
const DIGEST = hexOf(digestOf(RECIPE));

async function digest(text: string, ...flags: readonly string[]) {
  return await runProgram(['recipe', 'digest', file(text), ...flags]);
}

/** What standard error says of a recipe with this one change. */
async function refused(search: string, replacement: string, ...flags: readonly string[]) {
  expect(RECIPE).toContain(search);
  const { code, stdout, stderr } = await digest(RECIPE.replace(search, replacement), ...flags);
  expect([code, stdout]).toEqual([2, '']);
  const [, error = ''] = /error: (\w+)/.exec(stderr) ?? [];
  const [, at = ''] = /at: .*#(.*)/.exec(stderr) ?? [];
  return [error, at];
}

/** A directory of recipes with this registry. */
function recipesWith(registry: string): string {
  const data = mkdtempSync(join(directory, 'recipes-'));
  mkdirSync(join(data, 'overlays'));
  const header = 'apiVersion: aicr.nvidia.com/v1alpha1\n';
  writeFileSync(join(data, 'registry.yaml'), `kind: ComponentRegistry\n${header}${registry}`);
  const base = `kind: RecipeMetadata\n${header}metadata: {name: base}\nspec: {}\n`;
  writeFileSync(join(data, 'overlays/base.yaml'), base);
  return data;
}

describe('affidavit recipe canonical', () => {
  it.each(RESOLVED)('prints the text of %s that AICR hashes, by both rules', async (name) => {
    for (const rules of ['legacy', 'v3'] as const) {
      const run = await runProgram(['recipe', 'canonical', goldenPath(name), '--rules', rules]);
      expect([run.code, run.stderr]).toEqual([0, '']);
      expect(hexOf(digestOf(run.stdout))).toBe(DIGESTS[name]?.[rules]);
    }
  });

  it('goes by the rules of version 3 without a flag', async () => {
    const text = 'metadata:\n    name: a\n    version: v1\n';
    const run = await runProgram(['recipe', 'canonical', file(text)]);
    expect(run.stdout).toBe('metadata:\n    name: a\n');
  });

  it('takes a file of any kind, keeps its quotes and brackets, and writes it into a file', async () => {
    const out = join(directory, 'out.yaml');
    const run = await runProgram([
      ...['recipe', 'canonical', file("z: {b: '1', a: [x]}\n# a comment\nkind: Chart\n")],
      ...['--output', out],
    ]);
    expect([run.code, run.stdout]).toEqual([0, '']);
    expect(readFileSync(out, 'utf8')).toBe("kind: Chart\nz: {a: [x], b: '1'}\n");
  });

  it.each([
    ['a: &x 1\nb: *x\n', 'DOCUMENT_UNSUPPORTED'],
    ['a: 1\na: 2\n', 'DOCUMENT_DUPLICATE_KEY'],
    ['a: 1\n---\nb: 2\n', 'DOCUMENT_UNSUPPORTED'],
  ])('refuses %j', async (text, code) => {
    const run = await runProgram(['recipe', 'canonical', file(text)]);
    expect([run.code, run.stdout]).toEqual([2, '']);
    expect(run.stderr).toContain(`error: ${code}`);
  });
});

describe('affidavit recipe digest', () => {
  it.each(RESOLVED)(
    'prints that of %s, with a warning: its apiVersion is retired',
    async (name) => {
      const run = await runProgram(['recipe', 'digest', goldenPath(name)]);
      expect([run.code, run.stdout]).toEqual([0, `${DIGESTS[name]?.v3 ?? ''}\n`]);
      expect(run.stderr).toMatch(/^warning: API_VERSION_OUTDATED .*\n$/);
    },
  );

  it('prints the hexadecimal digits alone, and says nothing of a recipe in its own spelling', async () => {
    expect(await digest(RECIPE)).toMatchObject({ code: 0, stdout: `${DIGEST}\n`, stderr: '' });
  });

  it.each([
    ['quotes', 'value: ">= 1.32"', "value: '>= 1.32'"],
    ['quotes that are not needed', "service: 'eks'", 'service: eks'],
    ['brackets', 'deploymentOrder: [gpu-operator]', 'deploymentOrder:\n    - gpu-operator'],
    ['a comment', 'service: eks # here', 'service: eks'],
    ['the case of a type', 'type: helm', 'type: Helm'],
    ['metadata.version', 'metadata:\n    version: v1.2.3', 'metadata:'],
    ['quotes around a text in overrides', "version: '580.82'", 'version: "580.82"'],
  ])('E-07 is the same with other %s', async (_, other, own) => {
    expect(RECIPE).toContain(own);
    const { code, stdout } = await digest(RECIPE.replace(own, other));
    expect([code, stdout]).toEqual([0, `${DIGEST}\n`]);
  });

  it('E-07 E-08 is the same with another order of keys, and another one with another order of lists', async () => {
    const keys = RECIPE.replace('kind: RecipeResult\n', '');
    expect((await digest(`kind: RecipeResult\n${keys}`)).stdout).toBe(`${DIGEST}\n`);
    const one = RECIPE.replace('- base', '- base\n        - eks');
    const other = RECIPE.replace('- base', '- eks\n        - base');
    expect((await digest(one)).stdout).not.toBe((await digest(other)).stdout);
  });

  it('says both digests where that of the file differs', async () => {
    const text = RECIPE.replace('service: eks', "service: 'eks'");
    const { stderr } = await digest(text);
    expect(stderr).toContain(`digest:    ${DIGEST},`);
    expect(stderr).toContain(`canonical: ${hexOf(digestOf(text))},`);
  });

  it('E-09 differs in NFC and NFD, as in AICR, and says so', async () => {
    const composed = await digest(RECIPE.replace('- base', '- \u00e9'));
    const decomposed = await digest(RECIPE.replace('- base', '- e\u0301'));
    expect(composed.stdout).not.toBe(decomposed.stdout);
    expect([composed.code, decomposed.code, composed.stderr]).toEqual([0, 0, '']);
    expect(decomposed.stderr).toMatch(
      /^warning: TEXT_NOT_NFC .*#\/metadata\/appliedOverlays\/0: .*\n$/,
    );
  });

  it('leaves out an unknown field, and names it and a number that Go rewrites', async () => {
    const text = RECIPE.replace('metadata:', 'displayName: x\nmetadata:').replace(
      'enabled: true',
      'enabled: true\n            size: 1.50',
    );
    const { code, stdout, stderr } = await digest(text);
    const written = RECIPE.replace('enabled: true', 'enabled: true\n            size: 1.5');
    expect([code, stdout]).toEqual([0, `${hexOf(digestOf(written))}\n`]);
    expect(stderr).toMatch(/warning: FIELD_DROPPED .*#\/displayName: found "displayName"/);
    expect(stderr).toMatch(
      /warning: NUMBER_REWRITTEN .*\/driver\/size: found "1\.50", expected "1\.5"/,
    );
  });

  it('refuses an unknown field in a recipe with a profile, but none below configuration', async () => {
    const selected = '    selectedProfile: {name: a, value: b, ownedPaths: {c: [enabled]}}\n';
    const beta = `${RECIPE.replace('aicr.run/v1', 'aicr.run/v1beta2')}${selected}`;
    const known = await digest(beta.replace('metadata:', 'configuration: {x: {y: z}}\nmetadata:'));
    expect([known.code, known.stderr.includes('FIELD_')]).toEqual([0, false]);
    const run = await digest(beta.replace('metadata:', 'displayName: x\nmetadata:'));
    expect([run.code, run.stdout]).toEqual([2, '']);
    expect(run.stderr).toContain('error: FIELD_UNKNOWN');
    expect(run.stderr).toContain('#/displayName');
  });

  it('takes a missing type from the registry of DIR, and refuses it without one', async () => {
    const change = ['      type: Helm\n', ''] as const;
    expect(await refused(...change)).toEqual(['FIELD_MISSING', '/componentRefs/0/type']);
    const none = ['--data', recipesWith('components: [{name: other}]\n')] as const;
    expect(await refused(...change, ...none)).toEqual(['FIELD_MISSING', '/componentRefs/0/type']);
    const data = ['--data', recipesWith('components: [{name: gpu-operator}]\n')] as const;
    const filled = await digest(RECIPE.replace(...change), ...data);
    expect([filled.code, filled.stdout]).toEqual([0, `${DIGEST}\n`]);
    const other = recipesWith(
      'components: [{name: gpu-operator, kustomize: {defaultSource: x}}]\n',
    );
    expect(await refused(...change, '--data', other)).toEqual([
      'FIELD_INVALID',
      '/componentRefs/0/path',
    ]);
  });

  it('needs no type of a component that is turned off', async () => {
    const off = RECIPE.replace('      type: Helm\n', '').replace(
      'driver:\n            enabled',
      'enabled: false\n        driver:\n            enabled',
    );
    expect((await digest(off)).code).toBe(0);
  });

  it.each([
    [
      'a second component of one name',
      'version: v25.3.4',
      'version: v25.3.4\n    - name: gpu-operator',
      '/componentRefs/1/name',
    ],
    ['the name deployer', 'name: gpu-operator', 'name: deployer', '/componentRefs/0/name'],
    ['another type', 'type: Helm', 'type: Tarball', '/componentRefs/0/type'],
    ['patches', 'type: Helm', 'type: Helm\n      patches: [a]', '/componentRefs/0/patches'],
    ['a tag of a chart', 'type: Helm', 'type: Helm\n      tag: v1', '/componentRefs/0/tag'],
    ['a path of a chart', 'type: Helm', 'type: Helm\n      path: a', '/componentRefs/0/path'],
    ['a padded version', 'version: v25.3.4', 'version: "v25.3.4 "', '/componentRefs/0/version'],
    ['a version v', 'version: v25.3.4', 'version: v', '/componentRefs/0/version'],
    ['no version', 'version: v25.3.4', 'namespace: a', '/componentRefs/0/version'],
    [
      'a chart from nowhere',
      'source: https://helm.ngc.nvidia.com/nvidia',
      'chart: a',
      '/componentRefs/0/source',
    ],
    [
      'no chart at all',
      'source: https://helm.ngc.nvidia.com/nvidia',
      'namespace: a',
      '/componentRefs/0/source',
    ],
    ['a kustomization without path', 'type: Helm', 'type: Kustomize', '/componentRefs/0/path'],
    [
      'a kustomization with manifests',
      'type: Helm',
      'type: kustomize\n      path: a\n      manifestFiles: [a]',
      '/componentRefs/0/manifestFiles',
    ],
  ])('refuses %s, as AICR does', async (_, search, replacement, at) => {
    expect(await refused(search, replacement)).toEqual(['FIELD_INVALID', at]);
  });

  it.each([
    ['service: eks', 'service: {a: b}', 'FIELD_INVALID', '/criteria/service'],
    [
      'deploymentOrder:\n    - gpu-operator',
      'deploymentOrder: a',
      'FIELD_INVALID',
      '/deploymentOrder',
    ],
    ['RecipeResult', 'Snapshot', 'KIND_UNEXPECTED', '/kind'],
    ['aicr.run/v1', 'aicr.run/v9', 'API_VERSION_UNKNOWN', '/apiVersion'],
    ['aicr.run/v1', 'aicr.run/v1beta2', 'FIELD_INVALID', '/metadata'],
    ['RecipeResult', 'RecipeMetadata', 'RECIPE_OVERLAY_UNSUPPORTED', '/kind'],
  ])('refuses, for %j, %j', async (search, replacement, code, at) => {
    expect(await refused(search, replacement)).toEqual([code, at]);
  });
});

const RECIPES = new URL('../../testdata/aicr-recipes-v0.11.1/recipes/', import.meta.url).pathname;
const NAME = 'h100-eks-training.yaml';

function overlay(name: string): string {
  return readFileSync(join(RECIPES, 'overlays', name), 'utf8');
}

describe('affidavit recipe digest of an overlay', () => {
  it('is that of the recipe that it becomes', async () => {
    const path = join(RECIPES, 'overlays', NAME);
    const own = await runProgram(['recipe', 'digest', path, '--data', RECIPES]);
    const criteria = ['--service=eks', '--accelerator=h100', '--intent=training'];
    const resolved = await runProgram(['recipe', 'resolve', ...criteria, '--data', RECIPES]);
    const other = await digest(resolved.stdout);
    expect([own.code, own.stdout]).toEqual([0, other.stdout]);
    // AICR's verifier never sees an overlay.
    expect(own.stderr).not.toContain('canonical:');
  });

  async function refusedOverlay(text: string, ...flags: readonly string[]) {
    const { code, stdout, stderr } = await digest(text, ...flags);
    expect([code, stdout]).toEqual([2, '']);
    return [/error: (\w+)/.exec(stderr)?.[1], /at: .*#(.*)/.exec(stderr)?.[1]];
  }

  it('needs the recipes, whatever else AICR has built in', async () => {
    expect(await refusedOverlay(overlay(NAME))).toEqual(['RECIPE_OVERLAY_UNSUPPORTED', '/kind']);
  });

  it('takes the file with other comments and quotes, and refuses it with another value', async () => {
    const data = ['--data', RECIPES] as const;
    const text = overlay(NAME);
    const same = await digest(`# mine\n${text.replace('service: eks', 'service: "eks"')}`, ...data);
    expect(same.code).toBe(0);
    const [, constraint = ''] = /value: (.*)/.exec(text) ?? [];
    expect(await refusedOverlay(text.replace(constraint, '">= 9"'), ...data)).toEqual([
      'OVERLAY_OTHER',
      '/spec/constraints/0/value',
    ]);
    const other = text.replace('name: h100-eks-training', 'name: h100-eks-trainings');
    expect(await refusedOverlay(other, ...data)).toEqual(['OVERLAY_OTHER', '/metadata/name']);
    const next = ', or give --data the recipes that it is one of\n';
    expect((await digest(text.replace(constraint, '">= 9"'), ...data)).stderr).toContain(
      ` next: put the file in the place of ${join(RECIPES, 'overlays', NAME)}${next}`,
    );
    expect((await digest(other, ...data)).stderr).toContain(
      ` next: put the file into ${RECIPES.replace(/\/$/, '')}/overlays${next}`,
    );
  });

  it('refuses a profile for a resolved recipe, which has its own, and what is none', async () => {
    for (const [value, found] of [
      ['a=b', 'a resolved recipe, '],
      ['a', '"a"'],
    ] as const) {
      const { code, stdout, stderr } = await digest(RECIPE, '--profile', value);
      expect([code, stdout]).toEqual([64, '']);
      expect(stderr).toContain(`   at: --profile\nfound: ${found}`);
    }
  });

  it('refuses the root, which no query finds', async () => {
    expect(await refusedOverlay(overlay('base.yaml'), '--data', RECIPES)).toEqual([
      'FIELD_MISSING',
      '/spec/criteria',
    ]);
  });
});
