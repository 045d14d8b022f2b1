import { execFileSync, spawnSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { isBundlePath, type BundlePath } from '../../../src/bundle-path.ts';
import { digestOf } from '../../../src/digest.ts';
import { EvidenceError } from '../../../src/errors/evidence-error.ts';
import {
  hashFile,
  readFileBounded,
  requireFree,
  writeTogether,
  writeWhole,
} from '../../../src/io/disk/files.ts';
import { MAX_FILE_BYTES } from '../../../src/limits.ts';
import { bytesOf, changing, pieces } from '../../archive/tar-parts.ts';
import { rejection } from '../../document/refusal.ts';
import { scratch } from '../scratch.ts';

const FILES_MODULE = new URL('../../../src/io/disk/files.ts', import.meta.url).href;

function bundlePath(text: string): BundlePath {
  if (!isBundlePath(text)) throw new Error(`not a bundle path: ${text}`);
  return text;
}

const LOG = bundlePath('logs/deployment/a.log');

/** Runs a module in a Node of its own, in a shell that may limit it first. */
function inNode(script: string, { input = '', before = '' } = {}) {
  const command = `${before} exec "$0" --input-type=module -e "$1"`;
  return spawnSync('sh', ['-c', command, process.execPath, script], { input, encoding: 'utf8' });
}

describe('readFileBounded', () => {
  it('reads a file, through a link too, and one of exactly the limit', async () => {
    const folder = scratch({ 'recipe.yaml': 'kind: x\n' });
    symlinkSync('recipe.yaml', join(folder, 'link'));
    for (const name of ['recipe.yaml', 'link']) {
      const bytes = await readFileBounded(join(folder, name), 8, 'recipe');
      expect(String(Buffer.from(bytes))).toBe('kind: x\n');
    }
  });

  it('refuses a file above the limit after its first bytes', async () => {
    const path = join(scratch({ big: '' }), 'big');
    truncateSync(path, 10_000_000_000);
    const error = await rejection(readFileBounded(path, 1_000_000, 'recipe'));
    expect([error?.code, error?.at]).toEqual(['LIMIT_EXCEEDED', path]);
  });

  it('names a file above the limit that is of another kind', async () => {
    const folder = scratch({ 'a.yaml': `kind: Snapshot\n${'x'.repeat(100)}` });
    const error = await rejection(readFileBounded(join(folder, 'a.yaml'), 100, 'recipe'));
    expect(error).toMatchObject({ code: 'LIMIT_EXCEEDED', found: 'a snapshot' });
    expect(error?.hint).toContain('--snapshot');
  });

  it.each<[string, (path: string) => void]>([
    ['a file that is not there', () => {}],
    ['a directory', (path) => mkdirSync(path)],
    ['a FIFO, without waiting for a writer', (path) => execFileSync('mkfifo', [path])],
    ['a link that leads to itself', (path) => symlinkSync(path, path)],
    ['a link that leads nowhere', (path) => symlinkSync('nowhere', path)],
  ])('refuses %s', async (_, make) => {
    const path = join(scratch(), 'input');
    make(path);
    const error = await rejection(readFileBounded(path, 100, 'recipe'));
    expect([error?.code, error?.at]).toEqual(['FILE_UNREADABLE', path]);
  });

  it('refuses a device', async () => {
    const error = await rejection(readFileBounded('/dev/zero', 100, 'recipe'));
    expect([error?.code, error?.at]).toEqual(['FILE_UNREADABLE', '/dev/zero']);
  });

  it('reads standard input for "-", up to the limit', () => {
    const script = `
      import { readFileBounded } from '${FILES_MODULE}';
      const read = readFileBounded('-', 5, 'results');
      console.log(await read.then((bytes) => String(bytes), ({ code, at }) => code + ' ' + at));`;
    expect(inNode(script, { input: '12345' }).stdout).toBe('12345\n');
    expect(inNode(script, { input: '123456' }).stdout).toBe('LIMIT_EXCEEDED stdin\n');
    expect(inNode(script, { before: 'exec < /;' }).stdout).toBe('FILE_UNREADABLE stdin\n');
  });
});

describe('hashFile', () => {
  it('gives a handle that reads the file again', async () => {
    const content = Buffer.alloc(3_000_000, 'line\n');
    const folder = scratch({ 'a.log': content });
    const file = await hashFile(join(folder, 'a.log'), LOG);
    expect(file).toMatchObject({ path: LOG, size: 3_000_000, digest: digestOf(content) });
    expect((await bytesOf(file.open())).equals(content)).toBe(true);
    expect((await bytesOf(file.open())).equals(content)).toBe(true);
  });

  it('follows no link', async () => {
    const folder = scratch({ 'a.log': '' });
    symlinkSync('a.log', join(folder, 'b.log'));
    const error = await rejection(hashFile(join(folder, 'b.log'), LOG));
    expect(error?.code).toBe('FILE_UNREADABLE');
  });

  it('refuses a file above the limit after its first bytes', async () => {
    const path = join(scratch({ 'a.log': '' }), 'a.log');
    truncateSync(path, MAX_FILE_BYTES + 1);
    expect((await rejection(hashFile(path, LOG)))?.code).toBe('LIMIT_EXCEEDED');
  });

  it('says so when the file is gone or became something else', async () => {
    const path = join(scratch({ 'a.log': 'x' }), 'a.log');
    const file = await hashFile(path, LOG);
    rmSync(path);
    expect((await rejection(bytesOf(file.open())))?.code).toBe('FILE_UNREADABLE');
    execFileSync('mkfifo', [path]);
    expect((await rejection(bytesOf(file.open())))?.code).toBe('FILE_UNREADABLE');
  });
});

describe('writeWhole', () => {
  const content = Buffer.alloc(3_000_000, 'line\n');

  it('writes the file and leaves nothing else', async () => {
    const folder = scratch();
    await writeWhole(join(folder, 'out'), pieces(content), { force: false });
    expect(readFileSync(join(folder, 'out')).equals(content)).toBe(true);
    expect(readdirSync(folder)).toEqual(['out']);
    expect(statSync(join(folder, 'out')).nlink).toBe(1);
  });

  it('gives the file the mode of any new file', () => {
    const folder = scratch();
    const script = `
      import { writeWhole } from '${FILES_MODULE}';
      async function* none() {}
      await writeWhole('${join(folder, 'out')}', none(), { force: true });`;
    for (const [umask, mode] of [
      ['022', 0o644],
      ['077', 0o600],
    ] as const) {
      expect(inNode(script, { before: `umask ${umask};` }).status).toBe(0);
      expect(statSync(join(folder, 'out')).mode & 0o777).toBe(mode);
    }
  });

  it('replaces an existing file only with force', async () => {
    const folder = scratch({ out: 'old' });
    const error = await rejection(
      writeWhole(join(folder, 'out'), pieces(content), { force: false }),
    );
    expect([error?.code, error?.at]).toEqual(['OUTPUT_EXISTS', join(folder, 'out')]);
    expect(readFileSync(join(folder, 'out'), 'utf8')).toBe('old');
    await writeWhole(join(folder, 'out'), pieces(content), { force: true });
    expect(readFileSync(join(folder, 'out')).equals(content)).toBe(true);
    expect(readdirSync(folder)).toEqual(['out']);
  });

  it('does not replace a file that appears while it writes', async () => {
    const folder = scratch();
    async function* late() {
      yield content;
      writeFileSync(join(folder, 'out'), 'of someone else');
    }
    const error = await rejection(writeWhole(join(folder, 'out'), late(), { force: false }));
    expect(error?.code).toBe('OUTPUT_EXISTS');
    expect(readFileSync(join(folder, 'out'), 'utf8')).toBe('of someone else');
    expect(readdirSync(folder)).toEqual(['out']);
  });

  it('with force replaces a link, not what it leads to', async () => {
    const folder = scratch({ precious: 'old' });
    symlinkSync('precious', join(folder, 'out'));
    await writeWhole(join(folder, 'out'), pieces(content), { force: true });
    expect(readFileSync(join(folder, 'precious'), 'utf8')).toBe('old');
    expect(lstatSync(join(folder, 'out')).isFile()).toBe(true);
  });

  it.each<[string, string, (folder: string) => void]>([
    ['in a folder that is not there', 'missing/out', () => {}],
    ['under what is a file', 'file/out', (folder) => writeFileSync(join(folder, 'file'), '')],
    ['where a folder is', 'folder', (folder) => mkdirSync(join(folder, 'folder'))],
    ['where a FIFO is', 'fifo', (folder) => execFileSync('mkfifo', [join(folder, 'fifo')])],
    ['under a name that is too long', 'n'.repeat(300), () => {}],
  ])('cannot write %s', async (_, name, make) => {
    const folder = scratch();
    make(folder);
    const before = readdirSync(folder);
    const error = await rejection(writeWhole(join(folder, name), pieces(content), { force: true }));
    expect([error?.code, error?.at]).toEqual(['FILE_UNWRITABLE', join(folder, name)]);
    expect(readdirSync(folder)).toEqual(before);
  });

  it('leaves nothing when the disk is full', () => {
    const folder = scratch();
    const script = `
      import { writeWhole } from '${FILES_MODULE}';
      async function* zeros() { for (let i = 0; i < 100; i += 1) yield Buffer.alloc(100_000); }
      const written = writeWhole('${join(folder, 'out')}', zeros(), { force: false });
      console.log(await written.then(() => 'written', ({ code, found }) => code + ': ' + found));`;
    const { stdout } = inNode(script, { before: 'ulimit -f 64;' });
    expect(stdout).toBe('FILE_UNWRITABLE: file too large\n');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('leaves nothing when its source fails, and throws what the source threw', async () => {
    const folder = scratch();
    const error = await rejection(
      writeWhole(join(folder, 'out'), changing(content), { force: false }),
    );
    expect(error?.code).toBe('FILE_CHANGED');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('has removed what it wrote when an interrupt returns', async () => {
    const folder = scratch();
    const controller = new AbortController();
    const reason = new EvidenceError('INTERRUPTED', { found: 'a', expected: 'b', hint: 'c' });
    let left: readonly string[] = [];
    async function* endless() {
      yield content;
      left = readdirSync(folder);
      controller.abort(reason);
      expect(readdirSync(folder)).toEqual([]);
      for (;;) yield content;
    }
    const { signal } = controller;
    const error = await rejection(
      writeWhole(join(folder, 'out'), endless(), { force: false, signal }),
    );
    expect(error).toBe(reason);
    expect(left).toEqual([expect.stringMatching(/^\.affidavit-[0-9a-f]{16}\.tmp$/)]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('begins nothing after an interrupt', async () => {
    const folder = scratch();
    const reason = new EvidenceError('INTERRUPTED', { found: 'a', expected: 'b', hint: 'c' });
    const signal = AbortSignal.abort(reason);
    const written = writeWhole(join(folder, 'out'), pieces(content), { force: false, signal });
    expect(await rejection(written)).toBe(reason);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('writeTogether', () => {
  const both = (folder: string, last: AsyncIterable<Uint8Array> | readonly Uint8Array[]) => [
    { path: join(folder, 'a'), chunks: [Buffer.from('new a')] },
    { path: join(folder, 'b'), chunks: last },
  ];
  const textsIn = (folder: string): readonly string[] =>
    readdirSync(folder)
      .filter((name) => !name.startsWith('.affidavit-'))
      .map((name) => `${name}: ${readFileSync(join(folder, name), 'utf8')}`);

  it('names all in one turn, once all are whole', async () => {
    const folder = scratch();
    async function* last() {
      expect(textsIn(folder)).toEqual([]);
      yield Buffer.from('new b');
    }
    const onNamed = (): void => expect(textsIn(folder)).toEqual(['a: new a', 'b: new b']);
    await writeTogether(both(folder, last()), { force: false, onNamed });
    expect(readdirSync(folder)).toEqual(['a', 'b']);
  });

  it.each(['a', 'b'])('writes none where %s is taken, now or meanwhile', async (name) => {
    const folder = scratch();
    async function* late() {
      yield Buffer.from('new b');
      writeFileSync(join(folder, name), 'of someone else');
    }
    const written = writeTogether(both(folder, late()), { force: false });
    expect((await rejection(written))?.code).toBe('OUTPUT_EXISTS');
    expect(textsIn(folder)).toEqual([`${name}: of someone else`]);
    const error = await rejection(writeTogether(both(folder, []), { force: false }));
    expect([error?.code, error?.at]).toEqual(['OUTPUT_EXISTS', join(folder, name)]);
    expect(textsIn(folder)).toEqual([`${name}: of someone else`]);
  });

  it('leaves all as they were after an interrupt, with force too', async () => {
    const folder = scratch({ a: 'old a', b: 'old b' });
    const controller = new AbortController();
    const reason = new EvidenceError('INTERRUPTED', { found: 'a', expected: 'b', hint: 'c' });
    async function* last() {
      yield Buffer.from('new b');
      controller.abort(reason);
      expect(readdirSync(folder)).toEqual(['a', 'b']);
    }
    const written = writeTogether(both(folder, last()), {
      force: true,
      signal: controller.signal,
    });
    expect(await rejection(written)).toBe(reason);
    expect(textsIn(folder)).toEqual(['a: old a', 'b: old b']);
  });
});

describe('requireFree', () => {
  it('says beforehand what writeWhole would say', async () => {
    const folder = scratch({ out: '' });
    expect((await rejection(requireFree(join(folder, 'out'), false)))?.code).toBe('OUTPUT_EXISTS');
    expect((await rejection(requireFree(folder, true)))?.code).toBe('FILE_UNWRITABLE');
    expect(await rejection(requireFree(join(folder, 'out'), true))).toBeUndefined();
    expect(await rejection(requireFree(join(folder, 'new'), false))).toBeUndefined();
    for (const [nowhere, hint] of [
      [join(folder, 'no/new'), `make the folder ${join(folder, 'no')}`],
      [join(folder, 'out/new'), 'choose another path: a part of this one is a file'],
      ['', 'name a file: the path is empty'],
    ] as const) {
      const error = await rejection(requireFree(nowhere, true));
      expect([error?.code, error?.hint.split(',')[0]]).toEqual(['FILE_UNWRITABLE', hint]);
    }
  });
});
