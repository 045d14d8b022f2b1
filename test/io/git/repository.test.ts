import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readFileAt } from '../../../src/io/git/read-files.ts';
import { readRecipeTree } from '../../../src/io/git/recipe-tree.ts';
import { withRepository, type Repository } from '../../../src/io/git/repository.ts';
import { MAX_RECIPE_BYTES } from '../../../src/limits.ts';
import { rejection } from '../../document/refusal.ts';
import { commit, commitTree, git, gitWith, repository } from './real-git.ts';

const root = mkdtempSync(join(tmpdir(), 'affidavit-git-test-'));
const folder = join(root, 'repository');
let first = '';
let base = '';
let head = '';

beforeAll(() => {
  repository(folder);
  first = commit(folder, {
    'recipes/overlays/base.yaml': 'b',
    'recipes/registry.yaml': 'r',
    'same.txt': 'b',
  });
  git(folder, 'checkout', '--quiet', '-b', 'change');
  head = commit(folder, { 'recipes/overlays/new.yaml': 'n' });
  git(folder, 'checkout', '--quiet', 'main');
  base = commit(folder, { 'README.md': 'text' });
  git(folder, 'tag', '-a', 'v1', '-m', 'm', first);
  git(folder, 'tag', '-a', 'v1-again', '-m', 'm', 'v1');
  git(folder, 'checkout', '--quiet', '--orphan', 'other');
  commit(folder, { other: 'o' });
  git(folder, 'checkout', '--quiet', 'main');
  git(folder, 'branch', 'twice', first);
  git(folder, 'tag', 'twice', head);
});

afterAll(() => {
  rmSync(root, { recursive: true });
});

async function within<T>(use: (opened: Repository) => Promise<T>, at = folder): Promise<T> {
  return await withRepository(at, use);
}

describe('commitOf', () => {
  it.each([
    ['main', () => base],
    ['refs/heads/change', () => head],
    ['main~1', () => first],
    ['HEAD', () => base],
    ['v1', () => first],
    ['v1-again', () => first],
    ['main^{commit}', () => base],
  ])('makes a full id of %s', async (ref, expected) => {
    expect(await within(async (opened) => await opened.commitOf(ref, '--head'))).toBe(expected());
  });

  it('takes a full id, also if a branch has it as its name', async () => {
    git(folder, 'branch', first, head);
    expect(await within(async (opened) => await opened.commitOf(first, '--head'))).toBe(first);
  });

  it.each([
    ['', 'nothing'],
    ['-h', 'a flag'],
    ['--all', 'a flag'],
    ['nothing', 'no ref'],
    ['main..change', 'two commits'],
    ['^main', 'all but a commit'],
    ['main\nchange', 'two lines'],
    ['main\0', 'a null byte'],
    ['main:README.md', 'a file'],
    ['main^{tree}', 'a tree'],
    ['twice', 'a branch and a tag'],
  ])('refuses %j, %s', async (ref) => {
    const error = await rejection(within(async (opened) => await opened.commitOf(ref, '--base')));
    expect([error?.code, error?.class, error?.at]).toEqual(['GIT_REF_INVALID', 'usage', '--base']);
  });
});

describe('history', () => {
  it('finds the commit that base and head have in common, and who comes from whom', async () => {
    await within(async (opened) => {
      expect(await opened.mergeBase(base, head)).toBe(first);
      expect(await opened.isAncestor(first, head)).toBe(true);
      expect(await opened.isAncestor(head, head)).toBe(true);
      expect(await opened.isAncestor(base, head)).toBe(false);
    });
  });

  it('refuses a head that has nothing in common with the base', async () => {
    const error = await rejection(
      within(async (opened) => await opened.mergeBase(base, await opened.commitOf('other', ''))),
    );
    expect([error?.code, error?.class]).toEqual(['GIT_HISTORY_UNRELATED', 'unjudged']);
  });
});

