import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { commandLine } from '../../src/shell-words.ts';
import { ROOT, runCli } from '../run-cli.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/affidavit.js', import.meta.url));
const FILES = [
  'signing_config.json',
  'signing_config.v1-tsa.json',
  'signing_config.v1.json',
  'signing_config.v2-tsa.json',
  'trusted_root.json',
];

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'affidavit-test-'));
});

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

/**
 * The program, started and not waited for, in a group of its own and without a terminal, wherever the
 * tests run.
 */
function start(args: readonly string[]): ChildProcessByStdio<null, Readable, Readable> {
  const env = { PATH: process.env['PATH'] ?? '', TMPDIR: directory };
  return spawn(process.execPath, [PROGRAM, ...args], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
}

async function ended(child: ChildProcess): Promise<number | null> {
  return await new Promise((resolve) => child.once('close', resolve));
}

/** Reads standard output until it holds this text. */
async function until({ stdout }: { stdout: Readable }, text: string): Promise<string> {
  let seen = '';
  for await (const chunk of stdout.iterator({ destroyOnReturn: false })) {
    seen += String(chunk);
    if (seen.includes(text)) return seen;
  }
  throw new Error(`ended after ${JSON.stringify(seen)}`);
}

describe('affidavit sandbox -- COMMAND', () => {
  it('runs the words after -- unchanged, repeated ones and further -- included', async () => {
    const words = ['--dir', 'a', '--dir', 'a', '--', '-x', '', "it's", '--port', '1'];
    const run = await runCli([
      'sandbox',
      '--dir',
      join(directory, 'words'),
      '--',
      'printf',
      '%s\\n',
      ...words,
    ]);
    expect(run.stdout).toBe(words.map((word) => `${word}\n`).join(''));
    expect(run.code).toBe(0);
  });

  it('gives the command token, signing config and root, serves while it runs, and keeps the files', async () => {
    const dir = join(directory, 'new', 'nested');
    const script = `
      const { readFileSync } = require('node:fs');
      const { SIGSTORE_ID_TOKEN, AFFIDAVIT_SIGNING_CONFIG, AFFIDAVIT_TRUSTED_ROOT } = process.env;
      const config = JSON.parse(readFileSync(AFFIDAVIT_SIGNING_CONFIG, 'utf8'));
      const answer = fetch(config.caUrls[0].url + '/trusted_root.json').then((response) => response.text());
      answer.then((text) => console.log(JSON.stringify({
        parts: SIGSTORE_ID_TOKEN.split('.').length,
        config: AFFIDAVIT_SIGNING_CONFIG,
        same: JSON.stringify(JSON.parse(readFileSync(AFFIDAVIT_TRUSTED_ROOT, 'utf8'))) === text,
        url: config.caUrls[0].url,
      })));`;
    const run = await runCli(['sandbox', '--dir', dir, '--', process.execPath, '-e', script]);
    expect(run.code).toBe(0);
    const { url, ...found } = JSON.parse(run.stdout);
    expect(found).toEqual({ parts: 3, config: join(dir, 'signing_config.json'), same: true });
    expect(readdirSync(dir).toSorted()).toEqual(FILES);
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });

  it.each([
    { ends: 'with exit code 7', script: 'exit 7', code: 7 },
    { ends: 'by SIGKILL', script: 'kill -KILL $$', code: 137 },
  ])('ends as the command ends: $ends', async ({ script, code }) => {
    const run = await runCli([
      'sandbox',
      '--dir',
      join(directory, 'end'),
      '--',
      'sh',
      '-c',
      script,
    ]);
    expect(run.code).toBe(code);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'passes %s on, and lets the command decide',
    async (signal) => {
      const script = `process.on('${signal}', () => { console.log('got it'); process.exit(9); }); setInterval(() => {}, 1e6); console.log('ready');`;
      const child = start([
        'sandbox',
        '--dir',
        join(directory, signal),
        '--',
        process.execPath,
        '-e',
        script,
      ]);
      const code = ended(child);
      await until(child, 'ready');
      child.kill(signal);
      await until(child, 'got it');
      expect(await code).toBe(9);
    },
  );

  /** Counts Ctrl-C, says the number at every SIGHUP, and ends by SIGTERM. */
  const counter = [
    'let count = 0; setInterval(() => {}, 1e6);',
    "process.on('SIGINT', () => { count += 1; console.log('got it'); });",
    "process.on('SIGHUP', () => console.log(count + ' so far'));",
    "process.on('SIGTERM', () => process.exit(9));",
    "console.log(process.ppid + ' is ready');",
  ].join(' ');
  const counted = (name: string): readonly string[] => {
    const words = ['sandbox', '--dir', join(directory, name)];
    return [...words, '--', process.execPath, '-e', counter];
  };

  /** Signals may overtake each other: what was sent before has come after a few there and back. */
  async function countAfterAll(child: { stdout: Readable }, ours: number): Promise<string> {
    let last = '';
    for (let turn = 0; turn < 5; turn += 1) {
      process.kill(ours, 'SIGHUP');
      last = await until(child, 'so far');
    }
    process.kill(ours, 'SIGTERM');
    return last.trim();
  }

  it('hears of a signal to the whole group once', async () => {
    const child = start(counted('group'));
    const code = ended(child);
    await until(child, 'is ready');
    const ours = child.pid ?? Number.NaN;
    process.kill(-ours, 'SIGINT');
    await until(child, 'got it');
    expect(await countAfterAll(child, ours)).toBe('1 so far');
    expect(await code).toBe(9);
  });

  // `exec`: the shell of `script` hears Ctrl-C too, and some shells then end by it, whatever we end with.
  it('hears of Ctrl-C once, which a terminal sends to it and to us', async () => {
    const words = [process.execPath, PROGRAM, ...counted('terminal')];
    const script =
      process.platform === 'darwin'
        ? ['-q', '/dev/null', ...words]
        : ['-qec', `exec ${commandLine(words)}`, '/dev/null'];
    const child = spawn('script', script, { cwd: ROOT, stdio: ['pipe', 'pipe', 'inherit'] });
    const code = ended(child);
    const ours = Number(/(\d+) is ready/.exec(await until(child, 'is ready'))?.[1]);
    child.stdin.write('\u0003');
    await until(child, 'got it');
    expect(await countAfterAll(child, ours)).toBe('1 so far');
    child.stdin.end();
    expect(await code).toBe(9);
  });

  it('that cannot be started is refused by name, with exit 3', async () => {
    const run = await runCli([
      'sandbox',
      '--dir',
      join(directory, 'none'),
      '--',
      'no-such-program',
    ]);
    expect(run.code).toBe(3);
    expect(run.stderr).toContain('COMMAND_NOT_STARTED');
    expect(run.stderr).toContain('no-such-program');
  });

  it('without a word after -- is a usage error', async () => {
    expect((await runCli(['sandbox', '--'])).code).toBe(64);
  });
});

describe('affidavit sandbox', () => {
  it.each([
    { signal: 'SIGINT', code: 130 },
    { signal: 'SIGTERM', code: 143 },
  ] as const)(
    'serves until $signal, says what to export, and ends with $code',
    async ({ signal, code }) => {
      const dir = join(directory, `serve ${signal}`);
      const child = start(['sandbox', '--dir', dir]);
      const exit = ended(child);
      const seen = await until(child, 'any other trusted root.');
      expect(seen).toMatch(/^export SIGSTORE_ID_TOKEN=\S+$/m);
      expect(seen).toContain(`export 'AFFIDAVIT_SIGNING_CONFIG=${dir}/signing_config.json'`);
      expect(seen).toContain(`export 'AFFIDAVIT_TRUSTED_ROOT=${dir}/trusted_root.json'`);
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(seen)?.[0] ?? '';
      const root = JSON.parse(readFileSync(join(dir, 'trusted_root.json'), 'utf8'));
      expect(await (await fetch(`${url}/trusted_root.json`)).json()).toEqual(root);
      child.kill(signal);
      expect(await exit).toBe(code);
      expect(readdirSync(dir).toSorted()).toEqual(FILES);
    },
  );

  it('makes a directory of its own and names it, if none is given', async () => {
    const run = await runCli(['sandbox', '--', 'sh', '-c', 'echo "$AFFIDAVIT_TRUSTED_ROOT"'], {
      env: { TMPDIR: directory },
    });
    const path = run.stdout.trim();
    expect(path).toMatch(/affidavit-sandbox-\w+\/trusted_root\.json$/);
    expect(run.stderr).toContain(path);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toHaveProperty('certificateAuthorities');
  });

  it('refuses a port that is taken, and a directory that cannot be made, with exit 3', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const address = taken.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    const busy = await runCli(['sandbox', '--dir', directory, '--port', port, '--', 'true']);
    taken.close();
    expect(busy.code).toBe(3);
    expect(busy.stderr).toContain('PORT_UNAVAILABLE');
    const blocked = await runCli(['sandbox', '--dir', '/dev/null/d', '--', 'true']);
    expect(blocked.code).toBe(3);
    expect(blocked.stderr).toContain('FILE_UNWRITABLE');
  });

  it('refuses a directory with a file of its names that no sandbox wrote, and leaves it', async () => {
    const dir = join(directory, 'mine');
    mkdirSync(dir);
    writeFileSync(join(dir, 'signing_config.v2-tsa.json'), '{}');
    writeFileSync(join(dir, 'notes.txt'), 'of no concern');
    const run = await runCli(['sandbox', '--dir', dir, '--', 'true']);
    expect(run.code).toBe(3);
    expect(run.stderr).toContain(`OUTPUT_EXISTS`);
    expect(run.stderr).toContain(join(dir, 'signing_config.v2-tsa.json'));
    expect(readdirSync(dir).toSorted()).toEqual(['notes.txt', 'signing_config.v2-tsa.json']);
    expect(readFileSync(join(dir, 'signing_config.v2-tsa.json'), 'utf8')).toBe('{}');
    rmSync(join(dir, 'signing_config.v2-tsa.json'));
    expect((await runCli(['sandbox', '--dir', dir, '--', 'true'])).code).toBe(0);
    expect((await runCli(['sandbox', '--dir', dir, '--', 'true'])).code).toBe(0);
    expect(readdirSync(dir).toSorted()).toEqual(['notes.txt', ...FILES]);
  });

  it.each(['results', './results/', 'link', '--results=results'])(
    'refuses a directory with files that the command reads as %s',
    async (word) => {
      const cwd = mkdtempSync(join(directory, 'inputs-'));
      mkdirSync(join(cwd, 'results'));
      writeFileSync(join(cwd, 'results/deployment.json'), '{}');
      symlinkSync('results', join(cwd, 'link'));
      const run = await runCli(['sandbox', '--dir', 'results', '--', 'echo', word], { cwd });
      expect([run.code, run.stdout]).toEqual([64, '']);
      expect(run.stderr).toMatch(/^error: USAGE .*\n +at: --dir\n/);
      expect(readdirSync(join(cwd, 'results'))).toEqual(['deployment.json']);
      const twice = ['sandbox', '--dir', 'own', '--', 'echo', word, 'own'];
      for (let time = 0; time < 2; time += 1) {
        expect((await runCli(twice, { cwd })).stdout).toBe(`${word} own\n`);
      }
    },
  );

  it.each(['-1', '65536', 'http'])('refuses the port %s as usage', async (port) => {
    expect((await runCli(['sandbox', `--port=${port}`, '--', 'true'])).code).toBe(64);
  });
});
