// What V8 compiled is code that runs: it is taken only from where the program itself could be changed, and only whole.
import { spawn, spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { readCompiled, writeCompiled } from '../../src/cli/compiled-code.ts';
import { ROOT } from '../run-cli.ts';

const CODE = Buffer.from('what V8 made of it');
const isRoot = process.getuid?.() === 0;

let directory = '';
let place = { program: '', digest: 'a'.repeat(64), part: 'verify-evidence' };

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'affidavit-compiled-'));
  place = { ...place, program: join(directory, 'affidavit.cjs') };
  writeFileSync(place.program, 'program');
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

function kept(): readonly string[] {
  return readdirSync(join(directory, '.compiled')).map((name) =>
    join(directory, '.compiled', name),
  );
}

describe('compiled code', () => {
  it('is read as it was written, by the same program alone', () => {
    expect(readCompiled(place)).toBeUndefined();
    writeCompiled(place, CODE);
    expect(readCompiled(place)).toEqual(CODE);
    expect(readCompiled({ ...place, digest: 'b'.repeat(64) })).toBeUndefined();
    // The name has the first digits only.
    expect(readCompiled({ ...place, digest: `${'a'.repeat(63)}b` })).toBeUndefined();
    expect(readCompiled({ ...place, part: 'validate' })).toBeUndefined();
    expect(kept()).toHaveLength(1);
  });

  it('is named by the content of the program, the version of Node and the machine', () => {
    writeCompiled(place, CODE);
    const [file = ''] = kept();
    for (const part of ['a'.repeat(16), process.version, process.arch]) {
      expect(file).toContain(part);
    }
  });

  it.each([
    ['cut off', (file: string) => truncateSync(file, 140)],
    ['empty', (file: string) => truncateSync(file, 0)],
    ['with a byte more', (file: string) => appendFileSync(file, 'x')],
    ['with another byte', (file: string) => writeFileSync(file, flipLast(readFileSync(file)))],
    ['writable by everybody', (file: string) => chmodSync(file, 0o666)],
    ['writable by the group', (file: string) => chmodSync(file, 0o664)],
  ])('is ignored if it is %s, and replaced', (_what, change) => {
    writeCompiled(place, CODE);
    const [file = ''] = kept();
    change(file);
    expect(readCompiled(place)).toBeUndefined();
    writeCompiled(place, CODE);
    expect(readCompiled(place)).toEqual(CODE);
  });

  it.runIf(isRoot)(
    'is ignored if it is of a user who owns neither the program nor the process',
    () => {
      writeCompiled(place, CODE);
      const [file = ''] = kept();
      chownSync(file, 12345, 12345);
      expect(readCompiled(place)).toBeUndefined();
      chownSync(place.program, 12345, 12345);
      expect(readCompiled(place)).toEqual(CODE);
    },
  );

  it('is not there, and nothing is said, where it cannot be written', () => {
    writeFileSync(join(directory, '.compiled'), 'a file in the way');
    writeCompiled(place, CODE);
    expect(readCompiled(place)).toBeUndefined();
    expect(readdirSync(directory).toSorted()).toEqual(['.compiled', 'affidavit.cjs']);
  });

  it.runIf(isRoot)('is not left in the folder of another user, who could not remove it', () => {
    chownSync(place.program, 12_345, 12_345);
    writeCompiled(place, CODE);
    expect(readdirSync(directory)).toEqual(['affidavit.cjs']);
  });

  it('is not waited for where a pipe stands in its place', () => {
    writeCompiled(place, CODE);
    const [file = ''] = kept();
    rmSync(file);
    expect(spawnSync('mkfifo', [file]).status).toBe(0);
    expect(readCompiled(place)).toBeUndefined();
  });

  it('leaves nothing behind that is not whole', () => {
    writeCompiled(place, CODE);
    const [file = ''] = kept();
    rmSync(file);
    // In the way of its last step.
    mkdirSync(file);
    writeCompiled(place, CODE);
    expect(kept()).toEqual([file]);
  });
});

function flipLast(bytes: Buffer): Buffer {
  const last = bytes.length - 1;
  return Buffer.concat([bytes.subarray(0, last), Buffer.from([(bytes[last] ?? 0) ^ 1])]);
}

/** Of which the program is made. */
function joinedFiles(): readonly string[] {
  return readdirSync(join(ROOT, 'dist/bundle')).filter((name) => name.endsWith('.cjs'));
}