describe('a history that was merged crosswise', () => {
  it('is refused: who made the change could choose from which commit it is counted', async () => {
    const tree = git(folder, 'rev-parse', `${first}^{tree}`);
    const made = (...parents: readonly string[]): string =>
      git(folder, 'commit-tree', tree, '-m', 'm', ...parents.flatMap((each) => ['-p', each]));
    const [one, other] = [made(base, head), made(head, base)];
    const error = await rejection(within(async (opened) => await opened.mergeBase(one, other)));
    expect([error?.code, error?.class]).toEqual(['GIT_HISTORY_CROSSED', 'unjudged']);
    expect(error?.found).toContain(`2 commits from which both ${one} and ${other} come`);
    expect(error?.hint).toContain(`rebase ${one} ${other}`);
    await within(async (opened) => {
      expect(await opened.mergeBase(one, head)).toBe(head);
    });
  });
});

describe('trees', () => {
  it('lists a folder of a commit, and reads equal blobs once', async () => {
    await within(async (opened) => {
      const tree = await opened.listTree(head, 'recipes');
      expect(tree?.id).toBe(git(folder, 'rev-parse', `${head}:recipes`));
      expect(tree?.entries.map(({ kind, path, isUtf8 }) => [kind, path, isUtf8])).toEqual([
        ['file', 'registry.yaml', true],
        ['file', 'overlays/base.yaml', true],
        ['file', 'overlays/new.yaml', true],
      ]);
      const one = await readFileAt(opened, head, 'recipes/overlays/base.yaml', 10);
      expect(Buffer.from(one ?? []).toString()).toBe('b');
      expect(await readFileAt(opened, base, 'same.txt', 10)).toBe(one);
      expect(await opened.listTree(head, 'nothing')).toBeUndefined();
      expect(await readFileAt(opened, head, 'same.txt/x', 10)).toBeUndefined();
      expect((await opened.listTree(base, ''))?.entries.map(({ path }) => path)).toContain(
        'README.md',
      );
    });
  });

  it('reads the recipes of a commit as those of a directory', async () => {
    const { recipes, faults } = await within(
      async (opened) => await readRecipeTree(opened, head, 'recipes'),
    );
    expect([...(recipes?.files.keys() ?? [])]).toEqual([
      'registry.yaml',
      'overlays/base.yaml',
      'overlays/new.yaml',
    ]);
    expect([recipes?.directory, faults]).toEqual(['recipes', []]);
  });

  it('refuses a folder that is a file', async () => {
    const error = await rejection(
      within(async (opened) => await opened.listTree(head, 'recipes/registry.yaml')),
    );
    expect([error?.code, error?.at, error?.found]).toEqual([
      'GIT_ENTRY_UNEXPECTED',
      'recipes/registry.yaml',
      'a file',
    ]);
  });

  it('keeps odd names apart, and says which files it cannot read while it reads the others', async () => {
    const blob = gitWith('x', folder, 'hash-object', '-w', '--stdin');
    const large = gitWith('x'.repeat(MAX_RECIPE_BYTES + 1), folder, 'hash-object', '-w', '--stdin');
    const file = (name: string, id = blob, mode = '100644 blob'): Buffer =>
      Buffer.from(`${mode} ${id}\t${name}\0`);
    const names = [
      ...[
        'a\nb.yaml',
        'a"b.yaml',
        "a'b.yaml",
        'ä.yaml',
        '\\xff.yaml',
        ' .yaml',
        '-.yaml',
        'a\tb.yaml',
        '.hidden.yaml',
      ],
    ];
    const entries = Buffer.concat([
      ...names.map((name) => file(name)),
      Buffer.concat([
        Buffer.from(`100644 blob ${blob}\t`),
        Buffer.from([0xff]),
        Buffer.from('.yaml\0'),
      ]),
      file('link.yaml', blob, '120000 blob'),
      file('module.yaml', first, '160000 commit'),
      file('large.yaml', large),
      file('not read'),
    ]);
    const { recipes, faults } = await within(
      async (opened) => await readRecipeTree(opened, commitTree(folder, entries), ''),
    );
    expect([...(recipes?.files.keys() ?? [])].toSorted()).toEqual(names.toSorted());
    expect(new Map(faults.map(({ code, at }) => [at, code]))).toEqual(
      new Map([
        ['link.yaml', 'GIT_ENTRY_UNEXPECTED'],
        ['module.yaml', 'GIT_ENTRY_UNEXPECTED'],
        [String.raw`\xff.yaml`, 'GIT_PATH_INVALID'],
        ['large.yaml', 'LIMIT_EXCEEDED'],
      ]),
    );
  });

  it('follows no link to a folder', async () => {
    const place = join(root, 'links');
    repository(place);
    symlinkSync('/etc', join(place, 'recipes'));
    const linked = commit(place, {});
    const error = await rejection(
      within(async (opened) => await opened.listTree(linked, 'recipes'), place),
    );
    expect([error?.code, error?.found]).toEqual(['GIT_ENTRY_UNEXPECTED', 'a symbolic link']);
  });
});

