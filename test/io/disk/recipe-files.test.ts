import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeEach, describe, expect, it } from 'vitest';

import { readRecipeFiles } from '../../../src/io/disk/recipe-files.ts';
import { MAX_RECIPE_BYTES } from '../../../src/limits.ts';
import { rejection } from '../../document/refusal.ts';

const root = mkdtempSync(join(tmpdir(), 'affidavit-recipes-'));
let folder = root;

beforeEach(() => {
  folder = mkdtempSync(join(root, 'case-'));
  write('registry.yaml', 'r');
  write('overlays/base.yaml', 'b');
});

afterAll(() => {
  rmSync(root, { recursive: true });
});

function write(path: string, text: string): string {
  const file = join(folder, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
  return file;
}

describe('readRecipeFiles', () => {
  it('reads YAML, and whatever components and checks have', async () => {
    write('components/a/values.json', 'v');
    write('checks/a/b.txt', 'c');
    write('README.md', 'not read');
    write('.git/config.yaml', 'not read');
    write('overlays/.hidden.yaml', 'AICR reads it');
    write('.folder/x.yaml', 'AICR reads it');
    const { directory, files } = await readRecipeFiles(`${folder}/`);
    expect(directory).toBe(folder);
    expect([...files.keys()].toSorted()).toEqual([
      '.folder/x.yaml',
      'checks/a/b.txt',
      'components/a/values.json',
      'overlays/.hidden.yaml',
      'overlays/base.yaml',
      'registry.yaml',
    ]);
    expect(Buffer.from(files.get('registry.yaml') ?? []).toString()).toBe('r');
  });

  it.each(['x.yaml', 'overlays/x.yaml', 'components/x'])('refuses a link: %s', async (path) => {
    mkdirSync(join(folder, 'components'));
    symlinkSync('/etc', join(folder, path));
    const error = await rejection(readRecipeFiles(folder));
    expect([error?.code, error?.at, error?.found]).toEqual([
      'FILE_UNREADABLE',
      join(folder, path),
      'a symbolic link',
    ]);
  });

  it.skipIf(process.platform === 'win32')('refuses a FIFO, and does not wait for it', async () => {
    spawnSync('mkfifo', [join(folder, 'overlays/x.yaml')]);
    const error = await rejection(readRecipeFiles(folder));
    expect([error?.code, error?.found]).toEqual(['FILE_UNREADABLE', 'a FIFO']);
  });

  it('refuses a file that is too large', async () => {
    const path = write('overlays/x.yaml', 'x'.repeat(MAX_RECIPE_BYTES));
    await readRecipeFiles(folder);
    writeFileSync(path, 'x'.repeat(MAX_RECIPE_BYTES + 1));
    const error = await rejection(readRecipeFiles(folder));
    expect([error?.code, error?.at]).toEqual(['LIMIT_EXCEEDED', path]);
  });

  it('refuses a Helm chart by name', async () => {
    const at = write('Chart.yaml', 'x');
    rmSync(join(folder, 'overlays'), { recursive: true });
    const error = await rejection(readRecipeFiles(folder));
    expect([error?.code, error?.at]).toEqual(['RECIPE_IS_CHART', at]);
  });

  it('names the directory of recipes in a checkout of AICR', async () => {
    write('recipes/registry.yaml', 'x');
    rmSync(join(folder, 'overlays'), { recursive: true });
    const error = await rejection(readRecipeFiles(folder));
    expect([error?.code, error?.at, error?.found, error?.hint]).toEqual([
      ...['RECIPES_INCOMPLETE', folder, '"recipes", "registry.yaml" in it'],
      `name ${folder}/recipes`,
    ]);
  });
});
