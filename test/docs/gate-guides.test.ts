// The commands of the guides about the gate, on a repository of AICR's recipes, with registries in this process and a
// sandbox for the signer.
import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { SANDBOX_IDENTITY, SANDBOX_ISSUER } from '../../src/sandbox/oidc.ts';
import { commit, git, repository } from '../io/git/real-git.ts';
import { scratch } from '../io/scratch.ts';
import { withRegistry } from '../oci/registry.ts';
import { ROOT } from '../run-cli.ts';
import { filledIn, linesOf, run } from './guide-commands.ts';
import { read } from './repository.ts';

const TREE = 'recipes/evidence';
const GUIDES = ['ci', 'contributor', 'maintainer'].map((name) => `docs/guides/${name}.md`);

const POLICY = JSON.stringify({
  schemaVersion: '1.2.0',
  signers: [{ identity: SANDBOX_IDENTITY, issuer: SANDBOX_ISSUER, tier: 'partner' }],
  gate: { rules: [{ recipes: '*', require: 'added' }] },
});

/** AICR's recipes with a policy, on the branch main. */
function recipes(policy: string): string {
  const folder = repository(scratch());
  cpSync(join(ROOT, 'testdata/aicr-recipes-v0.11.1/recipes'), join(folder, 'recipes'), {
    recursive: true,
  });
  const files = { [`.github/recipe-evidence.json`]: policy, [`${TREE}/.keep`]: '' };
  commit(folder, { ...files, '.gitlab/recipe-evidence.json': policy });
  return folder;
}

/** A branch of a fork, with the demo beside it. */
function checkout(upstream: string): string {
  const fork = scratch();
  git(fork, 'clone', '--quiet', '--bare', upstream, '.');
  const folder = scratch();
  git(folder, 'clone', '--quiet', fork, '.');
  git(folder, 'checkout', '--quiet', '-b', 'evidence');
  git(folder, 'push', '--quiet', '--set-upstream', 'origin', 'evidence');
  cpSync(join(ROOT, 'testdata/demo'), folder, { recursive: true });
  return folder;
}

/** Only what a contributor adds: the pointers. */
function commitPointers(folder: string): void {
  git(folder, 'add', TREE);
  git(folder, 'commit', '--quiet', '--message', 'm');
  git(folder, 'push', '--quiet');
}

function pointersIn(folder: string): readonly string[] {
  const names = readdirSync(join(folder, TREE), { recursive: true }).map(String);
  return names.filter((name) => name.endsWith('.yaml')).map((name) => `${TREE}/${name}`);
}

it.each(GUIDES)('%s has less than 150 lines', (path) => {
  expect(read(path).split('\n').length).toBeLessThan(150);
});

describe('docs/guides/contributor.md', () => {
  const lines = linesOf(read('docs/guides/contributor.md')).filter(
    (line) => !line.startsWith('aicr '),
  );
  const [pack = '', asYou = '', unsigned = '', sign = '', ...rest] = lines;
  const [pull = '', fetch = '', gate = '', asDirectory = '', pointer = ''] = rest;

  /** What a reader of step 5 types before the gate. */
  function fetchBase(folder: string, upstream: string): void {
    const known = new Map([['https://github.com/NVIDIA/aicr', upstream]]);
    for (const line of [pull, fetch]) git(folder, ...filledIn(line, known).split(' ').slice(1));
    expect(gate).toMatch(/^affidavit gate --base upstream\/main --head HEAD /);
    expect(git(folder, 'rev-parse', 'upstream/main')).not.toBe(git(folder, 'rev-parse', 'HEAD'));
  }

  it('leads to a pointer that a login has signed', async () => {
    expect(lines).toHaveLength(9);
    const upstream = recipes(POLICY);
    const folder = checkout(upstream);
    await withRegistry({}, async ({ host }) => {
      const known = new Map([
        ['ghcr.io/you', `${host}/you`],
        ['--login browser', '--sandbox'],
      ]);
      for (const line of [pack, asYou]) await run(line, folder, known);
      commitPointers(folder);
      fetchBase(folder, upstream);
    });
  });

  it('leads to one that a workflow has signed, and to one of what aicr pushes', async () => {
    const upstream = recipes(POLICY);
    const folder = checkout(upstream);
    await withRegistry({}, async ({ host }) => {
      const known = new Map([
        ['ghcr.io/you', `${host}/you`],
        [':TAG@sha256:DIGEST', `@sha256:${'0'.repeat(64)}`],
      ]);
      for (const line of [pack, unsigned]) await run(line, folder, known);
      const [flat = '', ...more] = pointersIn(folder);
      expect([flat.split('/').length, more]).toEqual([3, []]);
      known.set(`${TREE}/RECIPE.yaml`, `${flat} --sandbox --registry ${host}`);
      await run(sign, folder, known);
      const nested = pointersIn(folder);
      expect(nested).toEqual([expect.stringMatching(/\/[0-9a-f]{32}\/sha256-[0-9a-f]{64}\.yaml$/)]);
      commitPointers(folder);
      fetchBase(folder, upstream);
      for (const line of [asDirectory, pointer]) await run(line, folder, known);
      expect(pointersIn(folder)).toEqual(expect.arrayContaining([flat, ...nested]));
    });
  });
});
