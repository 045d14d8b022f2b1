import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { changedRecipes, type ChangedRecipes } from '../../src/gate/changed-recipes.ts';
import { readRecipeTree } from '../../src/io/git/recipe-tree.ts';
import { withRepository } from '../../src/io/git/repository.ts';
import { realTexts } from '../evidence/resolve/recipes.ts';
import { commit, git, repository } from '../io/git/real-git.ts';

const root = mkdtempSync(join(tmpdir(), 'affidavit-git-test-'));
const VALUES = 'components/gpu-operator/values-eks-training.yaml';
let base = '';

beforeAll(() => {
  repository(root);
  cpSync('testdata/aicr-recipes-v0.11.1/recipes', join(root, 'recipes'), { recursive: true });
  base = commit(root, { 'recipes/evidence/pointer.yaml': 'not: [yaml' });
});

afterAll(() => {
  rmSync(root, { recursive: true });
});

/** What a change of the base changes, from its merge base to its head. */
async function changed(change: () => string): Promise<ChangedRecipes> {
  git(root, 'checkout', '--quiet', '--detach', base);
  const head = change();
  return await withRepository(root, async (opened) => {
    const from = await opened.mergeBase(base, head);
    const [before, after] = [
      await readRecipeTree(opened, from, 'recipes', ['evidence']),
      await readRecipeTree(opened, head, 'recipes', ['evidence']),
    ];
    expect(after.recipes?.files.get('registry.yaml')).toBe(
      before.recipes?.files.get('registry.yaml'),
    );
    return changedRecipes(before, after);
  });
}

describe('changedRecipes of commits', () => {
  it('finds those of a changed values file in the recipes of AICR v0.11.1', async () => {
    const text = realTexts()[VALUES] ?? '';
    const { recipes, faults } = await changed(() =>
      commit(root, {
        [`recipes/${VALUES}`]: `${text}\nadded: true\n`,
        'recipes/evidence/other.yaml': ': ',
      }),
    );
    const found = recipes.filter(({ status }) => status !== 'same');
    expect([recipes.length, faults]).toEqual([25, []]);
    expect(found.length).toBeGreaterThan(1);
    for (const { files } of found) {
      expect(files.items).toEqual([{ path: VALUES, change: 'changed' }]);
    }
  });

  it('tells what head has in the place of files, and compares the others', async () => {
    const { recipes, faults } = await changed(() => {
      symlinkSync('/etc/passwd', join(root, 'recipes/overlays/link.yaml'));
      return commit(root, {});
    });
    expect(recipes.every(({ status }) => status === 'same')).toBe(true);
    expect(faults).toMatchObject([
      { code: 'GIT_ENTRY_UNEXPECTED', at: 'recipes/overlays/link.yaml', severity: 'error' },
    ]);
    const folderLink = await changed(() => {
      git(root, 'rm', '--quiet', '--force', '--ignore-unmatch', 'recipes/overlays/link.yaml');
      symlinkSync('../../elsewhere', join(root, 'recipes/overlays/extra'));
      return commit(root, {});
    });
    expect(folderLink.faults).toMatchObject([
      { code: 'GIT_ENTRY_UNEXPECTED', at: 'recipes/overlays/extra' },
    ]);
    const submodule = await changed(() => {
      git(root, 'update-index', '--add', '--cacheinfo', `160000,${base},recipes/overlays/more`);
      git(root, 'commit', '--quiet', '--message', 'more');
      return git(root, 'rev-parse', 'HEAD');
    });
    expect(submodule.faults).toMatchObject([
      { code: 'GIT_ENTRY_UNEXPECTED', at: 'recipes/overlays/more' },
    ]);
    const components = await changed(() => {
      git(root, 'mv', 'recipes/components', 'elsewhere');
      symlinkSync('../elsewhere', join(root, 'recipes/components'));
      return commit(root, {});
    });
    expect(components.faults).toMatchObject([
      { code: 'GIT_ENTRY_UNEXPECTED', at: 'recipes/components' },
      ...components.faults.slice(1),
    ]);
  });

  it('blames nobody for what base has too', async () => {
    git(root, 'checkout', '--quiet', '--force', '--detach', base);
    symlinkSync('/etc/passwd', join(root, 'recipes/overlays/link.yaml'));
    base = commit(root, {});
    expect((await changed(() => commit(root, { 'README.md': 'text' }))).faults).toEqual([]);
  });
});
