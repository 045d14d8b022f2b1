import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  linkSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { collectFiles } from '../../../src/archive/collect.ts';
import { EVIDENCE_LAYOUT } from '../../../src/evidence/layout.ts';
import { openEntries } from '../../../src/io/disk/bundle-source.ts';
import { MAX_ENTRIES, MAX_RECIPE_BYTES } from '../../../src/limits.ts';
import { tar } from '../../archive/tar-parts.ts';
import { rejection } from '../../document/refusal.ts';
import { scratch } from '../scratch.ts';

const FILES = {
  'recipe.yaml': 'kind: RecipeResult\n',
  'ctrf/deployment.json': '{}',
  'logs/deployment/a.log': 'x'.repeat(2_500_000),
  'logs/deployment/empty.log': '',
};

const ARCHIVE = gzipSync(
  tar(...Object.entries(FILES).map(([name, content]) => ({ name, content }))),
);

async function received(path: string) {
  return await collectFiles(openEntries(path, EVIDENCE_LAYOUT), EVIDENCE_LAYOUT);
}

describe('a directory around the bundle, as aicr writes it', () => {
  const inner = prefixed('out/summary-bundle');
  const around = { ...inner, 'out/summary-bundle/manifest.json': '{}', 'out/pointer.yaml': 'x: 1' };
  const names = async (files: Readonly<Record<string, string>>): Promise<readonly string[]> => [
    ...(await received(join(scratch(files), 'out'))).keys(),
  ];
  const whole = [...Object.keys(FILES), 'manifest.json'].toSorted();

  it('is taken for the bundle in it, whatever lies beside that', async () => {
    expect(await names(around)).toEqual(whole);
    expect(await names({ ...around, 'out/other/a.txt': 'x', 'out/-x': 'y' })).toEqual(whole);
  });

  it('is a bundle itself if the manifest is in it: what is further down is too much then', async () => {
    const both = await names({ ...around, 'out/manifest.json': '{}' });
    expect(both).toContain('manifest.json');
    expect(both).toContain('summary-bundle/manifest.json');
  });

  it('is nothing else without a manifest there, or behind a link', async () => {
    expect(await names(inner)).toContain('summary-bundle/recipe.yaml');
    const folder = scratch({
      ...prefixed('elsewhere'),
      'elsewhere/manifest.json': '{}',
      'out/a': '',
    });
    symlinkSync('../elsewhere', join(folder, 'out/summary-bundle'));
    expect(await rejection(received(join(folder, 'out')))).toMatchObject({
      code: 'ARCHIVE_UNSAFE',
      at: 'summary-bundle',
    });
  });
});

describe('openEntries', () => {
  it('E-02 sees the same files in a directory, in a tar.gz, and through a link to either', async () => {
    const folder = scratch({ ...prefixed('bundle'), 'evidence.tar.gz': ARCHIVE });
    symlinkSync('bundle', join(folder, 'link-to-bundle'));
    symlinkSync('evidence.tar.gz', join(folder, 'link-to-archive'));
    const [first, ...others] = await Promise.all(
      ['bundle', 'evidence.tar.gz', 'link-to-bundle', 'link-to-archive'].map(
        async (name) => await received(join(folder, name)),
      ),
    );
    expect([...(first?.keys() ?? [])]).toEqual(Object.keys(FILES).toSorted());
    for (const other of others) expect(other).toEqual(first);
  });

  it('tells the two apart by what they are, not by their names', async () => {
    const folder = scratch({ ...prefixed('bundle.tar.gz'), evidence: ARCHIVE });
    const fromDirectory = await received(join(folder, 'bundle.tar.gz'));
    expect([...fromDirectory.keys()]).toEqual(Object.keys(FILES).toSorted());
    expect(await received(join(folder, 'evidence'))).toEqual(fromDirectory);
  });

  it.each<[string, (path: string) => void]>([
    ['nothing', () => {}],
    ['a FIFO, without waiting for a writer', (path) => execFileSync('mkfifo', [path])],
    ['a link that leads nowhere', (path) => symlinkSync('nowhere', path)],
  ])('cannot read %s', async (_, make) => {
    const path = join(scratch(), 'input');
    make(path);
    const error = await rejection(received(path));
    expect([error?.code, error?.at]).toEqual(['FILE_UNREADABLE', path]);
  });

  it('cannot read a device', async () => {
    expect((await rejection(received('/dev/zero')))?.code).toBe('FILE_UNREADABLE');
  });

  it.each<[string, Buffer]>([
    ['an empty file', Buffer.alloc(0)],
    ['a tar without gzip', tar({ name: 'a' })],
    ['a gzip file without tar', gzipSync('hello')],
    ['a truncated file', ARCHIVE.subarray(0, -20)],
    ['two archives in a row', Buffer.concat([ARCHIVE, ARCHIVE])],
    ['trailing garbage', Buffer.concat([ARCHIVE, Buffer.from('garbage')])],
    ['a damaged checksum', Buffer.concat([ARCHIVE.subarray(0, -8), Buffer.alloc(8)])],
  ])('E-38 refuses %s and names the file', async (_, content) => {
    const path = join(scratch({ 'evidence.tar.gz': content }), 'evidence.tar.gz');
    const error = await rejection(received(path));
    expect([error?.code, error?.at]).toEqual(['ARCHIVE_UNREADABLE', path]);
  });

  it('E-36 refuses an unsafe entry and names it', async () => {
    const content = gzipSync(tar({ name: 'recipe.yaml' }, { name: '../x' }));
    const path = join(scratch({ 'evidence.tar.gz': content }), 'evidence.tar.gz');
    const error = await rejection(received(path));
    expect([error?.code, error?.at]).toEqual(['ARCHIVE_UNSAFE', '"../x"']);
  });

  it('says so when an archive shrinks while it is read', async () => {
    const path = join(scratch({ 'evidence.tar.gz': ARCHIVE }), 'evidence.tar.gz');
    const noise = Buffer.from(
      Array.from({ length: 4_000_000 }, (__, index) => (index * index) >> 9),
    );
    writeFileSync(path, gzipSync(tar({ name: 'a.log', content: noise }), { level: 0 }));
    const entries = openEntries(path, EVIDENCE_LAYOUT);
    const error = await rejection(
      (async () => {
        for await (const { content } of entries) {
          truncateSync(path, 2_000_000);
          for await (const chunk of content) expect(chunk.length).toBeGreaterThan(0);
        }
      })(),
    );
    expect([error?.code, error?.at]).toEqual(['FILE_CHANGED', path]);
  });
});

