// `affidavit gate` on real repositories: the recipes of AICR v0.11.1, and evidence that a sandbox has signed.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ownRecipes } from '../../src/evidence/resolve/own-recipe.ts';
import type { GateJson } from '../../src/gate/gate-json.ts';
import type { FaultJson } from '../../src/report/report-json.ts';
import { catalogueOf, realTexts } from '../evidence/resolve/recipes.ts';
import { commit, git, repository, type Files } from '../io/git/real-git.ts';
import { junitComplaints, sarifComplaints } from '../report/report-schemas.ts';
import { runProgram } from '../run-here.ts';
import { EvidenceMaker, pointerFile, RECIPE, type MadeEvidence } from './evidence-maker.ts';
import { gateComplaints } from './gate-report.ts';

const OVERLAY = 'recipes/overlays/h100-eks-ubuntu-training-kubeflow.yaml';
const AT = '2026-06-20T00:00:00Z';
const POLICY = 'recipes/evidence/policy.json';
const folder = mkdtempSync(join(tmpdir(), 'affidavit-gate-'));
const root = join(folder, 'repository');
let maker: EvidenceMaker;
let good: MadeEvidence;
let base = '';

function policyText(gate: object = {}, emails: readonly string[] = ['one@example.com']): string {
  const signers = emails.map((identity) => ({ identity, issuer: maker.issuer, tier: 'partner' }));
  return JSON.stringify({ schemaVersion: '1.2.0', signers, gate });
}

function archive(name: string, bytes: Uint8Array): void {
  writeFileSync(join(folder, 'bundles', name), bytes);
}

beforeAll(async () => {
  maker = await EvidenceMaker.open();
  const texts = realTexts();
  good = await maker.make({ recipes: ownRecipes(catalogueOf(texts)) });
  mkdirSync(join(folder, 'bundles'));
  archive('whatever.bin', good.archive);
  writeFileSync(join(folder, 'root.json'), maker.trustedRoot);
  repository(root);
  cpSync('testdata/aicr-recipes-v0.11.1/recipes', join(root, 'recipes'), { recursive: true });
  base = commit(root, { [POLICY]: policyText(), ...pointerFile(good) });
});

afterAll(async () => {
  await maker.close();
  rmSync(folder, { recursive: true });
});

/** A commit on top of the base. */
function change(files: Files): string {
  git(root, 'checkout', '--quiet', '--detach', base);
  return commit(root, files);
}

/** The overlay, resolved to another recipe. */
function otherVersion(): string {
  const text = realTexts()['overlays/h100-eks-ubuntu-training-kubeflow.yaml'] ?? '';
  return text.replace('1.32.4', '1.32.5');
}

interface Sarif {
  readonly runs: readonly {
    readonly results: readonly {
      readonly ruleId: string;
      readonly locations: readonly {
        readonly physicalLocation: {
          readonly artifactLocation: { readonly uri: string };
          readonly region: { readonly startLine: number };
        };
      }[];
    }[];
  }[];
}

function resultsIn(sarif: string): readonly (readonly unknown[])[] {
  const { runs } = JSON.parse(sarif) as Sarif;
  return runs.flatMap(({ results }) =>
    results.map(({ ruleId, locations: [at] }) => [
      ruleId,
      at?.physicalLocation.artifactLocation.uri,
      at?.physicalLocation.region.startLine,
    ]),
  );
}

function lineOf(text = '', line: string): number {
  return text.split('\n').indexOf(line) + 1;
}

interface Gated {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly report: GateJson;
}

async function gated(head: string, ...more: readonly string[]): Promise<Gated> {
  const words = more.includes('--all') || more.includes('--base') ? [] : ['--base', 'main'];
  const policy = more.some((word) => word.startsWith('--policy'))
    ? []
    : ['--policy-ref', `main:${POLICY}`];
  const run = await runProgram([
    ...['gate', ...words, '--head', head, ...policy, '--at', AT],
    ...(more.includes('--git') ? [] : ['--git', root]),
    ...['--trusted-root', join(folder, 'root.json')],
    ...(more.includes('--bundles') ? [] : ['--bundles', join(folder, 'bundles')]),
    ...['--offline', '--format', 'json', ...more],
  ]);
  const report = JSON.parse(run.stdout) as GateJson;
  expect('error' in report ? [] : gateComplaints(report)).toEqual([]);
  return { ...run, report };
}

