import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { scratch } from '../io/scratch.ts';
import type { Run } from '../run-cli.ts';
import { runProgram } from '../run-here.ts';

/** What an earlier call wrote. */
const GREEN = { json: '{"exitCode": 0}\n', 'aicr-json': '{"exit": 0}\n' };

interface Failed extends Run {
  /** What is in the file then. */
  readonly file: string;
}

async function verify(
  before: string,
  words: readonly string[],
  folder = scratch(),
): Promise<Failed> {
  writeFileSync(join(folder, 'verdict.json'), before);
  const run = await runProgram(['verify-evidence', ...words], { cwd: folder });
  return { ...run, file: readFileSync(join(folder, 'verdict.json'), 'utf8') };
}

const exitIn = (text: string, name: string): unknown => Reflect.get(Object(JSON.parse(text)), name);

describe('--output of a call that ends with an error', () => {
  it.each([
    ['json', ['missing.tar.gz', '-o', 'verdict.json'], 3, 'exitCode'],
    ['json', ['missing.tar.gz', '--output=verdict.json'], 3, 'exitCode'],
    ['json', ['missing.tar.gz', '-overdict.json', '--frobnicate'], 64, 'exitCode'],
    ['json', ['-o', 'verdict.json'], 64, 'exitCode'],
    ['aicr-json', ['missing.tar.gz', '-o=verdict.json'], 3, 'exit'],
  ] as const)('gets the error, no older verdict: %s %j', async (format, words, exit, name) => {
    for (const before of [GREEN[format], '']) {
      const run = await verify(before, [...words, '--format', format]);
      expect([run.code, exitIn(run.file, name), run.stdout]).toEqual([exit, exit, '']);
      expect(run.stderr).not.toContain('note:');
    }
  });

  it('gets it also where nothing was', async () => {
    const cwd = scratch();
    const words = ['missing.tar.gz', '-f', 'json', '-o', 'new.json'];
    const { code } = await runProgram(['verify-evidence', ...words], { cwd });
    expect([code, exitIn(readFileSync(join(cwd, 'new.json'), 'utf8'), 'exitCode')]).toEqual([3, 3]);
  });

  it.each([
    ['{"signers": []}', ['missing.tar.gz', '-o', 'verdict.json'], 'holds something else'],
    [GREEN.json, ['verdict.json', '-o', './verdict.json'], 'another word of the call names it'],
    [GREEN.json, ['x', '--policy=verdict.json', '-overdict.json'], 'another word of the call'],
    [GREEN.json, ['.', '--frobnicate', '-o', 'verdict.json'], 'a directory around it'],
    [GREEN.json, ['x', '-o', 'verdict.json', '-o', 'verdict.json'], 'more than once'],
  ] as const)('keeps %j with %j, and says why', async (before, words, reason) => {
    const run = await verify(before, [...words, '--format', 'json']);
    expect(run.file).toBe(before);
    expect([exitIn(run.stdout, 'exitCode'), run.code]).toEqual([run.code, run.code]);
    expect(run.stderr).toMatch(/^ note: "\.?\/?verdict\.json" stays as it was/m);
    expect(run.stderr).toContain(reason);
  });

  it('makes no file in a bundle that is a directory', async () => {
    const cwd = scratch();
    mkdirSync(join(cwd, 'bundle'));
    const words = ['bundle', '--frobnicate', '-f', 'json', '-o', 'bundle/new.json'];
    const { code, stdout } = await runProgram(['verify-evidence', ...words], { cwd });
    expect([code, exitIn(stdout, 'exitCode')]).toEqual([64, 64]);
    expect(existsSync(join(cwd, 'bundle/new.json'))).toBe(false);
  });

  it('says so if it cannot be written', async () => {
    const words = ['missing.tar.gz', '-f', 'json', '-o', '.'];
    const { code, stdout, stderr } = await runProgram(['verify-evidence', ...words], {
      cwd: scratch(),
    });
    expect([code, exitIn(stdout, 'exitCode')]).toEqual([3, 3]);
    expect(stderr).toContain(
      ' note: "." stays as it was, and says nothing of this call: a directory',
    );
  });
});
