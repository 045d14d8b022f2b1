// What is wrong with a change, through the command: each has its own code, place and next step, and the rest is judged.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { compareBytes } from '../../src/compare-bytes.ts';
import { ownRecipes } from '../../src/evidence/resolve/own-recipe.ts';
import type { GateJson, PlacedFault } from '../../src/gate/gate-json.ts';
import { MAX_POINTERS } from '../../src/limits.ts';
import type { FaultJson } from '../../src/report/report-json.ts';
import { catalogueOf, realTexts } from '../evidence/resolve/recipes.ts';
import { commit, git, gitWith, repository, type Files } from '../io/git/real-git.ts';
import { withRegistry } from '../oci/registry.ts';
import { runProgram } from '../run-here.ts';
import { EvidenceMaker, pointerFile, RECIPE, type MadeEvidence } from './evidence-maker.ts';
import { gateComplaints } from './gate-report.ts';

const OVERLAY = `recipes/overlays/${RECIPE}.yaml`;
const OTHER = 'h100-eks-ubuntu-training';
const EVIDENCE = 'recipes/evidence';
const folder = mkdtempSync(join(tmpdir(), 'affidavit-gate-bad-'));
const root = join(folder, 'repository');
let maker: EvidenceMaker;
let second: MadeEvidence;
let base = '';

function policyText(gate: object = {}, more: object = {}): string {
  const signers = ['one', 'two'].map((name) => ({
    identity: `${name}@example.com`,
    issuer: maker.issuer,
  }));
  return JSON.stringify({ schemaVersion: '1.2.0', signers, gate, ...more });
}

function policyFile(text: string): string {
  const file = join(folder, 'policy.json');
  writeFileSync(file, text);
  return file;
}

beforeAll(async () => {
  maker = await EvidenceMaker.open();
  const recipes = ownRecipes(catalogueOf(realTexts()));
  const first = await maker.make({ recipes });
  second = await maker.make({ recipes, email: 'two@example.com' });
  mkdirSync(join(folder, 'bundles'));
  writeFileSync(join(folder, 'bundles', '1'), first.archive);
  writeFileSync(join(folder, 'bundles', '2'), second.archive);
  writeFileSync(join(folder, 'root.json'), maker.trustedRoot);
  repository(root);
  cpSync('testdata/aicr-recipes-v0.11.1/recipes', join(root, 'recipes'), { recursive: true });
  base = commit(root, pointerFile(first));
});

afterAll(async () => {
  await maker.close();
  rmSync(folder, { recursive: true });
});

function change(files: Files): string {
  git(root, 'checkout', '--quiet', '--force', '--detach', base);
  return commit(root, files);
}

/** Adds good evidence too, which has to be judged all the same. */
function withGood(files: Files): string {
  return change({ ...pointerFile(second), ...files });
}

interface Said {
  readonly code: number | null;
  readonly report: GateJson;
  readonly error: FaultJson | undefined;
}

async function gated(
  head: string,
  policy = policyText(),
  from = base,
  more: readonly string[] = [],
): Promise<Said> {
  const run = await runProgram([
    ...['gate', '--base', from, '--head', head, '--policy', policyFile(policy), '--git', root],
    ...['--at', '2026-06-20T00:00:00Z', '--trusted-root', join(folder, 'root.json')],
    ...['--bundles', join(folder, 'bundles'), '--format', 'json', ...more],
  ]);
  expect(run.stderr).not.toMatch(/\n\s+at /);
  const report = JSON.parse(run.stdout) as GateJson & { readonly error?: FaultJson };
  expect(report.error === undefined ? gateComplaints(report) : []).toEqual([]);
  return { code: run.code, report, error: report.error };
}

function stateOf({ recipes }: GateJson, name = RECIPE): string | undefined {
  return recipes.find((recipe) => recipe.name === name)?.state;
}

function placesOf(
  faults: readonly PlacedFault[],
): readonly (readonly [string, string | undefined])[] {
  expect(faults.every(({ hint, line }) => hint !== '' && line !== undefined)).toBe(true);
  return faults.map(({ code, file }) => [code, file]);
}

/** The file of the good evidence, and its text. */
function goodFile(): readonly [path: string, text: string] {
  const [path = '', text = ''] = Object.entries(pointerFile(second))[0] ?? [];
  return [path, text];
}

const BOMB = [
  'a: &a [x, x]',
  ...Array.from({ length: 30 }, (_, index) => {
    const before = index === 0 ? '' : index - 1;
    return `a${index}: &a${index} [*a${before}, *a${before}]`;
  }),
].join('\n');

