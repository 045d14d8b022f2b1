import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, describe, expect, it } from 'vitest';

import { ERROR_CATALOGUE, type ErrorCode } from '../../src/errors/catalogue.ts';
import { read, sectionOf, tableRows } from '../docs/repository.ts';
import { ROOT } from '../run-cli.ts';
import { runProgram } from '../run-here.ts';

const RECIPES = join(ROOT, 'testdata/aicr-recipes-v0.11.1/recipes');
const EKS = readFileSync(join(RECIPES, 'overlays/eks.yaml'), 'utf8');
const schema = JSON.parse(read('schemas/lint.schema.json')) as {
  properties: { findings: { items: { properties: { code: { enum: readonly string[] } } } } };
};
const isValid = new Ajv2020({ strict: true }).compile(schema);

const directory = mkdtempSync(join(tmpdir(), 'affidavit-lint-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** A copy of a real overlay with one change. */
function changed(from: string, to: string): string {
  expect(EKS).toContain(from);
  const path = join(directory, 'eks.yaml');
  writeFileSync(path, EKS.replace(from, to));
  return path;
}

describe('affidavit recipe migrate', () => {
  it('prints the file with both digests, which recipe digest gives too', async () => {
    const path = join(ROOT, 'testdata/aicr-goldens/resolved/gb200-eks-training.yaml');
    const output = join(directory, 'new.yaml');
    const words = ['recipe', 'migrate', path, '--data', RECIPES, '-o', output];
    const { code, stdout, stderr } = await runProgram(words);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    const digestOf = async (file: string): Promise<string> =>
      (await runProgram(['recipe', 'digest', file])).stdout;
    expect(stderr).toContain(`digest before: ${await digestOf(path)}`);
    expect(stderr).toContain(`digest after: ${await digestOf(output)}`);
  });

  it('refuses what cannot be migrated', async () => {
    const path = changed('value: ">= 1.28"', 'value: "!1.28"');
    const { code, stdout, stderr } = await runProgram(['recipe', 'migrate', path]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`MIGRATION_REFUSED`);
    expect(stderr).toContain(`${path}#/spec/constraints/0/value`);
  });
});

const BUNDLE = join(ROOT, 'testdata/vectors/manifest-major-version.tar.gz');

describe.each([
  ['recipe lint', []],
  ['recipe lint', ['--data', RECIPES]],
  ['recipe canonical', []],
])('affidavit %s FILE %j', (command, flags) => {
  it('names a bundle for what it is, and a text in no UTF-8 for that', async () => {
    const said = async (path: string): Promise<string> => {
      const run = await runProgram([...command.split(' '), path, ...flags]);
      expect(run.code).toBe(2);
      return run.stdout + run.stderr;
    };
    const bundle = await said(BUNDLE);
    expect(bundle).toContain('DOCUMENT_INVALID');
    expect(bundle).toContain('a bundle, which is a .tar.gz file');
    expect(bundle).not.toContain('UTF-8');
    const latin = join(directory, 'latin.yaml');
    writeFileSync(latin, 'kind: RecipeMetadata\nmetadata: {name: \u{e9}ks}\n', 'latin1');
    expect(await said(latin)).toContain('bytes that are not valid UTF-8');
  });
});

describe('affidavit recipe lint', () => {
  it('says nothing of the recipes of AICR v0.11.1', async () => {
    const run = await runProgram(['recipe', 'lint', RECIPES]);
    expect(run).toMatchObject({ code: 0, stdout: '', stderr: '' });
  });

  it('says file, line, column, code and what to do, and ends with 2', async () => {
    const path = changed('spec:', 'spec:\n  base: gke-cosy');
    const { code, stdout, stderr } = await runProgram(['recipe', 'lint', path, '--data', RECIPES]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
    expect(stdout).toBe(
      `${path}:21:9 OVERLAY_PARENT_MISSING error: an overlay inherits from one that is not there: found "gke-cosy", expected the name of an overlay in the same directory; did you mean "gke-cos"?\n`,
    );
  });

  it('ends with 0 for warnings alone, and writes JSON that its schema describes', async () => {
    const path = changed('storage: 50Gi', 'storage: 1.10');
    const output = join(directory, 'lint.json');
    const words = ['recipe', 'lint', RECIPES, path, '-f', 'json', '-o', output];
    const run = await runProgram(words);
    expect(run).toMatchObject({ code: 0, stdout: '' });
    expect(run.stderr).toBe(
      `affidavit: ${path} is a part of recipes and was not resolved; --data DIR lays it over those of DIR, and resolves it\n`,
    );
    const report: unknown = JSON.parse(readFileSync(output, 'utf8'));
    expect([isValid(report), isValid.errors]).toEqual([true, null]);
    expect(report).toMatchObject({
      errors: 0,
      warnings: 1,
      findings: [
        {
          ...{ file: path, line: 58, column: 32, severity: 'warning', code: 'NUMBER_REWRITTEN' },
          found: '"1.10"',
        },
      ],
    });
  });

  it.each([
    [['nowhere.yaml'], 3, 'FILE_UNREADABLE'],
    [[join(ROOT, 'testdata/demo')], 2, 'RECIPES_INCOMPLETE'],
    [['-', '-'], 64, 'USAGE'],
    [[''], 64, 'USAGE'],
    [[], 64, 'USAGE'],
  ])('of %j ends with %i', async (paths, code, word) => {
    const run = await runProgram(['recipe', 'lint', ...paths]);
    expect(run.code).toBe(code);
    expect(run.stderr).toContain(word);
  });

  it('has a table of its codes, with the severity of each, that the schema has too', () => {
    const rows = tableRows(sectionOf(read('docs/cli.md'), 'recipe lint'))
      .map(([code = '', severity]) => [code.replaceAll('`', ''), severity] as const)
      .filter((row): row is readonly [ErrorCode, string] => row[0] in ERROR_CATALOGUE);
    const { code } = schema.properties.findings.items.properties;
    expect(rows.map(([name]) => name)).toEqual(code.enum);
    for (const [name, severity] of rows) {
      const isFinding = ERROR_CATALOGUE[name][0] === 'finding';
      expect([name, severity]).toEqual([name, isFinding ? 'warning' : 'error']);
    }
  });
});