describe('the program', () => {
  /** A copy of it, whose compiled code is its own. */
  function install(): string {
    const copy = join(directory, 'installed');
    mkdirSync(join(copy, 'dist/bundle'), { recursive: true });
    cpSync(join(ROOT, 'bin'), join(copy, 'bin'), { recursive: true });
    for (const name of joinedFiles()) {
      copyFileSync(join(ROOT, 'dist/bundle', name), join(copy, 'dist/bundle', name));
    }
    for (const name of ['package.json', 'oclif.manifest.json']) {
      copyFileSync(join(ROOT, name), join(copy, name));
    }
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    return copy;
  }

  async function runCopy(
    copy: string,
    words: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<{ code: unknown; output: string }> {
    const child = spawn(process.execPath, [join(copy, 'bin/affidavit.js'), ...words], {
      env: { PATH: process.env['PATH'] ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    const [code] = (await once(child, 'close')) as readonly unknown[];
    return { code, output: Buffer.concat(chunks).toString() };
  }

  function compiledOf(copy: string): readonly string[] {
    try {
      return readdirSync(join(copy, 'dist/bundle/.compiled')).toSorted();
    } catch {
      return [];
    }
  }

  it('says the same with compiled code, without it, and with any that does not fit', async () => {
    const copy = install();
    const first = await runCopy(copy, ['--help']);
    expect(first.code).toBe(0);
    const names = compiledOf(copy);
    expect(names).not.toEqual([]);
    expect(await runCopy(copy, ['--help'])).toEqual(first);
    // Whole and its own, but no code of V8's: V8 refuses it, and it is made again.
    const fake = Buffer.from('no code');
    for (const name of ['affidavit.cjs', 'main.cjs', 'oclif.cjs']) {
      const program = join(copy, 'dist/bundle', name);
      const digest = hash('sha256', readFileSync(program));
      writeCompiled({ program, digest, part: 'help' }, fake);
      expect(await runCopy(copy, ['--help'])).toEqual(first);
      expect(readCompiled({ program, digest, part: 'help' })).not.toEqual(fake);
    }
    expect(compiledOf(copy)).toEqual(names);
  });

  it('keeps nothing of a run that failed, that has flags of Node, or that must keep nothing', async () => {
    const copy = install();
    expect(await runCopy(copy, ['verify-evidence'])).toMatchObject({ code: 64 });
    expect(await runCopy(copy, ['verify-evidence', 'none'])).toMatchObject({ code: 3 });
    expect(await runCopy(copy, ['../../x'])).toMatchObject({ code: 64 });
    for (const env of [
      { NODE_OPTIONS: '--stack-trace-limit=5' },
      { NODE_DISABLE_COMPILE_CACHE: '1' },
    ]) {
      expect(await runCopy(copy, ['--help'], env)).toMatchObject({ code: 0 });
    }
    expect(compiledOf(copy)).toEqual([]);
  });

  it('reads nothing if it must keep nothing', async () => {
    const copy = install();
    const program = join(copy, 'dist/bundle/affidavit.cjs');
    const digest = hash('sha256', readFileSync(program));
    const fake = Buffer.from('no code');
    for (const env of [{}, { NODE_DISABLE_COMPILE_CACHE: '1' }]) {
      writeCompiled({ program, digest, part: 'help' }, fake);
      await runCopy(copy, ['--help'], env);
      const isKept = 'NODE_DISABLE_COMPILE_CACHE' in env;
      expect(readCompiled({ program, digest, part: 'help' })?.equals(fake)).toBe(isKept);
    }
  });

  it.each([
    '',
    '}',
    'throw new Error("broken")',
    'exports.main = 1;',
    'exports.main = async () => { throw new Error("broken"); };',
    'exports.main = async () => { await new Promise(() => {}); };',
  ])('ends with no verdict if its file is broken: %s', async (text) => {
    const copy = install();
    writeFileSync(join(copy, 'dist/bundle/affidavit.cjs'), text);
    expect(await runCopy(copy, ['--help'])).toMatchObject({ code: 70 });
  });

  it('takes two first runs at once', async () => {
    const copy = install();
    const runs = await Promise.all([0, 1, 2].map(async () => await runCopy(copy, ['--help'])));
    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
    const names = compiledOf(copy);
    expect(await runCopy(copy, ['--help'])).toEqual(runs[0]);
    expect(compiledOf(copy)).toEqual(names);
  });

  it.each([
    ['help', 0, ['verify.cjs', 'others.cjs'], ['--help']],
    ['a verification', 3, ['oclif.cjs', 'others.cjs', 'registry.cjs'], ['verify-evidence', 'none']],
    [
      'a verification by digest',
      3,
      ['oclif.cjs', 'others.cjs'],
      ['verify-evidence', `oci://127.0.0.1:9/none@sha256:${'0'.repeat(64)}`],
    ],
  ])('reads for %s only the files that it needs', async (_what, code, unneeded, words) => {
    const copy = install();
    for (const name of unneeded) rmSync(join(copy, 'dist/bundle', name));
    expect(await runCopy(copy, words)).toMatchObject({ code });
  });
});