describe('affidavit gate', () => {
  it('passes a change that no recipe is made of', async () => {
    const { code, report } = await gated(change({ 'README.md': 'text' }));
    expect([code, report.counts, report.sandbox]).toEqual([
      0,
      { recipes: 25, affected: 0, states: {} },
      true,
    ]);
  });

  it('finds evidence of another recipe than that of head stale, and says what to run', async () => {
    const { code, report } = await gated(change({ [OVERLAY]: otherVersion() }));
    const recipe = report.recipes.find(({ name }) => name === RECIPE);
    expect([code, recipe?.state, recipe?.change]).toEqual([4, 'stale', 'changed']);
    expect(recipe?.evidence[0]?.fault?.code).toBe('RECIPE_OTHER');
    expect(recipe?.next.map(({ where }) => where)).toEqual([
      'laptop',
      'cluster',
      'laptop',
      'commit',
    ]);
  });

  it('accepts a pointer that the change adds, whose archive it knows by what is signed in it', async () => {
    git(root, 'checkout', '--quiet', '--detach', base);
    git(root, 'rm', '--quiet', '-r', 'recipes/evidence/h100-eks-ubuntu-training-kubeflow');
    const before = commit(root, {});
    const head = commit(root, pointerFile(good));
    const { code, report } = await gated(head, '--base', before);
    const recipe = report.recipes.find(({ name }) => name === RECIPE);
    expect([code, recipe?.state, recipe?.evidence[0]?.counted]).toEqual([0, 'single', true]);
    expect(recipe?.evidence[0]?.signer).toMatchObject({
      identity: 'one@example.com',
      tier: 'partner',
    });
  });

  it('says which files of --bundles are the bundle of no pointer, and how many', async () => {
    const names = ['a', 'b', 'c', 'd', 'notes.txt', 'z'].map((name) => `passed/${name}`);
    mkdirSync(join(folder, 'bundles/passed'));
    for (const name of names) archive(name, Buffer.from('text'));
    const other = await maker.make({ recipes: ownRecipes(catalogueOf(realTexts())) });
    archive('passed/e', other.archive);
    const { code, report } = await gated(base, '--all');
    rmSync(join(folder, 'bundles/passed'), { recursive: true });
    expect([code, report.findings]).toMatchObject([0, [{ code: 'BUNDLES_PASSED_OVER' }]]);
    const path = (name: string): string => JSON.stringify(join(folder, 'bundles/passed', name));
    expect(report.findings[0]?.found).toBe(
      `7 files: ${['a', 'b', 'c', 'd', 'e'].map(path).join(', ')} and 2 more`,
    );
  });

  it('judges every recipe of head with --all', async () => {
    const { code, report } = await gated(base, '--all');
    expect([code, report.base, report.counts.affected]).toEqual([0, null, 25]);
    expect(report.counts.states).toEqual({ single: 1, 'not-asked': 24 });
  });

  it('shows the decision in every form, with SANDBOX before all else', async () => {
    const text = realTexts()['overlays/h100-eks-ubuntu-training-kubeflow.yaml'] ?? '';
    const head = change({ [OVERLAY]: text.replace('1.32.4', '1.32.5') });
    const forms = ['terminal', 'markdown', 'sarif', 'junit'];
    const out = (form: string): string => join(folder, `report.${form}`);
    await gated(head, ...forms.flatMap((form) => ['--format', `${form}=${out(form)}`]));
    const [terminal = '', markdown = '', sarif = '', junit = ''] = forms.map((form) =>
      readFileSync(out(form), 'utf8'),
    );
    expect([terminal.split('\n')[0], markdown.split('\n')[0]]).toEqual([
      expect.stringContaining('SANDBOX: Evidence is missing or not enough'),
      expect.stringContaining('SANDBOX: Evidence is missing or not enough'),
    ]);
    const resolve =
      'affidavit recipe resolve --data recipes --service eks --accelerator h100 --os ubuntu --intent training --platform kubeflow --output recipe.yaml';
    expect(terminal).toContain(`\n    ${resolve}\n`);
    expect(markdown).toContain(`\n\`\`\`sh\n${resolve}\n\`\`\`\n`);
    expect(terminal).toContain('\n  ! stale h100-eks-ubuntu-training-kubeflow\n      sha256:');
    const [was, is] = ['>= 1.32.4', '>= 1.32.5'];
    const field = 'constraints[K8s.server.version].value';
    expect(terminal.replaceAll(/\s+/g, ' ')).toContain(
      `Changed ${RECIPE}: ${field} was "${was}", is "${is}"`,
    );
    expect(markdown).toContain('<details><summary>Changed: 1 recipe</summary>');
    expect(markdown).toContain(`<td><code>${field}</code></td>`);
    expect(markdown).toContain(
      'deployment, performance, conformance recorded as green (14 passed, 1 skipped)',
    );
    expect([sarifComplaints(sarif), junitComplaints(junit)]).toEqual([[], []]);
    const [[path, pointer] = []] = Object.entries(pointerFile(good));
    expect(resultsIn(sarif)).toEqual([
      ['SANDBOX', '.', 1],
      ['gate-stale', OVERLAY, lineOf(text, '  criteria:')],
      ['RECIPE_OTHER', path, lineOf(pointer, 'attestations:') + 1],
    ]);
    expect(junit).toContain('tests="2" failures="2"');
  });

  it.each<[what: string, found: string, text: string | undefined]>([
    ['deletes', 'no such file at head: no gate could run once this is merged', undefined],
    ['breaks', 'nothing', '{"schemaVersion": "1.2.0", "minimum": 1}'],
  ])('says that a change %s the policy, and judges by that of the base', async (_, found, text) => {
    git(root, 'checkout', '--quiet', '--detach', base);
    if (text === undefined) git(root, 'rm', '--quiet', POLICY);
    const head = commit(root, text === undefined ? {} : { [POLICY]: text });
    const { code, report } = await gated(head);
    expect([code, report.mode]).toEqual([0, 'enforce']);
    expect(report.findings).toMatchObject([{ code: 'POLICY_INVALID', found, file: POLICY }]);
    expect(report.findings[0]?.hint).toBeTruthy();
  });

  it.each([
    {
      what: 'a registry with a path',
      words: ['--registry', 'http://foo/bar'],
      expected: [64, '--registry', 'the host alone'],
    },
    {
      what: 'bundles that are not there',
      words: ['--bundles', 'nope'],
      expected: [3, 'nope', ''],
    },
    {
      what: 'a policy of a commit',
      words: ['--policy', 'main:policy.json'],
      expected: [3, 'main:policy.json', '--policy-ref'],
    },
    { what: 'no repository', words: ['--git', tmpdir()], expected: [3, tmpdir(), 'with --git'] },
  ])('refuses $what, also if no recipe is affected', async ({ words, expected }) => {
    const [exit, place, hint] = expected;
    const { code, stdout } = await gated(change({ 'README.md': 'text' }), ...words);
    const { error } = JSON.parse(stdout) as { readonly error: FaultJson };
    expect([code, error.at, error.hint]).toEqual([
      exit,
      expect.stringContaining(String(place)),
      expect.stringContaining(String(hint)),
    ]);
  });

  it('is no report for `report`, and says which form it has instead', async () => {
    const { stdout } = await gated(change({ 'README.md': 'text' }));
    const file = join(folder, 'gate.json');
    writeFileSync(file, stdout);
    const run = await runProgram(['report', file]);
    expect([run.code, run.stderr]).toEqual([
      3,
      expect.stringContaining('found: a report of gate\n'),
    ]);
    expect(run.stderr).toContain('run gate again with --format NAME=PATH');
  });

  it.each(['html', 'jsonl', 'aicr-json'])('has no form %s', async (form) => {
    const run = await runProgram(['gate', '--all', '--head', base, '--policy', 'x', '-f', form]);
    expect(run.code).toBe(64);
  });
});

