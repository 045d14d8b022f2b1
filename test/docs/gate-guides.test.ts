// The commands of the guides about the gate, on a repository of AICR's recipes, with registries in this process and a
// sandbox for the signer.
import { execFile } from 'node:child_process';
import { chmodSync, cpSync, readFileSync, readdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import { SANDBOX_IDENTITY, SANDBOX_ISSUER } from '../../src/sandbox/oidc.ts';
import { commit, git, repository } from '../io/git/real-git.ts';
import { scratch } from '../io/scratch.ts';
import type { TestRegistry } from '../oci/call.ts';
import { withRegistry } from '../oci/registry.ts';
import { PROGRAM, ROOT } from '../run-cli.ts';
import { filledIn, linesOf, run } from './guide-commands.ts';
import { read, sectionOf } from './repository.ts';

const TREE = 'recipes/evidence';
const OVERLAY = 'recipes/overlays/h100-eks-ubuntu-training.yaml';
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

/** A fork, with the demo beside it. */
function checkout(upstream: string): string {
  const fork = scratch();
  git(fork, 'clone', '--quiet', '--bare', upstream, '.');
  const folder = scratch();
  git(folder, 'clone', '--quiet', fork, '.');
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

/** Of the sandbox that signed last. */
function rootIn(folder: string): string {
  const roots = readdirSync(folder, { recursive: true }).map(String);
  const found = roots.filter((path) => path.endsWith('.sandbox/trusted_root.json'));
  expect(found).toHaveLength(1);
  return found[0] ?? '';
}

async function withRegistries(
  use: (one: TestRegistry, other: TestRegistry) => Promise<void>,
): Promise<void> {
  await withRegistry({}, async (one) => {
    await withRegistry({}, async (other) => {
      await use(one, other);
    });
  });
}

it.each(GUIDES)('%s has less than 150 lines', (path) => {
  expect(read(path).split('\n').length).toBeLessThan(150);
});

describe('docs/guides/contributor.md', () => {
  const lines = linesOf(read('docs/guides/contributor.md')).filter(
    (line) => !line.startsWith('aicr '),
  );
  const [pack = '', asYou = '', unsigned = '', ...after] = lines;
  const [toBranch, [sign = '', ...rest]] = [after.slice(0, 4), after.slice(4)];
  const [pull = '', fetch = '', gate = '', asDirectory = '', pointer = ''] = rest;

  /** A contributor's first push. */
  function pushPointer(folder: string): void {
    for (const line of toBranch) {
      const [program, ...words] = line.split(' ');
      expect(program).toBe('git');
      git(folder, ...words);
    }
  }

  /** What a reader of step 5 types: exit code 0 is what it promises. */
  async function askGate(folder: string, upstream: string, host: string): Promise<void> {
    const known = new Map([['https://github.com/NVIDIA/aicr', upstream]]);
    for (const line of [pull, fetch]) git(folder, ...filledIn(line, known).split(' ').slice(1));
    const flags = ` --registry ${host} --trusted-root ${rootIn(folder)}`;
    expect(await run(`${gate}${flags}`, folder, new Map())).toContain('single');
  }

  it('leads to what the gate passes, signed by a login', async () => {
    expect(lines).toHaveLength(13);
    const upstream = recipes(POLICY);
    const folder = checkout(upstream);
    await withRegistry({}, async ({ host }) => {
      const known = new Map([
        ['ghcr.io/you', `${host}/you`],
        ['--login browser', '--sandbox'],
      ]);
      for (const line of [pack, asYou]) await run(line, folder, known);
      pushPointer(folder);
      await askGate(folder, upstream, host);
    });
  });

  it('leads to it by a workflow too, and by what aicr pushes', async () => {
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
      pushPointer(folder);
      known.set(`${TREE}/RECIPE.yaml`, `${flat} --sandbox --registry ${host}`);
      await run(sign, folder, known);
      const nested = pointersIn(folder);
      expect(nested).toEqual([expect.stringMatching(/\/[0-9a-f]{32}\/sha256-[0-9a-f]{64}\.yaml$/)]);
      commitPointers(folder);
      await askGate(folder, upstream, host);
      for (const line of [asDirectory, pointer]) await run(line, folder, known);
      expect(pointersIn(folder)).toEqual(expect.arrayContaining([flat, ...nested]));
    });
  });
});

it('the template of pull requests asks the gate with the base of the upstream, as contributor.md', () => {
  const commands = (page: string) =>
    read(page)
      .match(/^affidavit gate (?:.*\\\n)*.*$/gm)
      ?.map((each) => each.replaceAll(/\s*\\?\s+/g, ' '));
  const [wanted, ...more] = commands('docs/guides/contributor.md') ?? [];
  expect([commands('docs/github/pull-request-template.md'), more]).toEqual([[wanted], []]);
  expect(read('docs/github/pull-request-template.md')).toContain(':refs/remotes/upstream/main');
});

