import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { EXIT_CODES } from '../../src/cli/call/exit-codes.ts';
import { CHECK_NAMES } from '../../src/evidence/verify/checks.ts';
import { LIMIT_OF_TRUST } from '../../src/report/report-json.ts';
import { blocksOf, renderHtml } from '../report/rendered.ts';
import type { Run, RunOptions } from '../run-cli.ts';
import { runProgram } from '../run-here.ts';
import {
  ATTESTATION,
  DEMO_INPUTS,
  SIGNER,
  contentOfFolder,
  failureOf,
  makeEvidence,
  pinOf,
  talkOf,
  withFile,
} from './evidence.ts';

const FORMATS = ['terminal', 'markdown', 'json'] as const;

const evidence = await makeEvidence();
const { files } = evidence;
const pin = evidence.pin;
const recipe = Buffer.from(DEMO_INPUTS.recipe.toString().replace('>= 1.32.4', '>= 1.99'));
const performance = Buffer.from(
  (DEMO_INPUTS.results['performance'] ?? Buffer.alloc(0))
    .toString()
    .replace('"status": "passed"', '"status": "failed"')
    .replace('"passed": 1', '"passed": 0')
    .replace('"failed": 0', '"failed": 1'),
);
const results = { ...DEMO_INPUTS.results, performance };
const red = await evidence.emit({ recipe, results });
const inputs = {
  verified: await evidence.pack(),
  failed: await evidence.pack(red),
  invalid: await evidence.pack(withFile(files, 'logs/extra.log', 'x')),
  undecided: await evidence.pack(withFile(files, ATTESTATION)),
};
const verdicts = Object.keys(inputs) as (keyof typeof inputs)[];

async function run(words: readonly string[], options: RunOptions = {}): Promise<Run> {
  const result = await runProgram(['verify-evidence', ...words], options);
  return { ...result, stderr: talkOf(result) };
}

/** The exit code and the streams are what a process has; one of each kind is tried with. test/run-here.test.ts */
const ownProcess = true;

const missing = evidence.path('.tar.gz');