describe('the folder of the evidence', () => {
  const stale = (): string => change({ [OVERLAY]: otherVersion() });

  it('is no pass if neither side has it: 3, with the one where pointers lie', async () => {
    const { code, stdout } = await gated(stale(), '--evidence-dir', 'recipes/evidences');
    const { error } = JSON.parse(stdout) as { readonly error: FaultJson };
    expect([code, error.code, error.at]).toEqual([3, 'EVIDENCE_NOT_FOUND', '--evidence-dir']);
    expect(error.hint).toContain('name it: --evidence-dir recipes/evidence;');
  });

  it('that is there without pointers is a finding', async () => {
    const head = change({ 'docs/README.md': 'text', [OVERLAY]: otherVersion() });
    const { code, report } = await gated(head, '--evidence-dir', 'docs');
    expect(code).toBe(0);
    const finding = { code: 'POINTERS_NONE', at: '--evidence-dir' };
    expect(report.findings).toMatchObject([finding]);
  });

  it('lies in that of the recipes, unless it is named', async () => {
    const old = stale();
    git(root, 'mv', 'recipes', 'deploy');
    const moved = commit(root, {});
    const overlay = OVERLAY.replace('recipes/', 'deploy/');
    const text = git(root, 'show', `${moved}:${overlay}`);
    const head = commit(root, { [overlay]: text.replace('1.32.5', '1.32.6') });
    const policy = ['--policy-ref', `${moved}:${POLICY.replace('recipes/', 'deploy/')}`];
    const words = ['--base', moved, '--recipes', 'deploy', ...policy];
    const { code, report } = await gated(head, ...words);
    expect([code, report.recipes[0]?.state]).toEqual([4, 'stale']);
    const lost = await gated(head, ...words, '--evidence-dir', 'recipes/evidence');
    expect([lost.code, lost.stdout]).toEqual([3, expect.stringContaining('deploy/evidence')]);
    expect((await gated(old)).code).toBe(4);
  });

  it('need not be there before the first evidence, but as it is named', async () => {
    git(root, 'checkout', '--quiet', '--detach', base);
    git(root, 'rm', '--quiet', '-r', 'recipes/evidence');
    const before = commit(root, {});
    const head = commit(root, { [OVERLAY]: otherVersion() });
    const words = ['--base', before, '--policy-ref', `main:${POLICY}`];
    const { code, report } = await gated(head, ...words);
    expect([code, report.findings.map((each) => each.code)]).toEqual([0, ['POINTERS_NONE']]);
    const named = await gated(head, ...words, '--evidence-dir', 'recipes/evidence');
    expect([named.code, named.stdout]).toEqual([3, expect.stringContaining('commit this folder')]);
  });
});
