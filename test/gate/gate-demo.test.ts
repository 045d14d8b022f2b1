// `./dev gate-demo` as a test: each pull request by itself.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { contradictionsIn } from '../../src/gate/contradictions.ts';
import type { GateJson } from '../../src/gate/gate-json.ts';
import { git as gitOf, type Files } from '../io/git/real-git.ts';
import { withRegistry } from '../oci/registry.ts';
import { runProgram } from '../run-here.ts';
import { RECIPE } from './evidence-maker.ts';
import { formsOf, steady } from './gate-goldens.ts';
import { gateComplaints } from './gate-report.ts';
import { PULL_REQUESTS, saidBy, World, type PullRequest } from './pull-requests.ts';

const folder = mkdtempSync(join(tmpdir(), 'affidavit-gate-demo-'));
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

describe('the gate says of', () => {
  it.each(PULL_REQUESTS)('$title', async (pullRequest) => {
    const words = await world.wordsFor(pullRequest);
    const before = world.registry.asked.length;
    const { code, stdout } = await runProgram([...words, '--format', 'json']);
    const report = JSON.parse(stdout) as GateJson;
    expect(saidBy(code, stdout)).toEqual(pullRequest.expected);
    expect([gateComplaints(report), report.exitCode, report.sandbox]).toEqual([[], code, true]);
    expect(contradictionsIn(report)).toEqual([]);
    // Nobody is logged in, and nothing is asked for that no recipe needs.
    expect(world.registry.authorizations.every((each) => each === undefined)).toBe(true);
    const asked = world.registry.asked.length - before;
    expect(report.counts.affected > 0 || asked === 0).toBe(true);
    const forms = await formsOf(pullRequest.title, steady(stdout, hostsOf(world)));
    for (const [text, looked] of forms) expect(text).toBe(looked);
  });

  it('the same the same bytes in every form', async () => {
    const pullRequest = pullRequestOf('an overlay changed');
    const words = await world.wordsFor(pullRequest);
    const run = async (name: string): Promise<readonly string[]> => {
      const paths = ['terminal', 'markdown', 'json', 'sarif', 'junit'].map(
        (form) => [form, join(folder, `${name}.${form}`)] as const,
      );
      await runProgram([...words, ...paths.flatMap(([form, path]) => ['-f', `${form}=${path}`])]);
      return paths.map(([, path]) => readFileSync(path, 'utf8'));
    };
    expect(await run('one')).toEqual(await run('two'));
  });
});

function hostsOf({ registry, deaf }: World): readonly string[] {
  return [registry.host, deaf];
}

function pullRequestOf(title: string): PullRequest {
  const found = PULL_REQUESTS.find((each) => each.title === title);
  if (found === undefined) throw new Error(`no pull request: ${title}`);
  return found;
}

async function decided(title: string): Promise<readonly [code: number | null, report: GateJson]> {
  const words = await world.wordsFor(pullRequestOf(title));
  const { code, stdout } = await runProgram([...words, '--format', 'json']);
  return [code, JSON.parse(stdout) as GateJson];
}

it('E-50 fails a recipe that a change needs evidence of and has no pointer, with what to run', async () => {
  const [code, { recipes }] = await decided('a new recipe');
  expect([code, recipes.map(({ state }) => state)]).toEqual([4, ['missing']]);
  const commands = recipes.flatMap(({ next }) => next.flatMap((step) => step.commands));
  expect(commands.map((words) => words.slice(0, 3).join(' '))).toEqual(
    expect.arrayContaining([
      'affidavit recipe resolve',
      'affidavit evidence publish',
      'git add --',
    ]),
  );
});

const SHARED = 'a bundle that another recipe has';

describe('the next steps, followed word for word,', () => {
  const pointer = (): string => {
    const [path] = Object.keys(world.withLocation('x'));
    return path ?? '';
  };
  const own = (title: string, files: () => Files): PullRequest => ({
    ...{ title, files: async () => await Promise.resolve(files()) },
    expected: { exit: 0, states: {} },
  });
  const recipe = (): string => pointer().replace(/\/[^/]*$/, '');
  it.each([
    'evidence of another recipe',
    SHARED,
    'stale evidence',
    'the wrong signer',
    'a bundle that was tampered with',
    own('a pointer edited', () => ({ [pointer()]: `${world.text(pointer())}more: 1\n` })),
    own('a pointer removed', () => ({})),
    own('a pointer moved', () => ({
      [`${recipe()}/moved.yaml`]: world.text(pointer()),
    })),
  ])('lead %s to a gate that passes', async (given) => {
    const pullRequest = typeof given === 'string' ? pullRequestOf(given) : given;
    const made = await world.wordsFor(pullRequest);
    const repository = made[made.indexOf('--git') + 1] ?? '';
    if (/removed|moved/.test(pullRequest.title)) gitOf(repository, 'rm', '--', pointer());
    const committed = (): readonly string[] => {
      gitOf(repository, 'commit', '--quiet', '--allow-empty', '--message', 'm');
      return made.with(made.indexOf('--head') + 1, gitOf(repository, 'rev-parse', 'HEAD'));
    };
    const gate = async (all: readonly string[]) => await runProgram([...all, '-f', 'json']);
    const { code, stdout } = await gate(committed());
    expect(code).not.toBe(0);
    const report = JSON.parse(stdout) as GateJson;
    const steps = report.recipes.flatMap(({ next }) => next.flatMap(({ commands }) => commands));
    // Two recipes need one commit only.
    const undone = steps.filter(
      ([git, verb]) => git === 'git' && /^(rm|checkout)$/.test(verb ?? ''),
    );
    expect(undone.length).toBeGreaterThan(0);
    // Of two pointers to one bundle, that of the recipe that it is of stays.
    const taken = undone.map((words) => words.at(-1));
    const isOfShared = expect.not.stringContaining(`/${RECIPE}/`) as unknown;
    expect(taken).toEqual(pullRequest.title === SHARED ? [isOfShared] : taken);
    for (const [, ...rest] of undone) gitOf(repository, ...rest);
    expect(await gate(committed())).toMatchObject({ code: 0 });
  });
});

it('E-51 passes the signer whom the policy expects, and no other', async () => {
  const [good] = await decided('new evidence by a second signer');
  const [bad, { recipes }] = await decided('the wrong signer');
  expect([good, bad, recipes[0]?.state]).toEqual([0, 2, 'not-allowed']);
});
