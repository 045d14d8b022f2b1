import { Socket as DatagramSocket } from 'node:dgram';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { ROOT, runCli, type Run, type RunOptions } from './run-cli.ts';
import { runProgram } from './run-here.ts';

const DOCUMENTS = ['validate', '--recipe', 'recipe.yaml', '--snapshot', 'snapshot.yaml'];
const EMIT = [...DOCUMENTS, '--results', 'results', '--no-sign', '--emit-evidence', 'out.tar.gz'];
const BLOCKED = ['verify-evidence', `localhost/a/b@sha256:${'0'.repeat(64)}`];
const env = { SOURCE_DATE_EPOCH: '1781054400' };

/** A new folder with the demo's inputs. */
function demo(): string {
  const folder = mkdtempSync(join(tmpdir(), 'affidavit-here-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(join(ROOT, 'testdata/demo'), folder, { recursive: true });
  return folder;
}

type Runner = (args: readonly string[], options: RunOptions) => Promise<Run>;

/** What a call says and leaves; the folder's own name is no difference. */
async function outcome(run: Runner, words: readonly string[]): Promise<unknown> {
  const cwd = demo();
  const { stdout, stderr, ...end } = await run(words, { cwd, env });
  const files = readdirSync(cwd, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return {
    ...end,
    stdout: stdout.replaceAll(cwd, '.'),
    stderr: stderr.replaceAll(/^affidavit: \w+ …\n/gm, '').replaceAll(cwd, '.'),
    files: files.toSorted().map((path) => [path.slice(cwd.length), readFileSync(path, 'base64')]),
  };
}

describe('a run in the process of the tests', () => {
  it.each<[number, string, readonly string[]]>([
    [0, 'a green run', EMIT],
    [0, 'a report in JSON', [...DOCUMENTS, '--format', 'json']],
    [0, 'a report for people', [...DOCUMENTS, '--format', 'terminal']],
    [1, 'a red run', [...DOCUMENTS, '--results', 'results/deployment.json']],
    [2, 'a refused input', ['validate', '--recipe', 'snapshot.yaml', ...DOCUMENTS.slice(3)]],
    [3, 'a file that is not there', [...DOCUMENTS, '--results', 'nowhere', '--format=json']],
    [3, 'a bundle that is not there', ['verify-evidence', 'nowhere', '--format', 'json']],
    [64, 'an unknown flag', [...DOCUMENTS, '--frobnicate', '--format', 'json']],
    [64, 'an unknown flag of the other command', ['verify-evidence', 'nowhere', '--frobnicate']],
    [64, 'an unknown command', ['frobnicate']],
    [0, 'the help', ['--help']],
    [0, 'the help of a command', ['validate', '-h']],
    [64, 'the first word of several commands', ['recipe']],
    [3, 'what needs a network that is blocked', [...BLOCKED, '--offline']],
  ])('ends with %i, says and writes the same as a process: %s', async (code, _, words) => {
    const here = await outcome(runProgram, words);
    expect(here).toMatchObject({ code });
    expect(here).toEqual(await outcome(runCli, words));
  });

  it('leaves directory, environment, exit code and listeners as they were', async () => {
    const state = (): unknown => [
      process.cwd(),
      { ...process.env },
      process.argv,
      process.exitCode,
      [process, process.stdout, process.stderr].map((emitter) =>
        emitter.eventNames().map((name) => [name, emitter.listenerCount(name)]),
      ),
      [process.stdout, process.stderr].map((stream) => Reflect.get(stream, 'write')),
      [Socket, DatagramSocket].map(({ prototype }): unknown[] => [
        Reflect.get(prototype, 'connect'),
        Reflect.get(prototype, 'send'),
      ]),
      { ...console },
    ];
    const before = state();
    await runProgram(EMIT, { cwd: demo(), env });
    await runProgram(['frobnicate']);
    await runProgram(['--help']);
    await runProgram([...BLOCKED, '--offline']);
    expect(state()).toEqual(before);
  });

  it('sees nothing of the environment of the tests', async () => {
    const bad = { SOURCE_DATE_EPOCH: 'yesterday' };
    vi.stubEnv('SOURCE_DATE_EPOCH', bad.SOURCE_DATE_EPOCH);
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    expect((await runProgram(DOCUMENTS, { cwd: demo() })).code).toBe(0);
    expect((await runProgram(DOCUMENTS, { cwd: demo(), env: bad })).code).toBe(64);
    expect(process.env['SOURCE_DATE_EPOCH']).toBe('yesterday');
  });

  it('waits for the one before it, which has another directory and other streams', async () => {
    const calls = [DOCUMENTS, ['verify-evidence', 'recipe.yaml'], ['frobnicate'], EMIT];
    const runs = await Promise.all(
      calls.map(async (words) => await runProgram(words, { cwd: demo(), env })),
    );
    expect(runs.map(({ code }) => code)).toEqual([0, 2, 64, 0]);
    expect(runs.map(({ stdout }) => /Invalid|green so far|green/.exec(stdout)?.[0])).toEqual([
      'green so far',
      'Invalid',
      undefined,
      'green',
    ]);
  });
});
