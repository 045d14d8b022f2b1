// docs/github/sign-evidence.yml in a fork on this machine: its steps, from the checkout to the push.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { scratch } from '../io/scratch.ts';
import type { TestRegistry } from '../oci/call.ts';
import { withRegistry } from '../oci/registry.ts';
import { ROOT } from '../run-cli.ts';
import { runProgram } from '../run-here.ts';
import { Runner } from './runner.ts';
import { workflowNamed } from './workflow-file.ts';

const WORKFLOW = workflowNamed('sign-evidence');
const TREE = 'recipes/evidence';
const TOKEN = 'ghs_16C7e42F292c6912E7710c838347Ae178B4a';
/** A name that git takes, and that a shell would run. */
const BRANCH = 'evidence/$(touch${IFS}pwned)`touch${IFS}pwned`';
const REF = `refs/heads/${BRANCH}`;

function git(folder: string, ...words: readonly string[]): string {
  const author = ['-c', 'user.name=you', '-c', 'user.email=you@example.com'];
  return execFileSync('git', [...author, ...words], { cwd: folder, encoding: 'utf8' }).trim();
}

/** A fork whose branch has a flat pointer to what is in the registry, and an allowlist. */
async function forkWith({ host }: TestRegistry): Promise<{ server: string; sha: string }> {
  const server = scratch();
  const work = scratch({ [`${TREE}/allowlist.yaml`]: 'schemaVersion: 1.0.0\n' });
  git(server, 'init', '--quiet', '--bare', 'you/recipes');
  cpSync(join(ROOT, 'testdata/demo'), work, { recursive: true });
  mkdirSync(join(work, TREE), { recursive: true });
  const options = { cwd: work, env: { SOURCE_DATE_EPOCH: '1781054400' } };
  const inputs = ['--recipe', 'recipe.yaml', '--snapshot', 'snapshot.yaml', '--results', 'results'];
  const emit = ['validate', ...inputs, '--no-sign', '--emit-evidence', 'e.tar.gz'];
  const push = ['evidence', 'publish', 'e.tar.gz', `oci://${host}/you/aicr-evidence`, '--no-sign'];
  for (const words of [emit, [...push, '--evidence-dir', TREE]]) {
    expect((await runProgram(words, options)).code).toBe(0);
  }
  git(work, 'init', '--quiet');
  git(work, 'add', TREE);
  git(work, 'commit', '--quiet', '--message', 'Evidence');
  git(work, 'push', '--quiet', join(server, 'you/recipes'), `HEAD:${REF}`);
  return { server, sha: git(work, 'rev-parse', 'HEAD') };
}

function filesOf(server: string): readonly string[] {
  const repository = join(server, 'you/recipes');
  return git(repository, 'ls-tree', '-r', '--name-only', REF).split('\n');
}

/** The login goes to the registry of this test, as docker's own would to ghcr.io. */
function docker(host: string): string {
  return `#!/bin/sh
[ "$*" = 'login ghcr.io --username contributor --password-stdin' ] || exit 1
read -r password
mkdir -p "$HOME/.docker"
auth=$(printf '%s:%s' "$4" "$password" | base64 -w 0)
printf '{"auths":{"${host}":{"auth":"%s"}}}' "$auth" > "$HOME/.docker/config.json"
`;
}

const AUTHORIZATION = `Basic ${Buffer.from(`contributor:${TOKEN}`).toString('base64')}`;

/** As the workflow is started by a push to this fork. */
async function start(registry: TestRegistry, isFork = true) {
  const { server, sha } = await forkWith(registry);
  Object.assign(registry.faults, { wants: 'basic', takes: AUTHORIZATION });
  const runner = new Runner({
    event: { repository: { fork: isFork } },
    ...{ server: `file://${server}`, api: 'http://127.0.0.1:1', repository: 'you/recipes' },
    ...{ ref: REF, sha, token: TOKEN },
    more: `--sandbox --registry ${registry.host}`,
  });
  runner.addTool('docker', docker(registry.host));
  return { runner, server, sha };
}

it('signs each flat pointer with the login of its token, and pushes what it moved', async () => {
  await withRegistry({}, async (registry) => {
    const { runner, server } = await start(registry);
    expect(filesOf(server).map((path) => path.split('/').length)).toEqual([3, 3]);
    expect([await runner.run(WORKFLOW), runner.ends, runner.log]).toMatchObject([true, {}, {}]);
    expect(runner.ends.map(({ name }) => name)).toEqual([
      'Check out',
      'Build affidavit',
      'Log in',
      'Sign',
      'Commit',
    ]);
    expect(filesOf(server)).toEqual([
      `${TREE}/allowlist.yaml`,
      expect.stringMatching(/^recipes\/evidence\/[^/]+\/[0-9a-f]{32}\/sha256-[0-9a-f]{64}\.yaml$/),
    ]);
    const message = git(join(server, 'you/recipes'), 'log', '-1', '--format=%an%n%B', REF);
    expect(message).toMatch(
      /^github-actions\[bot\]\nSign evidence\n\nSigned-off-by: github-actions/,
    );
    expect(registry.authorizations).toContain(AUTHORIZATION);
    expect(runner.log).not.toContain(TOKEN);
    // Nothing that is in the name of the branch has run.
    expect(readdirSync(runner.workspace).toSorted()).toEqual(['.git', '.keep', 'recipes']);
  });
});

it('commits nothing, and fails, if nothing could be signed', async () => {
  await withRegistry({}, async (registry) => {
    const { runner, server, sha } = await start(registry);
    registry.faults.takes = 'Basic nobody';
    expect(await runner.run(WORKFLOW)).toBe(false);
    expect(runner.ends).toMatchObject([{}, {}, {}, { outcome: 'failure' }, { outcome: 'success' }]);
    expect(git(join(server, 'you/recipes'), 'rev-parse', REF)).toBe(sha);
  });
});

it('does nothing but in a fork', async () => {
  await withRegistry({}, async (registry) => {
    const { runner } = await start(registry, false);
    expect([await runner.run(WORKFLOW), runner.ends]).toEqual([true, []]);
  });
});

it('signs neither what is signed nor the allowlist', () => {
  const [line = ''] = Object.values(WORKFLOW.jobs).flatMap(({ steps }) =>
    steps.flatMap(({ run = '' }) => (run.startsWith('find ') ? [run] : [])),
  );
  const folder = scratch({
    [`${TREE}/allowlist.yaml`]: '',
    [`${TREE}/a/0123/sha256-ab.yaml`]: '',
    [`${TREE}/a.yaml.attestation.json`]: '',
  });
  const call = (): string =>
    execFileSync('sh', ['-c', line.replace('affidavit', 'echo')], {
      cwd: folder,
      encoding: 'utf8',
    });
  expect(call()).toBe('');
  for (const name of ['a', '-b']) {
    execFileSync('sh', ['-c', `: > "${TREE}/${name}.yaml"`], { cwd: folder });
  }
  const [first, second, ...paths] = call().trim().split(' ');
  expect([first, second]).toEqual(['evidence', 'sign']);
  expect(paths.toSorted()).toEqual([`${TREE}/-b.yaml`, `${TREE}/a.yaml`]);
});
