import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { readFileAt } from '../../../src/io/git/read-files.ts';
import { withRepository, type Repository } from '../../../src/io/git/repository.ts';
import { rejection } from '../../document/refusal.ts';
import { commit, git, gitWith, repository } from './real-git.ts';

const root = mkdtempSync(join(tmpdir(), 'affidavit-git-test-'));
const folder = join(root, 'repository');
const marker = join(root, 'something ran');
const environment = { ...process.env };
let base = '';
let head = '';
let later = '';
let unrelated = '';
let reviewed = '';
const odd = new Map<string, string>();
/** What no tree of git has. */
const ODD_NAMES = [['a', 'a'], ['..'], ['.GIT'], ['a/b'], ['']];

beforeAll(() => {
  repository(folder);
  base = commit(folder, {
    'a.txt': 'a\n',
    '.gitattributes': '*.txt filter=f diff=f text eol=crlf\n',
  });
  head = commit(folder, { 'a.txt': 'b\n' });
  later = commit(folder, { 'b.txt': 'b' });
  git(folder, 'checkout', '--quiet', '--orphan', 'other');
  unrelated = commit(folder, { 'a.txt': 'c\n' });
  git(folder, 'branch', 'twice', base);
  git(folder, 'tag', 'twice', unrelated);
  reviewed = commit(folder, { 'a.txt': 'reviewed\n' });
  for (const names of ODD_NAMES) odd.set(names.join(), commitOf(names));
  git(folder, 'commit-graph', 'write', '--reachable');
  const run = `sh -c 'touch "${marker}"'`;
  appendFileSync(
    join(folder, '.git/config'),
    `[core]
	fsmonitor = "${run.replaceAll('"', '\\"')}"
	hooksPath = ${root}/hooks
	pager = "${run.replaceAll('"', '\\"')}"
	sshCommand = "${run.replaceAll('"', '\\"')}"
	attributesFile = ${folder}/.gitattributes
[filter "f"]
	smudge = "${run.replaceAll('"', '\\"')}"
	clean = "${run.replaceAll('"', '\\"')}"
	process = "${run.replaceAll('"', '\\"')}"
[diff "f"]
	textconv = "${run.replaceAll('"', '\\"')}"
	command = "${run.replaceAll('"', '\\"')}"
[alias]
	rev-parse = "!${run.replaceAll('"', '\\"')}"
	cat-file = "!${run.replaceAll('"', '\\"')}"
[remote "origin"]
	url = "ext::${run.replaceAll('"', '\\"')}"
	promisor = true
	partialclonefilter = blob:none
[protocol]
	allow = always
[include]
	path = more
`,
  );
  writeFileSync(join(folder, '.git/more'), '[core]\n\twarnAmbiguousRefs = false\n');
  mkdirSync(join(root, 'hooks'));
  for (const name of ['post-index-change', 'reference-transaction', 'post-checkout']) {
    for (const place of [join(root, 'hooks', name), join(folder, '.git/hooks', name)]) {
      writeFileSync(place, `#!/bin/sh\ntouch '${marker}'\n`);
      chmodSync(place, 0o755);
    }
  }
  // What it changes is read by git alone: a commit for another, and parents that nobody has.
  git(folder, 'replace', head, unrelated);
  writeFileSync(join(folder, '.git/info/grafts'), `${unrelated} ${base}\n${head}\n`);
});

afterAll(() => {
  rmSync(root, { recursive: true });
});

/** A commit whose tree has these names. */
function commitOf(names: readonly string[]): string {
  const blob = Buffer.from(git(folder, 'hash-object', 'a.txt'), 'hex');
  const entries = names.map((name) => Buffer.concat([Buffer.from(`100644 ${name}\0`), blob]));
  const written = ['hash-object', '-t', 'tree', '-w', '--stdin', '--literally'];
  const tree = gitWith(Buffer.concat(entries), folder, ...written);
  return git(folder, 'commit-tree', tree, '-m', 'm');
}

async function within<T>(use: (opened: Repository) => Promise<T>): Promise<T> {
  rmSync(marker, { force: true });
  return await withRepository(folder, use, environment);
}

