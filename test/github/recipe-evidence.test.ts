// The workflows that judge, on a real repository of AICR's recipes with a GitHub on this machine: each step of them.
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ownRecipes } from '../../src/evidence/resolve/own-recipe.ts';
import { catalogueOf, realTexts } from '../evidence/resolve/recipes.ts';
import { EvidenceMaker, pointerFile, type MadeEvidence } from '../gate/evidence-maker.ts';
import { commit, git, repository, type Files } from '../io/git/real-git.ts';
import { deadAddress } from '../io/http/local-server.ts';
import { elementsOf, referencesIn, renderHtml } from '../report/rendered.ts';
import { GitHubServer } from './github-server.ts';
import { Runner } from './runner.ts';
import { OUR_ACTION, workflowNamed, type Workflow } from './workflow-file.ts';

const DECIDE = workflowNamed('recipe-evidence-comment');
const QUICK = workflowNamed('recipe-evidence');
const ALL = workflowNamed('recipe-evidence-all');
const TOKEN = 'ghs_16C7e42F292c6912E7710c838347Ae178B4a';
const POLICY = '.github/recipe-evidence.json';
const OVERLAY = 'recipes/overlays/h100-eks-ubuntu-training.yaml';

const folder = mkdtempSync(join(tmpdir(), 'affidavit-workflows-'));
const work = join(folder, 'work');
const server = join(folder, 'server');
let maker: EvidenceMaker;
let good: MadeEvidence;
let base = '';

beforeAll(async () => {
  maker = await EvidenceMaker.open();
  good = await maker.make({ recipes: ownRecipes(catalogueOf(realTexts())) });
  mkdirSync(join(folder, 'bundles'));
  writeFileSync(join(folder, 'bundles/one.tar.gz'), good.archive);
  writeFileSync(join(folder, 'root.json'), maker.trustedRoot);
  repository(work);
  cpSync('testdata/aicr-recipes-v0.11.1/recipes', join(work, 'recipes'), { recursive: true });
  base = commit(work, { [POLICY]: policy('enforce') });
  git(folder, 'clone', '--quiet', '--bare', work, join(server, 'you/recipes'));
});

afterAll(async () => {
  await maker.close();
  rmSync(folder, { recursive: true });
});

function policy(mode: string): string {
  const signers = [{ identity: 'one@example.com', issuer: maker.issuer, tier: 'partner' }];
  const rules = [{ recipes: '*', require: 'all' }];
  return JSON.stringify({ schemaVersion: '1.2.0', signers, gate: { mode, rules } });
}

/** The head of a pull request from a fork: the repository has it, and no branch of it does. */
function pull(files: Files): string {
  git(work, 'checkout', '--quiet', '--detach', base);
  const head = commit(work, files);
  git(work, 'push', '--quiet', '--force', join(server, 'you/recipes'), 'HEAD:refs/pull/12/head');
  return head;
}

function changedOverlay(): string {
  return readFileSync(join('testdata/aicr-recipes-v0.11.1', OVERLAY), 'utf8').replace('6.8', '6.9');
}

const PLACE = { repository: 'you/recipes', ref: 'refs/heads/main', token: TOKEN };

/** The job that decides about this head, which pull request 12 has, or had. */
async function decide(head: string, workflow = DECIDE, now = head, github = new GitHubServer()) {
  github.pulls.push({ number: 12, state: 'open', base: 'main', head: now });
  let runner: Runner | undefined;
  let isGood = false;
  await github.use(async (api) => {
    const event = { workflow_run: { event: 'pull_request', head_sha: head } };
    runner = new Runner({ ...PLACE, event, server: `file://${server}`, api, sha: base });
    isGood = await runner.run(workflow);
  });
  if (runner === undefined) throw new Error('there was no run');
  expect(runner.log).not.toContain(TOKEN);
  return { github, runner, isGood };
}

/** With flags that only this test needs. */
function withFlags(workflow: Workflow, ...flags: readonly string[]): Workflow {
  const jobs = Object.entries(workflow.jobs).map(([name, job]) => {
    const steps = job.steps.map((step) => {
      if (step.uses !== OUR_ACTION || step.with?.['arguments'] === undefined) return step;
      const given = { ...step.with, arguments: [step.with['arguments'], ...flags].join('\n') };
      return { ...step, with: given };
    });
    return [name, { ...job, steps }];
  });
  return { ...workflow, jobs: Object.fromEntries(jobs) as Workflow['jobs'] };
}

function states({ statuses }: GitHubServer): readonly unknown[] {
  return statuses.map(({ state, context }) => [state, context]);
}

const CONTEXT = 'recipe-evidence (main)';

