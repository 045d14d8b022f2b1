import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { allCommands } from '../../src/cli/command-table.ts';
import { ERROR_CATALOGUE } from '../../src/errors/catalogue.ts';
import { CHECK_NAMES } from '../../src/evidence/verify/checks.ts';
import { TYPED, makeFiles } from '../interop/typed.ts';
import { runProgram } from '../run-here.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

const scripts = new Map<string, string>();
let folder = '';

beforeAll(async () => {
  for (const shell of SHELLS) {
    const { code, stdout, stderr } = await runProgram(['completion', shell]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    scripts.set(shell, stdout);
  }
  folder = mkdtempSync(join(tmpdir(), 'completion-'));
  makeFiles(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(SHELLS)('the script for %s', (shell) => {
  it('has each word of each command, each flag and each value of a closed set', async () => {
    const script = scripts.get(shell) ?? '';
    const words = new Set(script.match(/[\w.-]+/g));
    const commands = await allCommands();
    const wanted = [...commands].flatMap(([name, { flags }]) => [
      ...name.split(' '),
      ...Object.entries(flags).flatMap(([flag, about]) => [
        shell === 'fish' ? flag : `--${flag}`,
        ...('options' in about ? about.options : []),
      ]),
    ]);
    const explained = [...Object.keys(ERROR_CATALOGUE), ...CHECK_NAMES, '130', 'undecided'];
    expect(wanted.length).toBeGreaterThan(200);
    expect([...wanted, ...explained].filter((word) => !words.has(word))).toEqual([]);
  });

  it('is the same each time', async () => {
    const { stdout } = await runProgram(['completion', shell]);
    expect(stdout).toBe(scripts.get(shell));
  });
});

describe('completion', () => {
  it.each([
    ['basch', 'did you mean "bash"?'],
    ['powershell', 'name the shell that is to complete words'],
  ])('has none for %s, and says so', async (shell, hint) => {
    const { code, stdout, stderr } = await runProgram(['completion', shell]);
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toContain('   at: SHELL\n');
    expect(stderr).toContain(`found: "${shell}"\n want: one of bash, zsh, fish\n`);
    expect(stderr).toContain(` next: ${hint}\n`);
  });
});

describe.skipIf(spawnSync('bash', ['--version']).status !== 0)('in bash', () => {
  it('completes what is typed, starts no program and does nothing that a name of a file says', () => {
    const lines = TYPED.map(([keys]) => `affidavit ${keys}\n`).join('');
    const head = `affidavit() { printf '<%s>' "$@"; printf '\\n'; }\nPATH=/nonexistent\n`;
    const { stdout, status } = spawnSync('bash', ['--norc', '--noprofile', '-i'], {
      cwd: folder,
      env: { PATH: process.env['PATH'] ?? '', INPUTRC: '/dev/null', TERM: 'dumb' },
      input: `${head}${scripts.get('bash') ?? ''}\n${lines}exit 7\n`,
      encoding: 'utf8',
    });
    const found = stdout.split('\n').filter((line) => line.startsWith('<'));
    expect(found).toEqual(TYPED.map(([, words]) => words.map((word) => `<${word}>`).join('')));
    expect(status).toBe(7);
    expect(readdirSync(folder)).toHaveLength(4);
  });
});