async function textAt(opened: Repository, id: string): Promise<string> {
  return Buffer.from((await readFileAt(opened, id, 'a.txt', 100)) ?? []).toString();
}

describe('a repository that configures much', () => {
  it('is read as its objects are: no filter, replacement or graft, and nothing of it runs', async () => {
    // git itself is led astray, so that this shows something.
    expect(git(folder, 'show', `${head}:a.txt`)).toBe('c');
    expect(existsSync(marker)).toBe(true);
    await within(async (opened) => {
      expect(await opened.commitOf('main', '')).toBe(later);
      expect(await textAt(opened, head)).toBe('b\n');
      expect(await opened.mergeBase(head, base)).toBe(base);
      expect(await opened.isAncestor(base, head)).toBe(true);
      expect(await opened.isAncestor(base, unrelated)).toBe(false);
      const none = await rejection(opened.read(['0'.repeat(40)], head));
      expect([none?.code, none?.found]).toEqual([
        'GIT_OBJECT_MISSING',
        `a partial clone without the object ${'0'.repeat(40)}`,
      ]);
    });
    expect(existsSync(marker)).toBe(false);
  });

  it('cannot have one name mean two things unseen', async () => {
    const error = await rejection(
      within(async (opened) => await opened.commitOf('twice', '--base')),
    );
    expect([error?.code, error?.found]).toEqual([
      'GIT_REF_INVALID',
      '"twice", which is the name of several',
    ]);
  });

  it('is the one that was named, whatever GIT_ variables say', async () => {
    rmSync(marker, { force: true });
    const other = repository(join(root, 'another'));
    const id = commit(other, { 'a.txt': 'another' });
    const variables = {
      ...environment,
      GIT_DIR: join(other, '.git'),
      GIT_WORK_TREE: other,
      GIT_OBJECT_DIRECTORY: join(other, '.git/objects'),
      GIT_ALTERNATE_OBJECT_DIRECTORIES: join(other, '.git/objects'),
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'alias.x',
      GIT_CONFIG_VALUE_0: 'y',
      GIT_REPLACE_REF_BASE: 'refs/heads/',
      GIT_TRACE: marker,
    };
    await withRepository(
      folder,
      async (opened) => {
        expect(await opened.commitOf('main', '')).toBe(later);
        expect((await rejection(opened.commitOf(id, '--head')))?.code).toBe('GIT_OBJECT_MISSING');
      },
      variables,
    );
    expect(existsSync(marker)).toBe(false);
  });

  it('believes no cache of who is whose parent', async () => {
    const cache = join(folder, '.git/objects/info/commit-graph');
    const bytes = readFileSync(cache);
    // Behind the tree of a commit is the place of its first parent; this is that of none.
    const tree = Buffer.from(
      git(folder, '--no-replace-objects', 'rev-parse', `${head}^{tree}`),
      'hex',
    );
    bytes.writeUInt32BE(0x7000_0000, bytes.indexOf(tree) + tree.length);
    chmodSync(cache, 0o644);
    writeFileSync(cache, bytes);
    rmSync(join(folder, '.git/info/grafts'));
    git(folder, 'replace', '--delete', head);
    expect(() => git(folder, 'merge-base', '--is-ancestor', base, later)).toThrow('');
    expect(await within(async (opened) => await opened.isAncestor(base, later))).toBe(true);
  });

  it.each([
    { settings: [] },
    { settings: ['core.bare=false'] },
    { settings: ['core.bare=false', 'core.worktree=..'] },
  ])('is not a folder of a commit that looks like one: $settings', async ({ settings }) => {
    const checkout = join(root, `checkout-${settings.length}`);
    const inside = join(checkout, 'recipes');
    git(root, 'clone', '--quiet', folder, checkout);
    git(root, 'clone', '--quiet', '--bare', folder, inside);
    mkdirSync(join(inside, 'overlays'));
    for (const setting of settings) git(inside, '--git-dir=.', 'config', ...setting.split('='));
    const open = async (at: string | undefined): Promise<string> =>
      await withRepository(at, async (opened) => await opened.commitOf('HEAD', ''), environment);
    for (const at of [join(inside, 'overlays'), join(checkout, '.git/refs')]) {
      expect(await rejection(open(at))).toMatchObject({ code: 'USAGE', at: '--git' });
    }
    const before = process.cwd();
    process.chdir(inside);
    const error = await rejection(open(undefined));
    process.chdir(before);
    expect(error).toMatchObject({ code: 'USAGE', at: '--git' });
    // Who names it means it.
    expect([await open(inside), await open(checkout)]).toEqual([reviewed, reviewed]);
  });

  it('is not read as millions of entries, though a few folders can name them', async () => {
    const place = repository(join(root, 'bomb'));
    const id = commit(place, { 'a.txt': 'a' });
    const blob = git(place, 'rev-parse', `${id}:a.txt`);
    const names = (mode: string, type: string, named: string): string =>
      Array.from({ length: 2000 }, (_, n) => `${mode} ${type} ${named}\t${n}\n`).join('');
    const files = gitWith(names('100644', 'blob', blob), place, 'mktree');
    const folders = gitWith(names('040000', 'tree', files), place, 'mktree');
    const bomb = git(place, 'commit-tree', folders, '-m', 'm');
    const error = await rejection(
      withRepository(place, async (opened) => await opened.listTree(bomb, '')),
    );
    expect([error?.code, error?.found]).toEqual(['LIMIT_EXCEEDED', 'more than 100000 entries']);
  });

  it('leaves nothing behind', async () => {
    const temporary = join(root, 'temporary');
    mkdirSync(temporary);
    vi.stubEnv('TMPDIR', temporary);
    const names = await within(async () => await Promise.resolve(readdirSync(temporary)));
    const error = await rejection(within(async (opened) => await opened.commitOf('', '')));
    vi.unstubAllEnvs();
    expect([names.length, error?.code]).toEqual([1, 'GIT_REF_INVALID']);
    expect(readdirSync(temporary)).toEqual([]);
  });
});