describe('withRepository', () => {
  it('finds the repository around a folder, a bare one, another worktree, and one of SHA-256', async () => {
    const sha256 = join(root, 'sha256');
    repository(sha256, '--object-format=sha256');
    const id = commit(sha256, { 'recipes/a.yaml': 'a' });
    git(root, 'clone', '--quiet', '--bare', folder, 'bare.git');
    git(folder, 'worktree', 'add', '--quiet', '--detach', join(root, 'worktree'), head);
    for (const place of [join(folder, '.'), join(root, 'bare.git'), join(root, 'worktree')]) {
      expect(await within(async (opened) => await opened.commitOf('change', ''), place)).toBe(head);
    }
    expect(
      await within(async (opened) => await opened.commitOf('HEAD', ''), join(root, 'worktree')),
    ).toBe(head);
    await within(async (opened) => {
      expect(await opened.commitOf('main', '')).toBe(id);
      expect(id).toHaveLength(64);
      expect([
        ...((await readRecipeTree(opened, id, 'recipes')).recipes?.files.keys() ?? []),
      ]).toEqual(['a.yaml']);
    }, sha256);
  });

  it('says that a folder is in no repository', async () => {
    const error = await rejection(within(async () => undefined, root));
    expect([error?.code, error?.class, error?.at]).toEqual(['GIT_FAILED', 'unjudged', root]);
    expect(error?.found).toContain('not a git repository');
  });

  it('says that git is missing, or too old', async () => {
    const none = await rejection(withRepository(folder, async () => undefined, { PATH: root }));
    expect([none?.code, none?.class]).toEqual(['GIT_MISSING', 'unjudged']);
    const old = fakeGit('old', 'echo git version 2.31.9');
    const error = await rejection(withRepository(folder, async () => undefined, { PATH: old }));
    expect([error?.code, error?.found]).toEqual(['GIT_MISSING', '"git version 2.31.9"']);
    expect(error?.expected).toBe('git 2.32 or newer');
  });

  it('starts as many processes for two files as for two hundred', async () => {
    const log = join(root, 'log');
    const path = process.env['PATH'] ?? '';
    const counting = fakeGit('counting', `echo >> '${log}'; PATH='${path}' exec git "$@"`);
    const many = Object.fromEntries(
      Array.from({ length: 200 }, (_, index) => [`many/${index % 20}/${index}.yaml`, `${index}`]),
    );
    const larger = commit(folder, many);
    const counts: number[] = [];
    for (const each of ['recipes', 'many']) {
      writeFileSync(log, '');
      await withRepository(
        folder,
        async (opened) => {
          const [one, other] = [
            await opened.commitOf('main', ''),
            await opened.commitOf('change', ''),
          ];
          await opened.mergeBase(one, other);
          await readRecipeTree(opened, larger, each);
        },
        { ...process.env, PATH: counting },
      );
      counts.push(readFileSync(log, 'utf8').length);
    }
    expect(counts).toEqual([8, 8]);
  });

  /** A folder with a program `git`. */
  function fakeGit(name: string, script: string): string {
    const place = join(root, name);
    mkdirSync(place);
    writeFileSync(join(place, 'git'), `#!/bin/sh\n${script}\n`);
    chmodSync(join(place, 'git'), 0o755);
    return place;
  }
});