describe('a change that cannot be judged', () => {
  it.each<[what: string, head: () => string]>([
    ['no commit', () => git(root, 'rev-parse', `${base}:recipes`)],
    ['nothing', () => 'nothing'],
  ])('has a head that is %s: 64, with its flag and what to do', async (_, head) => {
    const { code, error } = await gated(head());
    expect([code, error?.code, error?.at]).toEqual([64, 'GIT_REF_INVALID', '--head']);
    expect(error?.hint).toBe('check its name, and that it was fetched');
  });

  it('has no commit in common with the base: 3, with the repository and what to do', async () => {
    const head = git(root, 'commit-tree', `${base}^{tree}`, '-m', 'another beginning');
    const { code, error } = await gated(head);
    expect([code, error?.code, error?.at]).toEqual([3, 'GIT_HISTORY_UNRELATED', root]);
    expect(error?.hint).toBeTruthy();
  });

  it.each<[what: string, place: string, hint: string, policy: () => string]>([
    [
      ...(['of a newer major version', '/schemaVersion', 'upgrade affidavit'] as const),
      () => policyText({}, { schemaVersion: '2.0.0' }),
    ],
    [
      ...(['with an unknown field', '/gate/minimum', 'remove the field'] as const),
      () => policyText({ minimum: 1 }),
    ],
    [
      ...(['with an unanchored pattern', '/gate/rules/0/recipes', 'write how the name'] as const),
      () => policyText({ rules: [{ recipes: '.*h100' }] }),
    ],
  ])('has a policy %s: 3, with the place in it', async (_, place, hint, policy) => {
    const { code, error } = await gated(base, policy());
    expect([code, error?.code]).toEqual([3, 'POLICY_INVALID']);
    expect([error?.at, error?.hint]).toEqual([
      expect.stringMatching(new RegExp(`policy\\.json#${place}$`)),
      expect.stringContaining(hint),
    ]);
  });
});

describe('one bad pointer is a breach with its place, and the good evidence is judged all the same', () => {
  const flat = `${EVIDENCE}/${OTHER}.yaml`;
  it.each<[what: string, code: string, file: () => Readonly<Record<string, string>>]>([
    ['a YAML bomb', 'DOCUMENT_UNSUPPORTED', () => ({ [flat]: BOMB })],
    ['10 MB', 'LIMIT_EXCEEDED', () => ({ [flat]: 'x'.repeat(10_000_000) })],
    [
      ...(['a path outside', 'FIELD_INVALID'] as const),
      () => {
        const [path, text] = goodFile();
        const outside = text.replace(`recipe: ${RECIPE}`, `recipe: ../../${OTHER}`);
        return { [path.replace(RECIPE, OTHER)]: outside };
      },
    ],
  ])('%s', async (_, wanted, file) => {
    const files = file();
    const { code, report } = await gated(withGood(files));
    expect(code).toBe(2);
    const [path = ''] = Object.keys(files);
    expect(placesOf(report.pointers.breaches)).toEqual([[wanted, path]]);
    expect(stateOf(report)).toBe('confirmed');
    // The path says whose it is.
    const own = report.recipes.find(({ name }) => name === OTHER);
    expect([
      own?.state,
      own?.evidence.map(({ pointer, fault }) => [fault?.code, pointer.path]),
    ]).toEqual(['invalid', [[wanted, path]]]);
    expect(own?.next[0]?.commands).toEqual([['git', 'rm', '--', path]]);
  });

  it('10,000 pointers of another recipe', async () => {
    const [, text] = goodFile();
    const hex = second.manifest.digest.slice('sha256:'.length);
    const many = Array.from({ length: 10_000 }, (_, index) => {
      const other = index.toString(16).padStart(64, '0');
      const own = text.replace(`recipe: ${RECIPE}`, `recipe: ${OTHER}`).replaceAll(hex, other);
      return [`${EVIDENCE}/${OTHER}/x/sha256-${other}.yaml`, own] as const;
    });
    const { code, report } = await gated(withGood(Object.fromEntries(many)));
    const limit = report.pointers.breaches.filter((each) => each.code === 'LIMIT_EXCEEDED');
    expect([code, limit.length, stateOf(report)]).toEqual([2, 1, 'confirmed']);
    expect(limit[0]).toMatchObject({
      file: `${EVIDENCE}/${OTHER}`,
      hint: expect.stringContaining('remove old pointers') as string,
    });
    // Beyond the limit nothing is judged.
    const own = report.recipes.find(({ name }) => name === OTHER);
    expect(own?.evidence.length).toBeLessThanOrEqual(MAX_POINTERS);
  });

  it('names of files with newlines, quotes, and bytes that are no UTF-8', async () => {
    const head = withGood({ x: 'x' });
    const id = git(root, 'rev-parse', `${head}:x`);
    const odd = ['a\nb.yaml', `"q'.yaml`, Buffer.from('a\u{ff}.yaml', 'latin1')];
    const entries = odd.flatMap((name) => [
      ...[Buffer.from(`100644 ${id} 0\t${EVIDENCE}/`), Buffer.from(name), Buffer.from('\0')],
    ]);
    gitWith(Buffer.concat(entries), root, 'update-index', '-z', '--index-info');
    const tree = git(root, 'write-tree');
    const { code, report } = await gated(git(root, 'commit-tree', tree, '-p', head, '-m', 'm'));
    expect([code, stateOf(report)]).toEqual([2, 'confirmed']);
    expect(new Map(placesOf(report.pointers.breaches).map(([each, at]) => [at, each]))).toEqual(
      new Map([
        [`${EVIDENCE}/a\nb.yaml`, 'FIELD_INVALID'],
        [`${EVIDENCE}/"q'.yaml`, 'FIELD_INVALID'],
        [String.raw`${EVIDENCE}/a\xff.yaml`, 'GIT_PATH_INVALID'],
      ]),
    );
  });

  it('a bundle that answers for two recipes: both pointers, and no other', async () => {
    const [path, text] = goodFile();
    const other = text.replace(`recipe: ${RECIPE}`, `recipe: ${OTHER}`);
    const shared = path.replace(RECIPE, OTHER);
    const { code, report } = await gated(withGood({ [shared]: other }));
    expect([code, stateOf(report), stateOf(report, OTHER)]).toEqual([2, 'invalid', 'invalid']);
    expect(placesOf(report.pointers.breaches)).toEqual([
      ['POINTER_SHARED', path],
      ['POINTER_SHARED', shared],
    ]);
    const pieces = report.recipes.flatMap(({ evidence }) => evidence);
    expect(
      pieces.map(({ change: how, state }) => `${how}: ${state}`).toSorted(compareBytes),
    ).toEqual(['added: invalid', 'added: invalid', 'same: single']);
  });
});

