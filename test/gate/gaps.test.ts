// Gaps that a reader of AICR's gate finds (docs/aicr.md), each closed through the command, by its number.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ownRecipes } from '../../src/evidence/resolve/own-recipe.ts';
import type { GateJson } from '../../src/gate/gate-json.ts';
import { catalogueOf, realTexts } from '../evidence/resolve/recipes.ts';
import { commit, git } from '../io/git/real-git.ts';
import { attach } from '../oci/evidence.ts';
import { withRegistry } from '../oci/registry.ts';
import { runProgram } from '../run-here.ts';
import { pointerFile, RECIPE } from './evidence-maker.ts';
import { PULL_REQUESTS, World, type PullRequest } from './pull-requests.ts';

const OVERLAY = `recipes/overlays/${RECIPE}.yaml`;
const folder = mkdtempSync(join(tmpdir(), 'affidavit-gate-gaps-'));
const root = join(folder, 'repository');
const end = Promise.withResolvers<undefined>();
let world: World;

beforeAll(async () => {
  const begun = Promise.withResolvers<undefined>();
  void withRegistry({}, async (registry) => {
    world = await World.open(folder, registry);
    begun.resolve(undefined);
    await end.promise;
  }).catch(begun.reject);
  await begun.promise;
});

afterAll(async () => {
  await world.maker.close();
  end.resolve(undefined);
  rmSync(folder, { recursive: true });
});

type Said = readonly [code: number | null, report: GateJson];

async function said(words: readonly string[]): Promise<Said> {
  const { code, stdout } = await runProgram([...words, '--format', 'json']);
  return [code, JSON.parse(stdout) as GateJson];
}

async function saidOf(pullRequest: Pick<PullRequest, 'files'>): Promise<Said> {
  const expected = { exit: 0, states: {} };
  return await said(await world.wordsFor({ title: '', expected, ...pullRequest }));
}

async function saidOfNamed(title: string): Promise<Said> {
  const pullRequest = PULL_REQUESTS.find((each) => each.title === title);
  if (pullRequest === undefined) throw new Error(`no pull request: ${title}`);
  return await saidOf(pullRequest);
}

describe('gap 3', () => {
  it('is closed: a good signature of anybody is not enough, and the root is the one that is named', async () => {
    const [code, { recipes, sandbox }] = await saidOfNamed('the wrong signer');
    expect([code, recipes[0]?.state, sandbox]).toEqual([2, 'not-allowed', true]);
    const words = await world.wordsFor({
      ...{ title: '', expected: { exit: 0, states: {} } },
      files: async () => pointerFile(await world.evidence('two@example.com')),
    });
    const flag = words.indexOf('--trusted-root');
    const [other, report] = await said(words.toSpliced(flag, 2));
    expect([other, report.sandbox, report.recipes[0]?.state]).toEqual([2, false, 'invalid']);
  });

  it('is closed: the allowlist of AICR is a policy, of the base, and it only warns', async () => {
    const one = await world.evidence('two@example.com');
    const [path = ''] = Object.keys(pointerFile(one));
    const source = path.split('/')[3] ?? '';
    const list = `schemaVersion: 1.0.0\npartner:\n  - {label: two, issuer: '${world.maker.issuer}', source: ${source}}\n`;
    git(root, 'checkout', '--quiet', '--detach', 'main');
    const base = commit(root, { 'recipes/evidence/allowlist.yaml': list });
    const wordsOf = (head: string): readonly string[] => [
      ...['gate', '--base', base, '--head', head, '--git', root],
      ...['--policy-ref', `${base}:recipes/evidence/allowlist.yaml`],
      ...['--trusted-root', join(folder, 'root.json'), '--registry', world.registry.host],
    ];
    const good = commit(root, pointerFile(one));
    const [code, report] = await said(wordsOf(good));
    expect([code, report.mode, report.decidedExitCode]).toEqual([0, 'warn', 0]);
    expect(report.recipes.map(({ state }) => state)).toEqual(['single']);
    git(root, 'checkout', '--quiet', '--detach', base);
    const bad = commit(root, pointerFile(await world.evidence('mallory@example.com')));
    const [warned, { decidedExitCode, recipes }] = await said(wordsOf(bad));
    expect([warned, decidedExitCode, recipes[0]?.state]).toEqual([0, 2, 'not-allowed']);
  });
});