describe('recipe-evidence-comment.yml', () => {
  it('passes a change of no recipe: first pending, then success, and one comment', async () => {
    const head = pull({ 'README.md': 'text' });
    const { github, runner, isGood } = await decide(head);
    expect([isGood, runner.log]).toEqual([true, expect.any(String)]);
    expect(states(github)).toEqual([
      ['pending', CONTEXT],
      ['success', CONTEXT],
    ]);
    expect(github.ours).toEqual([expect.stringContaining('No recipe is affected')]);
    expect(github.asked.filter(({ path }) => path.startsWith('/statuses/'))).toMatchObject([
      { path: `/statuses/${head}` },
      { path: `/statuses/${head}` },
    ]);
    expect(github.asked.every(({ token }) => token === `token ${TOKEN}`)).toBe(true);
    // Nothing of the commit is a file here.
    expect(git(runner.folder, '-C', 'temp/recipes.git', 'config', 'core.bare')).toBe('true');
  });

  it('decides by the policy of the base, and lets no name of a file have an effect', async () => {
    const hostile = '\n::error::pwned\n[x](http://evil) @team <img src=x> $(touch pwned).yaml';
    const head = pull({
      [OVERLAY]: changedOverlay(),
      [POLICY]: policy('warn'),
      [`recipes/evidence/${hostile}`]: `recipe: "${hostile.replaceAll('\n', '\\n')}"\n`,
      'package.json': '{"scripts":{"preinstall":"touch pwned"}}',
      '.npmrc': 'registry=http://127.0.0.1:1\n',
    });
    const { github, runner, isGood } = await decide(head);
    expect(isGood).toBe(true);
    expect(states(github)).toEqual([
      ['pending', CONTEXT],
      ['failure', CONTEXT],
    ]);
    const [comment = ''] = github.ours;
    expect(comment).toContain('h100-eks-ubuntu-training');
    expect(comment).toContain('pwned');
    const shown = renderHtml(comment);
    expect([
      elementsOf(shown).filter(({ tagName }) => tagName === 'img'),
      referencesIn(shown),
    ]).toEqual([[], []]);
    expect(comment).not.toMatch(/^::/m);
    expect(runner.outputs('gate')).toMatchObject({ verdict: 'invalid', 'exit-code': '2' });
    const own = /^::(?:error|warning|notice) (?:file=[^,:]*,line=\d+,)?title=[A-Z_a-z-]+::/;
    expect(runner.commands.filter((line) => !own.test(line))).toEqual([]);
    expect(runner.commands.length).toBeGreaterThan(0);
    const files = readdirSync(runner.folder, { recursive: true }).map(String);
    expect(files.filter((path) => path.includes('pwned'))).toEqual([]);
  });

  it('takes evidence that is good, and says whose it is', async () => {
    const head = pull(pointerFile(good));
    const flags = [
      `--trusted-root=${join(folder, 'root.json')}`,
      `--bundles=${join(folder, 'bundles')}`,
    ];
    const { github, runner } = await decide(head, withFlags(DECIDE, ...flags));
    expect(runner.outputs('gate')).toMatchObject({ verdict: 'passed', 'exit-code': '0' });
    expect(states(github).at(-1)).toEqual(['success', CONTEXT]);
    expect(github.ours[0]).toContain('one@example.com');
    expect(github.ours[0]).toContain('SANDBOX');
  });

  it('posts nothing if the head has moved on', async () => {
    const head = pull({ 'README.md': 'older' });
    const { github, isGood } = await decide(head, DECIDE, 'd'.repeat(40));
    expect([isGood, github.ours, github.statuses]).toEqual([true, [], []]);
  });

  it('sets an error, and leaves no status pending, if the commit cannot be fetched', async () => {
    const { github, runner, isGood } = await decide('e'.repeat(40));
    expect(isGood).toBe(false);
    expect(runner.ends.map(({ outcome }) => outcome)).toEqual([
      ...['success', 'success', 'failure', 'success', 'success'],
    ]);
    expect(states(github)).toEqual([
      ['pending', CONTEXT],
      ['error', CONTEXT],
    ]);
    expect(runner.outputs('gate')).toMatchObject({ verdict: 'unjudged', 'exit-code': '3' });
  });

  it('decides and sets the status where the conversation is locked, though nothing can be marked', async () => {
    const github = new GitHubServer();
    github.add(12, github.author, '<!-- affidavit-gate:main -->\nold');
    github.trouble = ({ method }) =>
      method === 'PATCH' ? { status: 403, data: { message: 'issue is locked' } } : undefined;
    const head = pull({ [OVERLAY]: changedOverlay() });
    const { runner, isGood } = await decide(head, DECIDE, head, github);
    expect(isGood).toBe(false);
    expect(runner.outputs('gate')).toMatchObject({ verdict: 'undecided', 'exit-code': '4' });
    expect(states(github)).toEqual([
      ['pending', CONTEXT],
      ['failure', CONTEXT],
    ]);
  });

  it('does nothing for a run of another kind', async () => {
    const event = { workflow_run: { event: 'push', head_sha: base } };
    const nowhere = { server: 'file:///nowhere', api: 'http://127.0.0.1:1' };
    const runner = new Runner({ ...PLACE, ...nowhere, event, sha: base });
    expect([await runner.run(DECIDE), runner.ends]).toEqual([true, []]);
  });
});

describe('recipe-evidence.yml', () => {
  it('answers in the run alone: red, with annotations and a summary, and asks GitHub nothing', async () => {
    const head = pull({ [OVERLAY]: changedOverlay() });
    const event = { pull_request: { number: 12, head: { sha: head, ref: '$(touch pwned)' } } };
    const api = await deadAddress();
    const runner = new Runner({ ...PLACE, event, server: `file://${server}`, api, sha: head });
    expect(await runner.run(QUICK)).toBe(false);
    expect(runner.ends).toMatchObject([{ outcome: 'success' }, { outcome: 'failure', code: 4 }]);
    expect(runner.summary).toContain('exit 4');
    expect(runner.commands).toContainEqual(
      expect.stringMatching(/^::error file=recipes\/overlays\//),
    );
  });
});

describe('recipe-evidence-all.yml', () => {
  it('judges every recipe of the branch, by its policy', async () => {
    const nowhere = { server: `file://${server}`, api: 'http://127.0.0.1:1' };
    const runner = new Runner({ ...PLACE, ...nowhere, event: {}, sha: base });
    expect(await runner.run(ALL)).toBe(false);
    expect(runner.ends.at(-1)).toMatchObject({ name: 'Judge', code: 4 });
    expect(runner.summary).toContain('h100-eks-ubuntu-training-kubeflow');
    // One line each for ten recipes: one more counts the others.
    expect(runner.commands).toContainEqual(expect.stringMatching(/more are in the report/));
  });
});
