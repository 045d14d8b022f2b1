// What goes wrong around bundles while many are judged: it costs what it is about its verdict, and nothing else.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { expect, it } from 'vitest';

import { PROGRAM, runCli } from '../run-cli.ts';
import { runProgram } from '../run-here.ts';
import { archiveOf, makeEvidence } from './evidence.ts';

interface Report {
  readonly exitCode: number;
  readonly source: string;
  readonly error?: { readonly code: string; readonly at: string };
  readonly checks?: readonly { readonly faults: readonly { readonly code: string }[] }[];
}

const evidence = await makeEvidence();
const good = await archiveOf(evidence.files);
const options = { cwd: evidence.folder };

/** What a report says, in short. */
function saidOf({ source, exitCode, error, checks = [] }: Report): string {
  const [fault] = checks.flatMap(({ faults }) => faults);
  return [source, exitCode, ...[error?.code ?? fault?.code ?? []].flat()].join(' ');
}

function folderOf(name: string, files: Readonly<Record<string, Uint8Array>>): string {
  const folder = join(evidence.folder, name);
  mkdirSync(folder);
  for (const [file, bytes] of Object.entries(files)) writeFileSync(join(folder, file), bytes);
  return folder;
}

it.each([
  ['a directory', 'closed', 0],
  ['a directory with names but no more', 'closed-in-part', 0o444],
  ['under a pattern, a directory', 'closed-f*', 0],
])(
  '%s that may not be read is FILE_UNREADABLE, and the rest is judged: %s',
  async (_, input, mode) => {
    const name = input.replace('*', 'itting');
    const folder = folderOf(name, { 'a.tar.gz': good, 'z.tar.gz': good });
    mkdirSync(join(folder, 'secret/deeper'), { recursive: true });
    chmodSync(join(folder, 'secret'), mode);
    const pattern = input.includes('*') ? `${input}/**/*.tar.gz` : input;
    // An administrator may read it all the same, unless he gives up that right.
    const rights = ['--bounding-set', '-dac_override,-dac_read_search', '--'];
    const prefix = process.getuid?.() === 0 ? ['setpriv', ...rights] : [];
    const words = ['verify-evidence', pattern, ...evidence.pin, '--jobs', '1', '-f', 'jsonl'];
    const { code, stdout } = await runCli(words, { ...options, prefix });
    chmodSync(join(folder, 'secret'), 0o700);
    expect(code).toBe(3);
    const reports = stdout.trimEnd().split('\n');
    expect(reports.map((line) => saidOf(JSON.parse(line) as Report))).toEqual([
      `${name}/a.tar.gz 0`,
      `${name}/secret${mode === 0 ? '' : '/deeper'} 3 FILE_UNREADABLE`,
      `${name}/z.tar.gz 0`,
    ]);
  },
);

it('a bundle that is replaced meanwhile has the verdict of the bytes that were read', async () => {
  const folder = folderOf('replaced', { 'a.tar.gz': good, 'b.tar.gz': good });
  writeFileSync(join(evidence.folder, 'other'), good.subarray(0, 1000));
  const words = ['--from', '-', '-f', 'jsonl', '--jobs', '1'];
  const child = spawn(process.execPath, [PROGRAM, 'verify-evidence', ...words, ...evidence.pin], {
    ...options,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = once(child, 'exit');
  const said: string[] = [];
  const lines = createInterface(child.stdout);
  child.stdin.write('replaced/a.tar.gz\nreplaced/b.tar.gz\n');
  for await (const line of lines) {
    said.push(saidOf(JSON.parse(line) as Report));
    if (said.length > 1) continue;
    // It is listed and judged already, and named once more.
    renameSync(join(evidence.folder, 'other'), join(folder, 'a.tar.gz'));
    child.stdin.end('replaced/a.tar.gz\n');
  }
  expect(await ended).toEqual([2, null]);
  expect(said).toEqual([
    'replaced/a.tar.gz 0',
    'replaced/b.tar.gz 0',
    'replaced/a.tar.gz 2 ARCHIVE_UNREADABLE',
  ]);
});

it.runIf(existsSync('/dev/full'))(
  'a disk that is full for the third of four reports is 3; the others are where they belong',
  async () => {
    folderOf('full', { 'a.tar.gz': good, 'b.tar.gz': good });
    const forms = ['jsonl=1.jsonl', 'json=2.json', 'markdown=/dev/full', 'terminal=4.txt'];
    const words = ['verify-evidence', 'full', ...evidence.pin, '--jobs', '1'];
    const argv = [...words, ...forms.flatMap((form) => ['-f', form])];
    const { code, stderr } = await runProgram(argv, options);
    expect(code).toBe(3);
    expect(stderr).toContain('error: FILE_UNWRITABLE');
    expect(stderr).toContain('at: /dev/full\n');
    const read = (name: string): string => readFileSync(join(evidence.folder, name), 'utf8');
    expect(read('1.jsonl').trimEnd().split('\n')).toHaveLength(2);
    expect(JSON.parse(read('2.json'))).toMatchObject({ exitCode: 0, summary: { bundles: 2 } });
    expect(read('4.txt')).toContain('2 bundles');
  },
);
