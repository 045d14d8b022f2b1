import { randomBytes } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { encodeArchive, readBack, writeTar } from '../../src/archive/encode-archive.ts';
import { memoryFile, type BundleFile } from '../../src/archive/entry.ts';
import { gunzip } from '../../src/archive/gzip.ts';
import { readTar } from '../../src/archive/read-tar.ts';
import { isBundlePath } from '../../src/bundle-path.ts';
import { EVIDENCE_LAYOUT } from '../../src/evidence/layout.ts';
import { rejection } from '../document/refusal.ts';
import { bytesOf, entry, pieces, received, tar } from './tar-parts.ts';

function file(path: string, content: string | Uint8Array): BundleFile {
  if (!isBundlePath(path)) throw new Error(`not a bundle path: ${path}`);
  return memoryFile(path, Buffer.from(content));
}

const LOG = Buffer.alloc(700_000, 'a line of a log\n');
const FILES = [file('recipe.yaml', 'kind: RecipeResult\n'), file('logs/deployment/a.log', LOG)];

describe('encodeArchive', () => {
  it('gives the gzip of writeTar, which a reader takes', async () => {
    const archive = await bytesOf(encodeArchive(FILES, { mtime: 5, layout: EVIDENCE_LAYOUT }));
    const content = await bytesOf(writeTar(FILES, { mtime: 5, layout: EVIDENCE_LAYOUT }));
    expect(gunzipSync(archive).equals(content)).toBe(true);
    const files = await received(await bytesOf(gunzip(pieces(archive))));
    expect([...files.keys()]).toEqual(['logs/deployment/a.log', 'recipe.yaml']);
  });

  // `aicr` unpacks what it pulled with oras, which makes no directory that has no entry.
  it('has each directory once, before what is in it', async () => {
    const more = ['logs/deployment/b.log', 'logs-of/a', 'ctrf/deployment.json'];
    const files = [...FILES, ...more.map((path) => file(path, ''))];
    const content = writeTar(files, { mtime: 5, layout: EVIDENCE_LAYOUT });
    const entries: string[] = [];
    for await (const { type, path } of readTar(content)) entries.push(`${type} ${path}`);
    expect(entries).toEqual([
      'directory ctrf/',
      'file ctrf/deployment.json',
      'directory logs-of/',
      'file logs-of/a',
      'directory logs/',
      'directory logs/deployment/',
      'file logs/deployment/a.log',
      'file logs/deployment/b.log',
      'file recipe.yaml',
    ]);
  });

  it('E-03 gives the same bytes however the files come', async () => {
    const inPieces = FILES.map((one) => ({
      ...one,
      open: async function* open() {
        for await (const whole of one.open()) yield* pieces(whole, 999);
      },
    }));
    const once = await bytesOf(encodeArchive(FILES, { mtime: 5, layout: EVIDENCE_LAYOUT }));
    const again = await bytesOf(
      encodeArchive(inPieces.toReversed(), { mtime: 5, layout: EVIDENCE_LAYOUT }),
    );
    expect(again.equals(once)).toBe(true);
  });

  it.each([
    ['grew', 'content and more'],
    ['shrank', 'cont'],
    ['changed', 'CONTENT'],
  ])('throws FILE_CHANGED for a file that %s', async (_, now) => {
    const changed = { ...file('a.log', 'content'), open: () => pieces(Buffer.from(now)) };
    const error = await rejection(
      bytesOf(encodeArchive([...FILES, changed], { mtime: 0, layout: EVIDENCE_LAYOUT })),
    );
    expect([error?.code, error?.at]).toEqual(['FILE_CHANGED', 'a.log']);
    expect(error?.expected).toBe(`7 bytes with the digest ${changed.digest}`);
  });

  it('throws what a file throws while it is read, and lets go of the others', async () => {
    const failure = new Error('the disk is gone');
    let released = false;
    async function* open(): AsyncGenerator<Uint8Array> {
      try {
        yield Buffer.alloc(100_000);
        throw failure;
      } finally {
        released = true;
      }
    }
    const files = [...FILES, { ...file('a.log', LOG), open }];
    await expect(bytesOf(encodeArchive(files, { mtime: 0, layout: EVIDENCE_LAYOUT }))).rejects.toBe(
      failure,
    );
    expect(released).toBe(true);
  });

  it('holds no more of a large file than a few megabytes', async () => {
    const piece = randomBytes(1024 * 1024);
    let given = 0;
    async function* open(): AsyncGenerator<Uint8Array> {
      for (; given < 200; given += 1) yield piece;
    }
    const large = { ...file('a.log', ''), size: 200 * piece.length, open };
    const archive = encodeArchive([large], { mtime: 0, layout: EVIDENCE_LAYOUT });
    await archive.next();
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
    expect(given).toBeLessThan(100);
    await archive.return();
  });
});

