import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readPolicyAt } from '../../../src/io/git/policy-at.ts';
import { withRepository } from '../../../src/io/git/repository.ts';
import { rejection } from '../../document/refusal.ts';
import { commit, git, repository } from './real-git.ts';

const root = mkdtempSync(join(tmpdir(), 'affidavit-git-test-'));
let base = '';
let head = '';

beforeAll(() => {
  repository(root);
  commit(root, { 'policy.json': 'first' });
  git(root, 'checkout', '--quiet', '-b', 'change');
  head = commit(root, { 'policy.json': 'of the change' });
  git(root, 'checkout', '--quiet', '-b', 'later');
  commit(root, { 'policy.json': 'of a commit on top' });
  git(root, 'checkout', '--quiet', 'main');
  base = commit(root, { 'policy.json': 'second', 'folder/large': 'x'.repeat(1_048_577) });
  git(root, 'checkout', '--quiet', '--orphan', 'policies');
  commit(root, { 'policy.json': 'of its own' });
});

afterAll(() => {
  rmSync(root, { recursive: true });
});

async function textOf(named: string, from: string | undefined = base): Promise<string> {
  return await withRepository(root, async (opened) => {
    const { bytes } = await readPolicyAt(opened, named, { base: from, head });
    return Buffer.from(bytes).toString();
  });
}

describe('readPolicyAt', () => {
  it.each([
    ['main:policy.json', 'second'],
    ['main~1:policy.json', 'first'],
    ['policies:policy.json', 'of its own'],
    // Nobody is asked to merge it.
    ['later:policy.json', 'of a commit on top'],
  ])('reads %s', async (named, text) => {
    expect(await textOf(named)).toBe(text);
  });

  it('refuses a policy that the change brings, whatever names its commit', async () => {
    for (const named of ['change:policy.json', `${head}:policy.json`, 'later~1:policy.json']) {
      const error = await rejection(textOf(named));
      expect([error?.code, error?.class, error?.at]).toEqual([
        'POLICY_REF_OF_HEAD',
        'usage',
        '--policy-ref',
      ]);
    }
  });

  it('takes that of head if there is no base', async () => {
    const bytes = await withRepository(
      root,
      async (opened) =>
        (await readPolicyAt(opened, 'change:policy.json', { base: undefined, head })).bytes,
    );
    expect(Buffer.from(bytes).toString()).toBe('of the change');
  });

  it.each([
    ['main', 'USAGE'],
    [':policy.json', 'USAGE'],
    ['main:', 'USAGE'],
    ['main:/etc/passwd', 'USAGE'],
    ['main:folder/../policy.json', 'USAGE'],
    ['main:nothing', 'USAGE'],
    ['nothing:policy.json', 'GIT_REF_INVALID'],
    ['main:folder', 'GIT_ENTRY_UNEXPECTED'],
    ['main:folder/large', 'LIMIT_EXCEEDED'],
  ])('refuses %s', async (named, code) => {
    expect((await rejection(textOf(named)))?.code).toBe(code);
  });
});