describe('gap 7', () => {
  it('is closed: what somebody else attaches to evidence does not hide the signer whom the policy expects', async () => {
    const oci = `${world.registry.host}/evidence:${RECIPE}`;
    const recipes = ownRecipes(catalogueOf(realTexts()));
    const good = await world.maker.make({ email: 'two@example.com', recipes, oci });
    const others = await Promise.all(
      ['mallory@example.com', 'eve@example.com'].map(
        async (email) => await world.maker.make({ email, recipes, oci, again: true }),
      ),
    );
    expect(others.map(({ manifest }) => manifest.digest)).toEqual(
      others.map(() => good.manifest.digest),
    );
    const made = await world.evidence('two@example.com');
    const files = pointerFile(good);
    world.registry.blobs.set(layerDigest(good.manifest.bytes), good.layer);
    world.registry.manifests.set(`evidence@${good.manifest.digest}`, {
      bytes: Buffer.from(good.manifest.bytes),
      mediaType: good.manifest.mediaType,
    });
    const [first, last] = others;
    for (const each of [first, good, last]) {
      if (each !== undefined) attach(world.registry, good.manifest, each.attestation);
    }
    // And one that was signed for another artifact.
    attach(world.registry, good.manifest, made.attestation);
    const [code, report] = await saidOf({ files: async () => await Promise.resolve(files) });
    const piece = report.recipes[0]?.evidence.find(({ change }) => change === 'added');
    expect([code, piece?.state, piece?.signer]).toMatchObject([
      0,
      'single',
      { identity: 'two@example.com' },
    ]);
  });

  it('is closed: what a registry serves is compared with its digest', async () => {
    const [code, { recipes }] = await saidOfNamed('a bundle that was tampered with');
    const faults = recipes[0]?.evidence.map(({ fault }) => fault?.code);
    expect([code, faults]).toEqual([2, expect.arrayContaining(['REGISTRY_BYTES_OTHER'])]);
  });
});

function layerDigest(manifest: Uint8Array): string {
  const { layers } = JSON.parse(Buffer.from(manifest).toString()) as {
    readonly layers: readonly { readonly digest: string }[];
  };
  return layers[0]?.digest ?? '';
}

describe('gap 14', () => {
  it('is closed: an address that the pull request chose is not asked, and what cannot be had has a state of its own', async () => {
    const before = world.registry.asked.length;
    for (const [title, fault] of [
      ['a registry that is down', 'SERVICE_UNREACHABLE'],
      ['a pointer to a private address', 'REGISTRY_ADDRESS_PRIVATE'],
      ['a pointer to a registry that the policy does not list', 'REGISTRY_NOT_LISTED'],
    ] as const) {
      const [code, { recipes }] = await saidOfNamed(title);
      expect([title, code, recipes[0]?.state]).toEqual([title, 3, 'unreachable']);
      const codes = recipes[0]?.evidence.flatMap((piece) => piece.fault?.code ?? []);
      expect(codes).toEqual([fault]);
      expect(recipes[0]?.next.length).toBeGreaterThan(0);
    }
    // What base has of this recipe is asked for all the same.
    expect(world.registry.asked.length).toBeGreaterThan(before);
  });

  it('is closed: a recipe goes by its criteria, whatever its file and its overlay are called', async () => {
    const text = world.text(OVERLAY).replace(`name: ${RECIPE}`, 'name: zz');
    git(root, 'checkout', '--quiet', '--detach', 'main');
    git(root, 'rm', '--quiet', OVERLAY);
    const head = commit(root, { 'recipes/overlays/zz.yaml': text });
    const words = await world.wordsFor({
      ...{ title: '', expected: { exit: 0, states: {} } },
      files: async () => await Promise.resolve({}),
    });
    const ofHead = words.toSpliced(words.indexOf('--head') + 1, 1, head);
    const [code, { counts, pointers }] = await said(ofHead);
    expect([code, counts.recipes, counts.affected, pointers.orphans]).toEqual([0, 25, 0, []]);
    const [, all] = await said(ofHead.toSpliced(ofHead.indexOf('--base'), 2, '--all'));
    expect(all.recipes.find(({ name }) => name === RECIPE)?.state).toBe('single');
  });

  it.each(['a values file changed', 'health checks that check nothing'])(
    'is closed: what a recipe only names makes its evidence stale: %s',
    async (title) => {
      const [code, { recipes }] = await saidOfNamed(title);
      expect([code, recipes.find(({ name }) => name === RECIPE)?.state]).toEqual([4, 'stale']);
    },
  );
});
