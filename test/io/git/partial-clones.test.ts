import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { EvidenceError } from '../../../src/errors/evidence-error.ts';
import { readFileAt } from '../../../src/io/git/read-files.ts';
import { withRepository, type Repository } from '../../../src/io/git/repository.ts';
import { rejection } from '../../document/refusal.ts';
import { commit, git, repository } from './real-git.ts';

const root = mkdtempSync(join(tmpdir(), 'affidavit-git-test-'));
const origin = join(root, 'origin');
let fork = '';
let base = '';
let head = '';

beforeAll(() => {
  repository(origin);
  git(origin, 'config', 'uploadpack.allowFilter', 'true');
  commit(origin, { a: '0' });
  commit(origin, { a: '1' });
  fork = commit(origin, { a: '2' });
  base = commit(origin, { a: '3' });
  git(origin, 'checkout', '--quiet', '-b', 'change', fork);
  head = commit(origin, { 'folder/b': '1' });
  git(origin, 'checkout', '--quiet', 'main');
});

afterAll(() => {
  rmSync(root, { recursive: true });
});

function clone(name: string, ...words: readonly string[]): string {
  git(
    root,
    'clone',
    '--quiet',
    '--no-checkout',
    '--no-single-branch',
    ...words,
    `file://${origin}`,
    name,
  );
  return join(root, name);
}

/** The same question twice: it is refused, and answered after the command of the hint was run. */
async function refusedAndThen<T>(
  place: string,
  ask: (opened: Repository) => Promise<T>,
): Promise<{
  readonly error: EvidenceError | undefined;
  readonly command: string;
  readonly answer: T;
}> {
  const error = await rejection(withRepository(place, ask));
  const command = (error?.hint ?? '').replace(/^run `(.*)`$/, '$1');
  const { status, stderr } = spawnSync('sh', ['-c', command], { encoding: 'utf8' });
  expect([status, stderr.includes('fatal')]).toEqual([0, false]);
  return { error, command, answer: await withRepository(place, ask) };
}

describe('a clone that lacks objects', () => {
  it('of its history: names git fetch --unshallow, which gets it', async () => {
    const place = clone('shallow', '--depth=1');
    const { error, command, answer } = await refusedAndThen(
      place,
      async (opened) => await opened.mergeBase(base, head),
    );
    expect([error?.code, error?.class, error?.at]).toEqual([
      'GIT_OBJECT_MISSING',
      'unjudged',
      place,
    ]);
    expect(error?.found).toBe(`a shallow clone without the object ${fork}`);
    const [one = '', other = ''] = [base, head].toSorted();
    expect(command.split(' ').toSorted()).toEqual(
      ['git', '-C', place, 'fetch', '--unshallow', 'origin', one, other].toSorted(),
    );
    expect(answer).toBe(fork);
  });

  it('of its history, with a commit that nobody else has: names those of the remote', async () => {
    const place = clone('shallow-and-local', '--depth=1', '--branch=change');
    git(place, 'checkout', '--quiet', 'change');
    const local = commit(place, { 'folder/c': '1' });
    const { command, answer } = await refusedAndThen(
      place,
      async (opened) => await opened.mergeBase(base, local),
    );
    expect([command.includes(local), command.includes(head), answer]).toEqual([false, true, fork]);
  });

  it('of its history, where no remote is known: says that its address belongs there', async () => {
    const place = join(root, 'bare');
    git(root, 'init', '--quiet', '--bare', place);
    git(place, 'fetch', '--quiet', '--depth=1', `file://${origin}`, base, head);
    const { hint = '' } =
      (await rejection(
        withRepository(place, async (opened) => await opened.mergeBase(base, head)),
      )) ?? {};
    const [, command = ''] =
      /^run `(git .*)`, with the address of the repository in place of URL$/.exec(hint) ?? [];
    expect(command).toContain(' fetch --unshallow URL ');
    git(root, ...command.replace('URL', `file://${origin}`).split(' ').slice(1));
    expect(await withRepository(place, async (opened) => await opened.mergeBase(base, head))).toBe(
      fork,
    );
  });

  it('of its history, also where it would only say no', async () => {
    const place = clone('shallow-ancestor', '--depth=1');
    const { error, answer } = await refusedAndThen(
      place,
      async (opened) => await opened.isAncestor(base, head),
    );
    expect([error?.code, answer]).toEqual(['GIT_OBJECT_MISSING', false]);
  });

  it('needs no more history than leads to the common commit', async () => {
    const place = clone('deep-enough', '--depth=3');
    await withRepository(place, async (opened) => {
      expect(await opened.mergeBase(base, head)).toBe(fork);
    });
  });

  it('of its files: names git fetch --refetch, which gets them', async () => {
    const place = clone('blobless', '--filter=blob:none');
    const { error, command, answer } = await refusedAndThen(
      place,
      async (opened) => await readFileAt(opened, head, 'folder/b', 10),
    );
    const id = git(origin, 'rev-parse', `${head}:folder/b`);
    expect(error?.found).toBe(`a partial clone without the object ${id}`);
    expect(command).toBe(`git -C ${place} fetch --refetch --no-filter origin ${head}`);
    expect(Buffer.from(answer ?? []).toString()).toBe('1');
  });

  it('of its folders', async () => {
    const place = clone('treeless', '--filter=tree:0');
    const { error, answer } = await refusedAndThen(
      place,
      async (opened) => (await opened.listTree(head, 'folder'))?.entries.length,
    );
    expect([error?.code, answer]).toEqual(['GIT_OBJECT_MISSING', 1]);
  });

  it('of a commit that nobody fetched', async () => {
    const place = clone('older');
    const later = commit(origin, { a: '4' });
    const { error, command, answer } = await refusedAndThen(
      place,
      async (opened) => await opened.commitOf(later, '--head'),
    );
    expect(error?.found).toBe(`this repository without the object ${later}`);
    expect([command, answer]).toEqual([`git -C ${place} fetch origin ${later}`, later]);
  });
});