describe('openEntries on a directory', () => {
  it.each<[string, string, (folder: string) => void]>([
    [
      'a symbolic link to a file',
      'b.log',
      (folder) => symlinkSync('recipe.yaml', join(folder, 'b.log')),
    ],
    [
      'a symbolic link to a directory',
      'more',
      (folder) => symlinkSync('logs', join(folder, 'more')),
    ],
    [
      'a link that leads nowhere',
      'b.log',
      (folder) => symlinkSync('nowhere', join(folder, 'b.log')),
    ],
    ['a FIFO', 'fifo', (folder) => execFileSync('mkfifo', [join(folder, 'fifo')])],
    ['a hidden file', '".DS_Store"', (folder) => writeFileSync(join(folder, '.DS_Store'), '')],
    ['a hidden directory', '".git"', (folder) => mkdirSync(join(folder, '.git'))],
    [
      'a name with a newline',
      String.raw`"a\nb"`,
      (folder) => writeFileSync(join(folder, 'a\nb'), ''),
    ],
    [
      'a name that is not UTF-8',
      '"\ufffd"',
      (folder) =>
        writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff])]), ''),
    ],
  ])('E-36 refuses %s', async (_, at, make) => {
    const folder = scratch(FILES);
    expect((await received(folder)).size).toBe(4);
    make(folder);
    const error = await rejection(received(folder));
    expect([error?.code, error?.at]).toEqual(['ARCHIVE_UNSAFE', at]);
  });

  it('E-36 refuses a socket', async () => {
    const folder = scratch(FILES);
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(join(folder, 'socket'), resolve);
    });
    const error = await rejection(received(folder));
    server.close();
    expect([error?.code, error?.at]).toEqual(['ARCHIVE_UNSAFE', 'socket']);
  });

  it('E-37 refuses a document above its limit before it reads it', async () => {
    const folder = scratch(FILES);
    truncateSync(join(folder, 'recipe.yaml'), MAX_RECIPE_BYTES + 1);
    const error = await rejection(received(folder));
    expect([error?.code, error?.at]).toEqual(['LIMIT_EXCEEDED', 'recipe.yaml']);
  });

  it('E-37 gives up a listing with too many names', async () => {
    const folder = scratch({ 0: '' });
    for (let index = 1; index <= MAX_ENTRIES; index += 1) {
      linkSync(join(folder, '0'), join(folder, String(index)));
    }
    const error = await rejection(received(folder));
    expect([error?.code, error?.at]).toEqual(['LIMIT_EXCEEDED', folder]);
  });

  it.each<[string, (path: string) => void]>([
    ['grows', (path) => appendFileSync(path, 'x')],
    ['shrinks', (path) => truncateSync(path, 100)],
  ])('says so when a file %s while it is read', async (_, change) => {
    const folder = scratch({ 'a.log': 'x'.repeat(1000) });
    const entries = openEntries(folder, EVIDENCE_LAYOUT);
    const error = await rejection(
      (async () => {
        for await (const { content } of entries) {
          change(join(folder, 'a.log'));
          for await (const chunk of content) expect(chunk.length).toBeGreaterThan(0);
        }
      })(),
    );
    expect([error?.code, error?.at]).toEqual(['FILE_CHANGED', join(folder, 'a.log')]);
  });

  it('does not follow a link that takes the place of a file after the listing', async () => {
    const folder = scratch({ 'a.log': 'x', 'b.log': 'y', 'c.log': 'secret' });
    const entries = openEntries(folder, EVIDENCE_LAYOUT);
    const seen: string[] = [];
    const error = await rejection(
      (async () => {
        for await (const { path } of entries) {
          seen.push(path);
          rmSync(join(folder, 'b.log'), { force: true });
          symlinkSync('c.log', join(folder, 'b.log'));
        }
      })(),
    );
    expect(seen).toEqual(['a.log']);
    expect([error?.code, error?.at]).toEqual(['FILE_UNREADABLE', join(folder, 'b.log')]);
  });
});

function prefixed(folder: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(FILES).map(([path, content]) => [`${folder}/${path}`, content]),
  );
}