describe('every exit code of verify-evidence', () => {
  it.each(verdicts)('is met: %s', async (verdict) => {
    const { code, report } = await evidence.verify(inputs[verdict], pin, { ownProcess });
    expect([code, report.verdict]).toEqual([EXIT_CODES[verdict], verdict]);
  });

  it('is met: unjudged', async () => {
    const { code, error } = await failureOf([missing, ...pin], { ownProcess });
    expect([code, error.code, error.at]).toEqual([3, 'FILE_UNREADABLE', missing]);
  });

  it.each([
    ['no input', []],
    ['the bundle of two inputs', [inputs.verified, inputs.verified, '--bundle', inputs.verified]],
    ['an unknown flag', [inputs.verified, '--skip-everything']],
    ['a flag without its value', [inputs.verified, '--policy']],
    ['an unknown format', [inputs.verified, '--format', 'html']],
    ['a value for a flag that takes none', [inputs.verified, '--offline=no']],
  ])('is met: 64 with %s', async (_, words) => {
    const { code, error, stderr } = await failureOf(words, { ownProcess: words.length === 0 });
    expect([code, error.code]).toEqual([EXIT_CODES.usage, 'USAGE']);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('is met: 64 with a bad SOURCE_DATE_EPOCH, though nothing here needs the time', async () => {
    const env = { SOURCE_DATE_EPOCH: 'yesterday' };
    const { code, error } = await failureOf([inputs.verified, ...pin], { env, ownProcess });
    expect([code, error.code]).toEqual([EXIT_CODES.usage, 'SOURCE_DATE_EPOCH_INVALID']);
  });

  it('is met: 70 for a bug, which is never a verdict', async () => {
    // Every hash fails, as if a part of Node did not work.
    const bug = evidence.write(
      `import crypto from 'node:crypto';
      import { syncBuiltinESMExports } from 'node:module';
      crypto.createHash = () => { throw new TypeError('no hash today'); };
      syncBuiltinESMExports();`,
      '.mjs',
    );
    const env = { NODE_OPTIONS: `--import ${bug}` };
    const { code, error, stderr } = await failureOf([inputs.verified, ...pin], { env });
    expect([code, error.code]).toEqual([EXIT_CODES.internal, 'INTERNAL']);
    expect(stderr).toContain('no hash today');
    expect(stderr).not.toMatch(/^\s+at /m);
    const debug = { ...env, AFFIDAVIT_DEBUG: '1' };
    const told = await failureOf([inputs.verified, ...pin], { env: debug });
    expect(told.stderr).toMatch(/^\s+at /m);
  });

  it.each(['SIGINT', 'SIGTERM'])('is met: 130 when %s comes in the middle', async (signal) => {
    // The signal comes as soon as somebody listens for it, and that is before the bundle is read.
    const interrupt = evidence.write(
      `process.on('newListener', (name) => {
        if (name === '${signal}') process.kill(process.pid, name);
      });`,
      '.mjs',
    );
    const slow = evidence.write(
      `import fs from 'node:fs';
      import { syncBuiltinESMExports } from 'node:module';
      const { read } = fs;
      fs.read = (...args) => setTimeout(() => read(...args), 500);
      syncBuiltinESMExports();`,
      '.mjs',
    );
    const env = { NODE_OPTIONS: `--import ${slow} --import ${interrupt}` };
    // A small one is read at once, and then there is no middle.
    const large = evidence.write('x'.repeat(1024 * 1024), '.tar.gz');
    const { code, error } = await failureOf([large, ...pin], { env });
    expect([code, error.code]).toEqual([EXIT_CODES.interrupted, 'INTERRUPTED']);
  });

  it('is met: 130 when a signal comes after the report, which stays the only document', async () => {
    const interrupt = evidence.write(
      `const { write } = process.stdout;
      process.stdout.write = function (...args) {
        process.stdout.write = write;
        process.kill(process.pid, 'SIGINT');
        return write.apply(this, args);
      };`,
      '.mjs',
    );
    const words = [inputs.verified, ...pin, '--format', 'json'];
    const { code, stdout, stderr } = await run(words, {
      env: { NODE_OPTIONS: `--import ${interrupt}` },
    });
    expect([code, (JSON.parse(stdout) as { exitCode: number }).exitCode]).toEqual([130, 0]);
    expect(stderr).toContain('error: INTERRUPTED ');
  });
});

describe('the command in a report', () => {
  it.each(verdicts)('gives the same report when it is pasted: %s', async (verdict) => {
    const strange = join(dirname(inputs[verdict]), "it's `a` $copy \u202E|.tar.gz");
    copyFileSync(inputs[verdict], strange);
    const { code, stdout } = await run([strange, ...pin, '--format', 'markdown']);
    const [command = ''] = blocksOf(renderHtml(stdout));
    const read = execFileSync('sh', ['-c', `affidavit() { printf '%s\\0' "$@"; }; ${command}`]);
    const again = await runProgram(read.toString().split('\0').slice(0, -1));
    expect([again.code, again.stdout]).toEqual([code, stdout]);
  });
});

describe('a report on a terminal', () => {
  const tampered = new Map(
    [...files].map(([path, bytes]) => [
      path,
      path === 'recipe.yaml' || path.startsWith('logs/') || path.startsWith('ctrf/')
        ? Buffer.from(bytes.toString().replace('h100', 'b200').concat('\n'))
        : bytes,
    ]),
  );

  it.each([
    ['all files changed', async () => [await evidence.pack(tampered), ...pin]],
    ['red, in a sandbox, and nobody pinned', async () => [inputs.failed, ...pin.slice(0, 2)]],
    [
      'red, pinned, and of another recipe',
      async () => [
        inputs.failed,
        ...pin,
        '--recipe',
        evidence.write(DEMO_INPUTS.recipe.toString().replaceAll('v25', 'v24'), '.yaml'),
      ],
    ],
    ['good', async () => [inputs.verified, ...pin]],
  ])('has at most 40 lines of 80 columns, and every check by name: %s', async (_, words) => {
    const { stdout } = await run([...(await words()), '--format', 'terminal']);
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => Math.max(1, Math.ceil(line.length / 80)));
    expect(rows.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(40);
    expect(CHECK_NAMES.filter((name) => !stdout.includes(name))).toEqual([]);
  });
});

describe('E-60 what a signature does not prove', () => {
  for (const format of FORMATS) {
    it.each(verdicts)(`is said in every report, ${format}: %s`, async (verdict) => {
      const { code, stdout } = await run([inputs[verdict], ...pin, '--format', format]);
      expect(code).toBe(EXIT_CODES[verdict]);
      expect(stdout.replaceAll(/\s+/g, ' ')).toContain(LIMIT_OF_TRUST);
    });
  }
});

describe('a report under the root of a sandbox', () => {
  it.each(['terminal', 'markdown'])('says SANDBOX first and in words, %s', async (format) => {
    const { stdout } = await run([inputs.verified, ...pin, '--format', format]);
    const [first = ''] = stdout.split('\n');
    expect(first).toContain('SANDBOX');
    expect(stdout).toContain('Anyone can start a sandbox and sign in any name');
  });

  it('says so to programs', async () => {
    const { report } = await evidence.verify(inputs.verified);
    const root = { source: evidence.rootPath, sandbox: true };
    expect(report).toMatchObject({ sandbox: true, root });
  });

  it('says it too when the bundle is red, invalid or unsigned', async () => {
    for (const verdict of ['failed', 'invalid', 'undecided'] as const) {
      const { stdout } = await run([inputs[verdict], ...pin]);
      const [, , alert = '', banner = ''] = stdout.split('\n');
      expect([verdict, alert, banner.slice(0, 14)]).toEqual([
        verdict,
        '> [!CAUTION]',
        '> **SANDBOX.**',
      ]);
    }
  });

  it('says nothing of the kind under the embedded root', async () => {
    const { code, stdout } = await run([inputs.verified, ...pinOf(SIGNER), '--format', 'markdown']);
    expect(code).toBe(2);
    expect(stdout.split('\n')[0]).not.toContain('SANDBOX');
  });
});

describe('E-18 a red report', () => {
  it.each(FORMATS)('names phase, test and constraint, %s', async (format) => {
    const { code, stdout } = await run([inputs.failed, ...pin, '--format', format]);
    expect(code).toBe(1);
    for (const words of ['performance', 'nccl-all-reduce-bw', 'K8s.server.version']) {
      expect(stdout).toContain(words);
    }
  });
});

describe('E-45 a report', () => {
  it('gives each fault a stable code, a place, what was found, what was expected and a next step', async () => {
    const { report } = await evidence.verify(inputs.failed);
    const faults = report.checks.flatMap((check) => check.faults);
    expect(faults.map((fault) => [fault.code, fault.at])).toEqual([
      ['CONSTRAINT_FAILED', 'recipe.yaml#/constraints/0'],
      ['PHASE_NOT_GREEN', 'ctrf/performance.json'],
    ]);
    const said = faults.flatMap(({ found, expected, hint }) => [found, expected, hint]);
    expect(said).not.toContain('');
  });

  it('tells how to repeat the verification, in words that a shell reads as they were', async () => {
    const { stdout } = await run([inputs.verified, ...pin, '--format', 'markdown']);
    const command = stdout.split('\n').find((line) => line.includes('affidavit verify-evidence'));
    for (const word of [inputs.verified, evidence.rootPath, SIGNER.identity, SIGNER.issuer]) {
      expect(command).toContain(word);
    }
  });
});

describe('E-64 the streams', () => {
  it.each(FORMATS)('carry the report on stdout and nothing on stderr, %s', async (format) => {
    for (const verdict of verdicts) {
      const { stdout, stderr } = await run([inputs[verdict], ...pin, '--format', format], {
        ownProcess: verdict === 'verified',
      });
      expect({ verdict, stderr }).toEqual({ verdict, stderr: '' });
      expect(stdout.endsWith('\n')).toBe(true);
    }
  });

  it.each(['terminal', 'markdown'])(
    'carry five lines on stderr and nothing on stdout of a bundle that is not there, %s',
    async (format) => {
      const output = evidence.write('earlier', '.md');
      for (const words of [[], ['--output', output]]) {
        const { code, stdout, stderr } = await run([missing, ...pin, '-f', format, ...words]);
        expect([code, stdout]).toEqual([3, '']);
        expect(stderr).toBe(
          [
            'error: FILE_UNREADABLE a file cannot be read',
            `   at: ${missing}`,
            'found: no such file or directory',
            ' want: a file that can be read',
            ' next: check the path; it is relative to the directory that you are in',
            '',
          ].join('\n'),
        );
      }
      expect(readFileSync(output, 'utf8')).toBe('earlier');
    },
  );

  it('carry colour to a pipe and to a file with FORCE_COLOR, in the terminal form alone', async () => {
    const env = { FORCE_COLOR: '1' };
    for (const format of FORMATS) {
      const { stdout } = await run([inputs.verified, ...pin, '-f', format], {
        env,
        ownProcess: format === 'terminal',
      });
      expect(stdout.includes('\u001B[')).toBe(format === 'terminal');
    }
  });

  it.each(FORMATS)('carry no colour and no control character to a pipe, %s', async (format) => {
    const env = { TERM: 'xterm-256color', COLORTERM: 'truecolor', NO_COLOR: '' };
    for (const verdict of ['verified', 'failed', 'invalid'] as const) {
      const { stdout } = await run([inputs[verdict], ...pin, '--format', format], {
        env,
        ownProcess: verdict === 'verified' && format === 'terminal',
      });
      // oxlint-disable-next-line no-control-regex -- these are what must not be there
      expect(stdout).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F]/);
    }
  });

  it('carry Markdown to a pipe unless another form is asked for', async () => {
    const words = [inputs.verified, ...pin];
    const plain = await run(words, { ownProcess });
    const markdown = await run([...words, '--format', 'markdown']);
    expect(plain.stdout.startsWith('#')).toBe(true);
    expect(markdown.stdout.replace(' --format markdown', '')).toBe(plain.stdout);
  });

  it('carry nothing more to stdout with --output: the file has the report', async () => {
    for (const format of FORMATS) {
      const output = evidence.path('.report');
      const words = [inputs.failed, ...pin, '--format', format];
      const { code, stdout, stderr } = await run([...words, '--output', output], {
        ownProcess: format === 'markdown',
      });
      expect([code, stdout, stderr]).toEqual([1, '', '']);
      const direct = await run(words);
      const written = readFileSync(output, 'utf8').replace(` --output ${output}`, '');
      expect(written).toBe(direct.stdout);
    }
  });

  it('carry the report to stdout with --output -, and no file is called so', async () => {
    const cwd = evidence.path();
    mkdirSync(cwd);
    const words = [inputs.verified, ...pin, '-f', 'json'];
    const { code, stdout } = await run([...words, '-o', '-'], { cwd, ownProcess });
    expect([code, readdirSync(cwd)]).toEqual([0, []]);
    expect(stdout).toBe((await run(words)).stdout);
  });

  it('replace an earlier report, and never the bundle by a report about it', async () => {
    const output = evidence.write('earlier', '.md');
    expect((await run([inputs.verified, ...pin, '--output', output])).code).toBe(0);
    expect(readFileSync(output, 'utf8')).toMatch(/^#/);
    const bundle = await evidence.pack();
    const before = readFileSync(bundle);
    const folder = evidence.unpack();
    const content = contentOfFolder(folder);
    for (const [input, to] of [
      [bundle, bundle],
      [bundle, `${evidence.folder}/./${basename(bundle)}`],
      [bundle, evidence.rootPath],
      [folder, join(folder, 'report.md')],
      [`${folder}/`, join(folder, 'logs', 'report.md')],
    ] as const) {
      const { code, error } = await failureOf([input, ...pin, '--output', to]);
      expect([code, error.code, error.at]).toEqual([64, 'USAGE', '--output']);
    }
    const mine = evidence.write(DEMO_INPUTS.recipe, '.yaml');
    const over = await failureOf([bundle, ...pin, '--recipe', mine, '--output', mine]);
    expect([over.code, over.error.code, over.error.at]).toEqual([64, 'USAGE', '--output']);
    expect(readFileSync(mine).equals(DEMO_INPUTS.recipe)).toBe(true);
    expect(readFileSync(bundle).equals(before)).toBe(true);
    expect(contentOfFolder(folder)).toEqual(content);
    expect((await run([folder, ...pin, '--output', `${folder}.md`])).code).toBe(0);
  });

  it('end with exit 3 if the report cannot be written', async () => {
    const folder = evidence.path();
    mkdirSync(folder);
    for (const output of [folder, join(folder, 'no', 'such', 'report')]) {
      const { code, error } = await failureOf([inputs.verified, ...pin, '--output', output]);
      expect([code, error.code, error.at]).toEqual([3, 'FILE_UNWRITABLE', output]);
    }
  });

  it('may be closed early: no trace of a stack, and the exit code stays', async () => {
    // More than a pipe holds, so that the program is still writing when its reader goes.
    const many = new Map(files);
    for (let index = 0; index < 2000; index += 1) many.set(`logs/${index}`, Buffer.alloc(0));
    const large = await evidence.pack(many);
    for (const format of FORMATS) {
      const words = [large, ...pin, '--format', format];
      const prefix = ['sh', '-c', '{ "$@"; echo "exit $?" >&2; } | head -1', 'sh'];
      const { stdout, stderr } = await run(words, { prefix });
      expect([format, stderr]).toEqual([format, 'exit 2\n']);
      expect(stdout.split('\n')).toHaveLength(2);
    }
  });

  it('may be closed from the start: no trace of a stack', async () => {
    const prefix = ['sh', '-c', '"$@" >&-; echo "exit $?" >&2', 'sh'];
    const { stderr } = await run([inputs.verified, ...pin], { prefix });
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stderr).toMatch(/exit [03]\n$/);
  });

  it('may be full: exit 3, and never a verdict that nobody can read', async () => {
    // A file size limit of nothing: the first byte of the report is refused.
    const target = evidence.path('.md');
    const prefix = ['sh', '-c', `ulimit -f 0; trap '' XFSZ; "$@" > '${target}'`, 'sh'];
    const { code, stderr } = await run([inputs.verified, ...pin], { prefix });
    expect(code).toBe(3);
    expect(stderr).toContain('FILE_UNWRITABLE');
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});
