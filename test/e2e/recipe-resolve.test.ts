import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { AFFIDAVIT } from '../../src/tool.ts';
import { runProgram } from '../run-here.ts';

const TESTDATA = new URL('../../testdata/', import.meta.url).pathname;
const RECIPES = join(TESTDATA, 'aicr-recipes-v0.11.1/recipes');
const NAMES = ['--service', 'eks', '--accelerator', 'h100', '--intent', 'training'];
const root = mkdtempSync(join(tmpdir(), 'affidavit-resolve-'));
afterAll(() => rmSync(root, { recursive: true }));

async function run(...words: readonly string[]) {
  return await runProgram(['recipe', 'resolve', ...words]);
}

/** The real recipes with one file changed. */
function changed(path: string, change: (text: string) => string): string {
  const folder = mkdtempSync(join(root, 'recipes-'));
  cpSync(RECIPES, folder, { recursive: true });
  const file = join(folder, path);
  writeFileSync(file, change(readFileSync(file, 'utf8')));
  return folder;
}

describe('affidavit recipe resolve', () => {
  it('prints the recipe of the real program, which validate reads', async () => {
    const output = join(root, 'recipe.yaml');
    const named = [...NAMES, '--os', 'ubuntu', '--platform', 'kubeflow', '--output', output];
    const { code, stdout, stderr } = await run('--data', RECIPES, ...named);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: '' });
    const golden = readFileSync(
      join(TESTDATA, 'aicr-goldens/resolved/h100-eks-ubuntu-training-kubeflow.yaml'),
      'utf8',
    );
    const ours = golden
      .replace('apiVersion: aicr.nvidia.com/v1alpha1', 'apiVersion: aicr.run/v1')
      .replace('version: dev', `version: ${AFFIDAVIT.version}`);
    expect(readFileSync(output, 'utf8')).toBe(ours);
    const snapshot = join(TESTDATA, 'aicr-samples/snapshot-eks-h100-v1.yaml');
    expect((await runProgram(['validate', '-r', output, '-s', snapshot])).code).toBe(0);
  });

  it('reads the criteria from a snapshot, and explains on standard error', async () => {
    const snapshot = join(TESTDATA, 'aicr-samples/snapshot-legacy-v0.11.yaml');
    const words = ['--data', RECIPES, '--intent', 'training', '-s', snapshot, '--explain'];
    const { code, stdout, stderr } = await run(...words);
    expect(code).toBe(0);
    expect(stdout).toContain(
      '  service: eks\n  accelerator: h100\n  intent: training\n  os: ubuntu\n',
    );
    expect(stderr).toContain('Applied, in this order:\n');
    expect(stderr).toMatch(/ {2}gb200-eks-inference +for accelerator gb200, intent inference\n/);
    expect(stderr).toMatch(
      /componentRefs\/gpu-operator\/valuesFile +"components\/gpu-operator\/values-eks-training.yaml" by eks-training/,
    );
  });

  it('names criteria that no overlay is for, with exit code 0', async () => {
    const { code, stderr } = await run('--data', RECIPES, ...NAMES, '--platform', 'dynamo');
    expect(code).toBe(0);
    expect(stderr).toMatch(/^warning: CRITERIA_WITHOUT_OVERLAY --platform: .*\n$/);
  });

  it.each<readonly [string, string, (text: string) => string, string]>([
    [
      'a mixin',
      'overlays/eks.yaml',
      (text) => text.replace('spec:\n', 'spec:\n  mixins: [os-ubuntu]\n'),
      'RULES_TOO_OLD',
    ],
    [
      'a missing parent',
      'overlays/eks-training.yaml',
      (text) => text.replace('base: eks\n', 'base: eksx\n'),
      'OVERLAY_PARENT_MISSING',
    ],
    [
      'a circle',
      'overlays/eks.yaml',
      (text) =>
        text.replace('spec:\n', 'spec:\n  base: eks-training\n').replace('  base: base\n', ''),
      'OVERLAY_CYCLE',
    ],
  ])('refuses %s in the real recipes', async (_, path, ...[change, errorCode]) => {
    const folder = changed(path, change);
    const { code, stdout, stderr } = await run('--data', folder, ...NAMES);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`error: ${errorCode} `);
    expect(stderr).toContain(`at: ${folder}/overlays/`);
  });

  it.each([
    ['recipe', 'digest'],
    ['validate', '-s', join(TESTDATA, 'demo/snapshot.yaml'), '-r'],
  ])('a Helm chart is no recipe: %s', async (...words) => {
    const chart = join(root, 'Chart.yaml');
    writeFileSync(
      chart,
      'apiVersion: v2\nname: gpu-operator\nversion: v25.10.1\ntype: application\n',
    );
    const { code, stderr } = await runProgram([...words, chart]);
    expect(code).toBe(2);
    expect(stderr).toContain('error: RECIPE_IS_CHART ');
    expect(stderr).toContain(` at: ${chart}\nfound: a Helm chart\n`);
  });

  it('asks for a directory where a file is named, and names the recipes beside it', async () => {
    const file = await run('--data', join(RECIPES, 'registry.yaml'));
    expect(file.code).toBe(3);
    expect(file.stderr).toContain('found: a file\n want: a directory of recipes\n');
    expect(file.stderr).toContain(' next: name the recipes around the file: ');
    const overlays = await run('--data', join(RECIPES, 'overlays'));
    expect([overlays.code, overlays.stderr.includes(` next: name ${RECIPES}\n`)]).toEqual([
      2,
      true,
    ]);
    const around = await run('--data', join(RECIPES, '..'));
    expect(around.stderr).toContain('/recipes\n');
  });

  it('says of a profile that no overlay has to leave it out', async () => {
    const { stderr } = await run('--data', RECIPES, '--profile', 'a=b');
    expect(stderr).toContain(
      ' next: leave --profile out, or name the criteria of an overlay that has one\n',
    );
  });

  it('explains in lines that are not much longer than a screen is wide', async () => {
    const { stderr } = await run('--data', RECIPES, ...NAMES, '--explain');
    const [, left = ''] = stderr.split('Left out:\n');
    const lines = left.split('\n\n')[0]?.split('\n') ?? [];
    expect(lines.length).toBeGreaterThan(20);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(110);
  });

  it.each<readonly [string, readonly string[], number, string]>([
    ['no directory', ['--data', '/nonexistent'], 3, 'FILE_UNREADABLE'],
    ['a directory of something else', ['--data', join(TESTDATA, 'demo')], 2, 'RECIPES_INCOMPLETE'],
    ['an unknown value', ['--data', RECIPES, '--service', 'ekz'], 64, 'USAGE'],
    ['half a profile', ['--data', RECIPES, '--profile', 'gpuStack'], 64, 'USAGE'],
    [
      'a profile that no overlay has',
      ['--data', RECIPES, '--profile', 'a=b'],
      2,
      'PROFILE_UNKNOWN',
    ],
    [
      "today's rules for what they do not cover",
      ['--data', RECIPES, '--rules', 'current', '--accelerator', 'h100'],
      2,
      'CRITERIA_UNCOVERED',
    ],
  ])('refuses %s', async (_, words, ...[code, errorCode]) => {
    const refused = await run(...words);
    expect({ code: refused.code, stdout: refused.stdout }).toEqual({ code, stdout: '' });
    expect(refused.stderr).toContain(`error: ${errorCode} `);
  });
});