describe('objects that are not what their name says', () => {
  /** Another object in the place of one. */
  function forge(id: string, type: string, bytes: string): void {
    const place = join(folder, '.git/objects', id.slice(0, 2), id.slice(2));
    chmodSync(place, 0o644);
    writeFileSync(place, deflateSync(`${type} ${bytes.length}\0${bytes}`));
  }

  it('are refused: a blob, a tree, a commit', async () => {
    const blob = git(folder, 'rev-parse', `${reviewed}:a.txt`);
    const tree = git(folder, 'rev-parse', `${reviewed}^{tree}`);
    const text = gitWith('', folder, 'cat-file', 'commit', base);
    expect(await within(async (opened) => await textAt(opened, reviewed))).toBe('reviewed\n');
    forge(blob, 'blob', 'forged\n');
    expect(await refusedAt()).toEqual(['GIT_OBJECT_INVALID', 'unjudged', `git object ${blob}`]);
    forge(tree, 'tree', '');
    expect(await refusedAt()).toEqual(['GIT_OBJECT_INVALID', 'unjudged', `git object ${tree}`]);
    forge(reviewed, 'commit', `${text}\n`);
    expect(await refusedAt()).toEqual(['GIT_OBJECT_INVALID', 'unjudged', `git object ${reviewed}`]);
  });

  async function refusedAt(): Promise<unknown> {
    const error = await rejection(within(async (opened) => await textAt(opened, reviewed)));
    return [error?.code, error?.class, error?.at];
  }

  it.each(ODD_NAMES.map((names) => names.join()))(
    'are refused if no checkout could have them: the names %j',
    async (names) => {
      const id = odd.get(names) ?? '';
      const error = await rejection(within(async (opened) => await opened.listTree(id, '')));
      expect(error?.code).toBe('GIT_OBJECT_INVALID');
      expect(error?.at).toBe(`git object ${git(folder, 'rev-parse', `${id}^{tree}`)}`);
    },
  );
});
