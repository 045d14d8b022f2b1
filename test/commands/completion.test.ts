import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { REPORT_FORMATS } from '../../src/cli/call/report-formats.ts';
import { allCommands } from '../../src/cli/command-table.ts';
import { ERROR_CATALOGUE } from '../../src/errors/catalogue.ts';
import { CHECK_NAMES } from '../../src/evidence/verify/checks.ts';
import { runProgram } from '../run-here.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
const HOSTILE = 'a"b;$(touch pwned).yaml';

const scripts = new Map<string, string>();
let folder = '';

beforeAll(async () => {
  for (const shell of SHELLS) {
    const { code, stdout, stderr } = await runProgram(['completion', shell]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    scripts.set(shell, stdout);
  }
  folder = mkdtempSync(join(tmpdir(), 'completion-'));
  mkdirSync(join(folder, 'my dir'));
  for (const name of ['my evidence.tar.gz', 'plain.yaml', HOSTILE]) {
    writeFileSync(join(folder, name), '');
  }
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

/** Keys of readline: what Tab completes, and all that there is. */
const TAB = '\t';
const ALL = '\u001B*';

/** What is typed, and the words of the line then. */
const TYPED: readonly (readonly [keys: string, words: readonly string[]])[] = [
  [`ver${ALL}`, ['verify-evidence', 'version']],
  [`verify-evidence --form${TAB}`, ['verify-evidence', '--format']],
  [`evidence list --for${TAB}`, ['evidence', 'list', '--format']],
  [
    `verify-evidence --format ${ALL}`,
    ['verify-evidence', '--format', ...[...REPORT_FORMATS.keys(), 'aicr-json'].toSorted()],
  ],
  [`validate -f te${TAB}`, ['validate', '-f', 'terminal']],
  [`validate --format=m${TAB}`, ['validate', '--format=markdown']],
  [`validate --format json=pl${TAB}`, ['validate', '--format', 'json=plain.yaml']],
  [`verify-evidence --judge ${ALL}`, ['verify-evidence', '--judge', 'both', 'own']],
  [`evidence st${TAB}`, ['evidence', 'status']],
  [`evidence diff --ignore ver${ALL}`, ['evidence', 'diff', '--ignore', 'verdict', 'versions']],
  [`help trust up${TAB}`, ['help', 'trust', 'update']],
  [`report me${TAB} --o${TAB} pl${TAB}`, ['report', 'merge', '--output', 'plain.yaml']],
  [`trust export r${TAB}`, ['trust', 'export', 'root']],
  [`explain MANIFEST_D${TAB}`, ['explain', 'MANIFEST_DIFFERS']],
  [`explain files-m${TAB}`, ['explain', 'files-match-manifest']],
  [`completion ${ALL}`, ['completion', 'bash', 'fish', 'zsh']],
  [`verify-evidence my\\ e${TAB}`, ['verify-evidence', 'my evidence.tar.gz']],
  [`verify-evidence "my e${TAB}`, ['verify-evidence', 'my evidence.tar.gz']],
  [`verify-evidence a${TAB}`, ['verify-evidence', HOSTILE]],
  [
    `validate -s pl${TAB} --results pl${TAB} a${TAB}`,
    ['validate', '-s', 'plain.yaml', '--results', 'plain.yaml', HOSTILE],
  ],
  [`sandbox --dir ${TAB}`, ['sandbox', '--dir', 'my dir/']],
  [`sandbox -- pl${TAB}`, ['sandbox', '--', 'plain.yaml']],
  [`evidence sign --location pl${TAB}`, ['evidence', 'sign', '--location', 'pl']],
  [`verify-evidence oci://pl${TAB}`, ['verify-evidence', 'oci://pl']],
  [`--v${TAB}`, ['--version']],
];

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