describe('two overlays', () => {
  it('of one recipe name are told by file and line, and the evidence is judged all the same', async () => {
    const text = git(root, 'show', `${base}:${OVERLAY}`);
    const twin = text.replace(`name: ${RECIPE}`, 'name: twin');
    const { code, report } = await gated(withGood({ 'recipes/overlays/twin.yaml': twin }));
    expect([code, stateOf(report)]).toEqual([2, 'confirmed']);
    expect(placesOf(report.faults)).toEqual([['RECIPE_DUPLICATE', 'recipes/overlays/twin.yaml']]);
  });

  it('of one name in their metadata leave no recipe to judge, and no pointer is called an orphan', async () => {
    const text = git(root, 'show', `${base}:${OVERLAY}`);
    const { code, report } = await gated(withGood({ 'recipes/overlays/twin.yaml': text }));
    expect([code, report.pointers.orphans]).toEqual([2, []]);
    expect(placesOf(report.faults)).toEqual([['OVERLAY_DUPLICATE', 'recipes/overlays/twin.yaml']]);
  });
});

/** Time runs so much faster here, for clocks and long waits: 30 s of patience is not what is tested. */
function hasten(times: number): () => void {
  const wait = globalThis.setTimeout;
  const now = performance.now.bind(performance);
  const waiting = vi
    .spyOn(globalThis, 'setTimeout')
    .mockImplementation((run: () => void, ms = 0) => wait(run, ms > 1000 ? ms / times : ms));
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now() * times);
  return () => {
    waiting.mockRestore();
    clock.mockRestore();
  };
}

it('a registry that drips is given up in time, and the rest is judged all the same', async () => {
  await withRegistry({}, async (registry) => {
    const recipes = ownRecipes(catalogueOf(realTexts()));
    const oci = `${registry.host}/evidence:x`;
    const made = await maker.make({ recipes, email: 'two@example.com', oci });
    registry.faults.first = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/vnd.oci.image.manifest.v1+json' });
      const drip = setInterval(() => response.write(' '), 20);
      response.on('close', () => {
        clearInterval(drip);
      });
      return true;
    };
    const restore = hasten(50);
    try {
      const head = withGood(pointerFile(made));
      const { code, report } = await gated(head, policyText(), base, ['--registry', registry.host]);
      expect([code, stateOf(report)]).toEqual([3, 'unreachable']);
      const pieces = report.recipes[0]?.evidence ?? [];
      const slow = pieces.filter(({ fault }) => fault !== undefined);
      expect(slow.map(({ fault }) => fault?.code)).toEqual(['SERVICE_SLOW']);
      expect(slow[0]?.fault).toMatchObject({
        at: expect.stringContaining(registry.host) as string,
        hint: expect.any(String) as string,
      });
      expect(pieces.filter(({ state }) => state === 'single').length).toBe(2);
    } finally {
      restore();
    }
  });
}, 30_000);