describe('docs/guides/maintainer.md', () => {
  const [verify = '', all = '', again = '', ...more] = linesOf(read('docs/guides/maintainer.md'));

  it('verifies a pointer, tries a policy, and computes again what was said', async () => {
    expect(more).toEqual([]);
    const folder = checkout(recipes(POLICY));
    git(folder, 'checkout', '--quiet', '-b', 'evidence');
    git(folder, 'push', '--quiet', '--set-upstream', 'origin', 'evidence');
    await withRegistries(async ({ host }) => {
      const input = '--recipe recipe.yaml --snapshot snapshot.yaml --results results';
      const packed = `affidavit validate ${input} --no-sign --emit-evidence e.tar.gz`;
      const place = `oci://${host}/you/e --sandbox --evidence-dir ${TREE}`;
      for (const line of [packed, `affidavit evidence publish e.tar.gz ${place}`]) {
        await run(line, folder, new Map());
      }
      const known = new Map([
        [`${TREE}/RECIPE/SOURCE/sha256-DIGEST.yaml`, pointersIn(folder)[0] ?? ''],
        ['BASE', 'main'],
        ['TIME', '2026-06-20T00:00:00Z'],
      ]);
      commitPointers(folder);
      const flags = ` --registry ${host} --trusted-root ${rootIn(folder)}`;
      expect(await run(`${verify}${flags}`, folder, known)).toContain('SANDBOX');
      expect(await run(`${all}${flags}`, folder, known)).toContain('25 recipes');
      const said = await run(`${again}${flags}`, folder, known);
      expect(said).toContain('single');
      expect(await run(`${again}${flags}`, folder, known)).toBe(said);
    });
  });

  it('has an example of a policy that the gate takes, and that warns first', async () => {
    const folder = recipes(read('docs/github/policy.example.json'));
    const gate = 'affidavit gate --all --head HEAD --policy-ref HEAD:.github/recipe-evidence.json';
    const said = JSON.parse(await run(`${gate} --format json`, folder, new Map())) as object;
    expect(said).toMatchObject({ mode: 'warn', exitCode: 0, decidedExitCode: 0 });
  });
});

interface Job {
  readonly script: readonly string[];
  readonly artifacts: { readonly paths: readonly string[]; readonly reports: object };
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
}

describe('docs/guides/ci.md', () => {
  const guide = read('docs/guides/ci.md');
  const [first = '', shell = '', ...more] = [...guide.matchAll(/```sh\n(.*?)```/gs)].map(
    ([, block = '']) => block,
  );
  const [, yaml = ''] = /```yaml\n(.*?)```/s.exec(guide) ?? [];

  /** A job of a CI beside nothing but its variables. */
  async function job(
    script: string,
    head: string,
    url: string,
    folder = scratch(),
  ): Promise<Ended> {
    // Its main lacks the policy: what the owner of a fork has there counts for nothing.
    const fork = scratch();
    git(fork, 'clone', '--quiet', '--bare', url, '.');
    git(fork, 'update-ref', 'refs/heads/main', head);
    const bin = scratch({ affidavit: `#!/bin/sh\nexec node "${PROGRAM}" "$@"\n` });
    chmodSync(join(bin, 'affidavit'), 0o755);
    const path = [bin, dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter);
    const env = {
      ...{ PATH: path, HOME: folder, CI: 'true', GIT_CONFIG_NOSYSTEM: '1' },
      ...{ HEAD_SHA: head, REPOSITORY_URL: url },
      ...{ CI_REPOSITORY_URL: fork, CI_MERGE_REQUEST_PROJECT_URL: url, CI_COMMIT_SHA: head },
      CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'main',
    };
    return await new Promise((done) => {
      execFile('sh', ['-c', script], { cwd: folder, env }, (error, stdout) => {
        done({ code: Number(error?.code ?? 0), stdout });
      });
    });
  }

  /** A repository with an innocent change, and one that needs evidence. */
  function changes(): { url: string; innocent: string; wanting: string } {
    const all = { recipes: '*', require: 'all' };
    const url = recipes(
      JSON.stringify({ ...(JSON.parse(POLICY) as object), gate: { rules: [all] } }),
    );
    git(url, 'checkout', '--quiet', '-b', 'one');
    const innocent = commit(url, { 'README.md': 'text' });
    git(url, 'checkout', '--quiet', '-b', 'two', 'main');
    const overlay = readFileSync(join(url, OVERLAY), 'utf8').replace('6.8', '6.9');
    return { url, innocent, wanting: commit(url, { [OVERLAY]: overlay }) };
  }

  it('ends as its table of exit codes says, in plain shell', async () => {
    expect(more).toEqual([]);
    const { url, innocent, wanting } = changes();
    const good = await job(shell, innocent, url);
    expect([good.code, good.stdout]).toEqual([0, expect.stringMatching(/evidence: good\n$/)]);
    const folder = scratch();
    const missing = await job(shell, wanting, url, folder);
    expect([missing.code, missing.stdout]).toEqual([4, expect.stringMatching(/not enough\n$/)]);
    expect(readFileSync(join(folder, 'gate.xml'), 'utf8')).toContain('<testsuite');
    // What a script sees, beside the repository that the other one made.
    expect((await job(first, wanting, url, folder)).code).toBe(4);
    const report = JSON.parse(readFileSync(join(folder, 'gate.json'), 'utf8')) as object;
    expect(report).toMatchObject({ recipes: [{ state: 'missing', required: true }] });
    const codes = sectionOf(guide, 'What a script sees').match(/^\| +\d+ \|/gm) ?? [];
    expect(codes.map((row) => Number(row.replaceAll(/\D/g, '')))).toEqual([0, 1, 2, 3, 4, 64, 70]);
  });

  it('is a job of GitLab', async () => {
    const { 'recipe-evidence': gitlab } = parse(yaml) as Readonly<Record<string, Job>>;
    const { url, wanting } = changes();
    // As another job may leave it: git would take it as it is.
    const folder = scratch();
    git(folder, 'init', '--quiet', '--bare', 'recipes.git');
    git(join(folder, 'recipes.git'), 'config', `url.${scratch()}.insteadOf`, url);
    const script = ['set -e', ...(gitlab?.script ?? [])].join('\n');
    expect((await job(script, wanting, url, folder)).code).toBe(4);
    const made = readdirSync(folder);
    expect(made).toEqual(expect.arrayContaining([...(gitlab?.artifacts.paths ?? [])]));
    expect(gitlab?.artifacts.reports).toEqual({ junit: 'gate.xml' });
  });
});
