// What evidence from before a change does not show, the change cannot have it say.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { GateJson } from '../../src/gate/gate-json.ts';
import { commit, git, type Files } from '../io/git/real-git.ts';
import { withRegistry } from '../oci/registry.ts';
import { runProgram } from '../run-here.ts';
import { pointerFile, RECIPE } from './evidence-maker.ts';
import { World } from './pull-requests.ts';

const VALUES = 'recipes/components/kubeflow-trainer/values.yaml';
const CHECK = 'recipes/checks/kubeflow-trainer/health-check.yaml';
const MANIFEST =
  'recipes/components/kubeflow-trainer/manifests/torch-distributed-cluster-training-runtime.yaml';
const folder = mkdtempSync(join(tmpdir(), 'affidavit-gate-old-'));
const root = join(folder, 'repository');
const end = Promise.withResolvers<undefined>();
let world: World;
/** The one at base. */
let path = '';
let pointer = '';
let emptied: Files;

beforeAll(async () => {
  const begun = Promise.withResolvers<undefined>();
  void withRegistry({}, async (registry) => {
    world = await World.open(folder, registry);
    begun.resolve(undefined);
    await end.promise;
  }).catch(begun.reject);
  await begun.promise;
  const names = git(root, 'ls-tree', '-r', '--name-only', 'main', 'recipes/evidence').split('\n');
  path = names.find((name) => name.endsWith('.yaml')) ?? '';
  pointer = `${world.text(path)}\n`;
  emptied = { [CHECK]: world.text(CHECK).replaceAll('steps:', 'steps: []\n  left:') };
});

afterAll(async () => {
  await world.maker.close();
  end.resolve(undefined);
  rmSync(folder, { recursive: true });
});

interface Gated {
  readonly head: string;
  readonly code: number | null;
  readonly report: GateJson;
  /** Of the recipe that has evidence: its own, and those of its pieces. */
  readonly states: readonly (string | undefined)[];
}

/** What is said of all recipes. */
async function gatedAll(head: string): Promise<Omit<Gated, 'head'>> {
  const policy = `${head}:recipes/evidence/policy.json`;
  return await runGate(['--all', '--head', head, '--policy-ref', policy]);
}

/** @param removed paths that the change deletes */
async function gated(base: string, files: Files, ...removed: readonly string[]): Promise<Gated> {
  git(root, 'checkout', '--quiet', '--detach', base);
  if (removed.length > 0) git(root, 'rm', '--quiet', ...removed);
  const head = commit(root, files);
  const policy = `${base}:recipes/evidence/policy.json`;
  return {
    head,
    ...(await runGate(['--base', base, '--head', head, '--policy-ref', policy])),
  };
}

async function runGate(words: readonly string[]): Promise<Omit<Gated, 'head'>> {
  const { code, stdout } = await runProgram([
    ...['gate', ...words, '--git', root],
    ...['--trusted-root', join(folder, 'root.json'), '--at', '2026-06-20T00:00:00Z'],
    ...['--registry', world.registry.host, '--format', 'json'],
  ]);
  const report = JSON.parse(stdout) as GateJson;
  const { state, evidence = [] } = report.recipes.find(({ name }) => name === RECIPE) ?? {};
  return { code, report, states: [state, ...evidence.map((piece) => piece.state)] };
}

describe('a change of health checks', () => {
  it.each<[what: string, touched: () => Files]>([
    ['by a comment in its pointer', () => ({ [path]: `${pointer}# x\n` })],
    [
      'by one more place of its bundle',
      () => ({ [path]: `affidavit:\n  locations: [ghcr.io/example/mirror]\n${pointer}` }),
    ],
    ['by a second, flat pointer to it', () => ({ [`recipes/evidence/${RECIPE}.yaml`]: pointer })],
  ])('does not pass on evidence from before it that it touches %s', async (_, touched) => {
    const innocent = await gated('main', touched());
    expect([innocent.code, innocent.states[0]]).toEqual([0, 'single']);
    const { code, states, report } = await gated('main', { ...emptied, ...touched() });
    expect([code, new Set(states)]).toEqual([4, new Set(['stale'])]);
    const codes = report.recipes.flatMap(({ evidence }) =>
      evidence.map(({ fault }) => fault?.code),
    );
    expect(new Set(codes)).toEqual(new Set(['RECIPE_OTHER']));
  });

  it('passes on evidence that it brings, and later changes do not on what was there before', async () => {
    const made = await world.evidence('two@example.com');
    const brought = pointerFile(made);
    const { code, states, head } = await gated('main', { ...emptied, ...brought });
    expect([code, states[0]]).toEqual([0, 'single']);
    const [[name, text] = ['', '']] = Object.entries(brought);
    const removed = await gated(head, {}, name);
    expect([removed.code, removed.states]).toEqual([4, ['stale', 'stale']]);
    // Also without a change, by the history of head.
    const all = await gatedAll(removed.head);
    expect([all.code, all.states]).toEqual([4, ['stale', 'stale']]);
    const touched = await gated(head, { [name]: `${text}# more\n` });
    expect([touched.code, touched.states[0]]).toEqual([0, 'single']);
    // Once it was removed, it comes back as old as it is.
    const gone = await gated(head, {}, path);
    expect([gone.code, gone.states]).toEqual([0, ['single', 'single']]);
    const back = await gated(gone.head, { [path]: pointer });
    expect([back.code, back.states[0]]).toEqual([4, 'stale']);
  });
});

/** As YAML may write it too. */
function escaped(yaml: string): string {
  return yaml.replace(
    /sha256:([0-9a-f])([0-9a-f]+)$/m,
    (_, first: string, rest: string) =>
      `"sha256:\\x${Buffer.from(first).toString('hex')}\\\n      ${rest}"`,
  );
}

it('passes on the evidence of health checks that it restores, and not on what came with the others', async () => {
  const made = pointerFile(await world.evidence('two@example.com'));
  const [[name, text] = ['', '']] = Object.entries(made);
  expect(escaped(text)).not.toBe(text);
  git(root, 'checkout', '--quiet', '--detach', 'main');
  const before = commit(root, { ...emptied, [name]: escaped(text) });
  const { code, report, states } = await gated(before, { [CHECK]: `${world.text(CHECK)}\n` });
  expect([code, states[0]]).toEqual([0, 'single']);
  const { evidence = [] } = report.recipes.find((each) => each.name === RECIPE) ?? {};
  const told = Object.fromEntries(evidence.map((each) => [each.pointer.path, each.state]));
  expect(told).toEqual({ [path]: 'single', [name]: 'stale' });
});

describe('a change of files that evidence does not bind', () => {
  beforeAll(async () => {
    const made = await world.evidence('two@example.com', 0, { recipes: undefined });
    git(root, 'checkout', '--quiet', '-b', 'unbound', 'old');
    commit(root, pointerFile(made));
  });

  it.each([VALUES, MANIFEST])('does not pass on evidence from before it: %s', async (file) => {
    const files = { [file]: `${world.text(file)}\n# evil: true\n` };
    const { code, states, report } = await gated('unbound', files);
    const recipe = report.recipes.find(({ name }) => name === RECIPE);
    expect([code, states]).toEqual([4, ['stale', 'stale']]);
    expect(recipe?.evidence[0]?.fault).toMatchObject({
      code: 'RECIPE_OTHER',
      found: expect.stringContaining('which it does not bind') as string,
    });
  });
});