describe('readBack', () => {
  const names = FILES.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const [log, recipe] = [
    { name: 'logs/deployment/a.log', content: LOG },
    { name: 'recipe.yaml', content: 'kind: RecipeResult\n' },
  ];

  /** As the writer orders it. */
  const logs = ['logs/', 'logs/deployment/'].map((name) => ({ name, typeFlag: '5' }));

  async function codeOf(bytes: Uint8Array): Promise<string | undefined> {
    return (await rejection(bytesOf(readBack(pieces(bytes), names))))?.code;
  }

  it('gives on what it reads', async () => {
    const archive = gzipSync(tar(...logs, log, recipe));
    expect((await bytesOf(readBack(pieces(archive), names))).equals(archive)).toBe(true);
  });

  it.each([
    ['a file too few', gzipSync(tar(...logs, log))],
    ['a file too many', gzipSync(tar(...logs, log, recipe, { name: 's.yaml' }))],
    ['another order', gzipSync(tar(recipe, ...logs, log))],
    ['a file twice', gzipSync(tar(...logs, log, log, recipe))],
    ['another name', gzipSync(tar(...logs, log, { ...recipe, name: 'recipe.yml' }))],
    ['another size', gzipSync(tar(...logs, log, { ...recipe, content: 'kind: X\n' }))],
    ['a directory too few', gzipSync(tar(...logs.slice(1), log, recipe))],
    ['a directory too many', gzipSync(tar(...logs, { name: 'x/', typeFlag: '5' }, log, recipe))],
    ['a directory for a file', gzipSync(tar(...logs, log, { ...recipe, typeFlag: '5' }))],
    ['a file for a directory', gzipSync(tar({ name: 'logs/' }, ...logs.slice(1), log, recipe))],
    ['a link', gzipSync(tar(...logs, log, { name: 'recipe.yaml', typeFlag: '2', linkName: 'a' }))],
    ['a prefix', gzipSync(tar(...logs, log, { ...recipe, prefix: 'x' }))],
    ['no end', gzipSync(Buffer.concat([...logs, log, recipe].map(entry)))],
    ['data after its end', gzipSync(Buffer.concat([tar(...logs, log, recipe), Buffer.from('x')]))],
    ['two gzip members', Buffer.concat([gzipSync(tar(...logs, log, recipe)), gzipSync('')])],
    ['no gzip', tar(...logs, log, recipe)],
    ['nothing', Buffer.of()],
  ])('throws INTERNAL for an archive with %s', async (_, archive) => {
    expect(await codeOf(archive)).toBe('INTERNAL');
  });

  it('throws FILE_CHANGED for other content of the same size', async () => {
    const other = { ...recipe, content: 'kind: recipeResult\n' };
    expect(await codeOf(gzipSync(tar(...logs, log, other)))).toBe('FILE_CHANGED');
  });

  it('passes no archive that a changed byte made another', async () => {
    const small = [file('recipe.yaml', 'kind: RecipeResult\n')];
    const archive = await bytesOf(encodeArchive(small, { mtime: 5, layout: EVIDENCE_LAYOUT }));
    const content = gunzipSync(archive);
    // A gzip header says what nobody reads: the time, the level, the system.
    const at = fc.integer({ min: 10, max: archive.length - 1 });
    await fc.assert(
      fc.asyncProperty(at, fc.integer({ min: 1, max: 255 }), async (index, mask) => {
        const changed = Buffer.from(archive);
        changed[index] = (changed[index] ?? 0) ^ mask;
        const error = await rejection(bytesOf(readBack(pieces(changed), small)));
        // Bits that fill the last byte of the compressed data say nothing.
        const isSame = error === undefined && gunzipSync(changed).equals(content);
        expect(['INTERNAL', 'FILE_CHANGED', true]).toContain(error?.code ?? isSame);
      }),
    );
  });
});
