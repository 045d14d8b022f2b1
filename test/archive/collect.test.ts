import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { admitFiles, collectFiles } from '../../src/archive/collect.ts';
import { EntryRules } from '../../src/archive/entry-rules.ts';
import type { Entry, ReceivedFile } from '../../src/archive/entry.ts';
import { readTar } from '../../src/archive/read-tar.ts';
import { digestOf } from '../../src/digest.ts';
import { EVIDENCE_LAYOUT } from '../../src/evidence/layout.ts';
import {
  MAX_BUNDLE_BYTES,
  MAX_ENTRIES,
  MAX_FILE_BYTES,
  MAX_JSON_BYTES,
  MAX_RECIPE_BYTES,
} from '../../src/limits.ts';
import { refusalOf, rejection } from '../document/refusal.ts';
import { bundlePath } from '../evidence/demo.ts';
import { propertyRuns } from '../property-runs.ts';
import { header, pieces, received, tar, type Part } from './tar-parts.ts';

const RECIPE = { name: 'recipe.yaml', content: 'kind: RecipeResult\n' };
const LOG = { name: 'logs/deployment/a.log', content: 'x'.repeat(1000) };

const octal = (size: number) => `${size.toString(8).padStart(11, '0')}\0`;

async function* listed(...entries: readonly Partial<Entry>[]): AsyncGenerator<Entry> {
  for (const {
    path = 'a',
    type = 'file',
    size = 0,
    content = pieces(Buffer.alloc(size)),
  } of entries) {
    yield { path, type, size, content };
  }
}

/** `a` and `a/b` of `a/b/c`. */
function parentsOf(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

function receivedFile(path: string): ReceivedFile {
  return { path: bundlePath(path), size: 0, digest: digestOf(''), bytes: undefined };
}

describe('collectFiles', () => {
  it('hashes every file, keeps the bytes of documents only, and sorts by path', async () => {
    const files = await received(tar(RECIPE, LOG, { name: 'ctrf/deployment.json', content: '{}' }));
    expect([...files.keys()]).toEqual([
      'ctrf/deployment.json',
      'logs/deployment/a.log',
      'recipe.yaml',
    ]);
    expect(files.get(LOG.name)).toEqual({
      path: LOG.name,
      size: 1000,
      digest: digestOf(LOG.content),
      bytes: undefined,
    });
    expect(String(Buffer.from(files.get(RECIPE.name)?.bytes ?? []))).toBe(RECIPE.content);
  });

  it('keeps the results of the three phases and no other, so that they cannot fill the memory', async () => {
    const files = await received(tar({ name: 'ctrf/deployment9.json', content: '{}' }));
    expect(files.get('ctrf/deployment9.json')?.bytes).toBeUndefined();
  });

  it('drops a leading "./" and ignores directories', async () => {
    const plain = await received(tar(LOG, RECIPE));
    const packed = await received(
      tar(
        { name: './', typeFlag: '5' },
        { name: './logs/', typeFlag: '5' },
        { name: './logs/deployment', typeFlag: '5' },
        { ...RECIPE, name: './recipe.yaml' },
        { ...LOG, name: `./${LOG.name}` },
        { name: './logs/', typeFlag: '5' },
      ),
    );
    expect(packed).toEqual(plain);
  });

  it.each<[string, Part, string]>([
    ['a path that leaves the bundle', { name: '../x' }, '"../x"'],
    ['a path that leaves it in the middle', { name: 'logs/../../x' }, '"logs/../../x"'],
    ['a path that leaves it after "./"', { name: './../x' }, '"../x"'],
    ['an absolute path', { name: '/etc/passwd' }, '"/etc/passwd"'],
    ['an absolute path after "./"', { name: './/etc/passwd' }, '"/etc/passwd"'],
    ['a drive letter', { name: 'C:/x' }, '"C:/x"'],
    ['a drive letter alone', { name: 'C:x' }, '"C:x"'],
    ['a UNC path', { name: String.raw`\\host\x` }, String.raw`"\\\\host\\x"`],
    ['a drive', { name: 'C:x' }, '"C:x"'],
    ['a backslash', { name: String.raw`logs\x` }, String.raw`"logs\\x"`],
    ['a NUL in the name', { name: 'recipe.yaml\0.log' }, String.raw`"recipe.yaml\u0000.log"`],
    ['a control character', { name: 'a\u001b[2J' }, String.raw`"a\u001b[2J"`],
    ['a bidirectional override', { name: 'a\u202egol.txt' }, String.raw`"a\u202egol.txt"`],
    ['a byte order mark', { name: '\ufeffa' }, String.raw`"\ufeffa"`],
    ['a letter with an accent', { name: 'é' }, '"é"'],
    ['a newline', { name: 'a\nb' }, String.raw`"a\nb"`],
    ['a trailing dot', { name: 'a.' }, '"a."'],
    ['a trailing space', { name: 'a ' }, '"a "'],
    ['an empty segment', { name: 'logs//a' }, '"logs//a"'],
    ['a dot segment', { name: 'logs/./a' }, '"logs/./a"'],
    ['two leading "./"', { name: '././a' }, '"./a"'],
    ['a hidden file', { name: '.bashrc' }, '".bashrc"'],
    ['no name', { name: '' }, '""'],
    ['the root as a file', { name: './' }, '""'],
    ['a file that ends in a slash', { name: 'logs/' }, '"logs/"'],
    ['a directory outside', { name: '../', typeFlag: '5' }, '".."'],
    ['a symbolic link', { name: 'a', typeFlag: '2', linkName: 'recipe.yaml' }, 'a'],
    ['a hard link', { name: 'a', typeFlag: '1', linkName: 'recipe.yaml' }, 'a'],
    ['a character device', { name: 'a', typeFlag: '3' }, 'a'],
    ['a block device', { name: 'a', typeFlag: '4' }, 'a'],
    ['a FIFO', { name: 'a', typeFlag: '6' }, 'a'],
    ['a contiguous file', { name: 'a', typeFlag: '7' }, 'a'],
    ['a duplicate', RECIPE, 'recipe.yaml'],
    ['a duplicate after "./"', { name: './recipe.yaml' }, 'recipe.yaml'],
    ['a duplicate in other case', { name: 'Recipe.yaml' }, 'Recipe.yaml'],
    ['a file that was a directory', { name: 'logs' }, 'logs'],
    ['a file that was a directory in other case', { name: 'LOGS' }, 'LOGS'],
    ['a directory that was a file', { name: 'recipe.yaml/', typeFlag: '5' }, 'recipe.yaml'],
    ['a file in what was a file', { name: 'recipe.yaml/a' }, 'recipe.yaml/a'],
    ['a directory in other case', { name: 'Logs/deployment/b.log' }, 'Logs/deployment/b.log'],
  ])('E-36 refuses %s', async (_, part, at) => {
    expect((await received(tar(RECIPE, LOG))).size).toBe(2);
    const error = await rejection(received(tar(RECIPE, LOG, part)));
    expect([error?.code, error?.at]).toEqual(['ARCHIVE_UNSAFE', at]);
  });

  it('E-36 refuses an entry after a symbolic link to a directory', async () => {
    const link = { name: 'logs', typeFlag: '2', linkName: '/etc' };
    const error = await rejection(received(tar(RECIPE, link, { name: 'logs/passwd' })));
    expect([error?.code, error?.at]).toEqual(['ARCHIVE_UNSAFE', 'logs']);
  });

  it.each([
    ['a JSON document of 100 MB', 'ctrf/deployment.json', 100_000_000],
    ['a manifest above the limit', 'manifest.json', MAX_JSON_BYTES + 1],
    ['a recipe above the limit', 'recipe.yaml', MAX_RECIPE_BYTES + 1],
    ['a file of 10 GB', 'logs/deployment/a.log', 10_000_000_000],
    ['a file above the limit', 'logs/deployment/a.log', MAX_FILE_BYTES + 1],
  ])('E-37 refuses %s from its header alone', async (_, name, size) => {
    async function* headerThenBoom() {
      yield header({ name, size: octal(size).slice(0, 12) });
      throw new Error('the content was asked for');
    }
    const error = await rejection(collectFiles(readTar(headerThenBoom()), EVIDENCE_LAYOUT));
    expect([error?.code, error?.at]).toEqual(['LIMIT_EXCEEDED', name]);
  });

  it('E-37 refuses files that are together above the limit', () => {
    const rules = new EntryRules(EVIDENCE_LAYOUT);
    rules.admitFile('a', MAX_FILE_BYTES);
    rules.admitFile('b', MAX_BUNDLE_BYTES - MAX_FILE_BYTES);
    rules.admitFile('c', 0);
    expect(() => rules.admitFile('d', 1)).toThrow(
      expect.objectContaining({ code: 'LIMIT_EXCEEDED', at: 'd' }),
    );
  });

  it('E-37 stops at the first of a million entries that is too many', async () => {
    let written = 0;
    async function* million() {
      for (; written < 1_000_000; written += 1) {
        yield header({ name: `logs/deployment/${written}` });
      }
    }
    const error = await rejection(collectFiles(readTar(million()), EVIDENCE_LAYOUT));
    expect(error?.code).toBe('LIMIT_EXCEEDED');
    // Two directories are among them.
    expect(written).toBe(MAX_ENTRIES - 2);
  });

  it('counts directories, and admits exactly the limit', async () => {
    const directories = Array.from({ length: MAX_ENTRIES }, (__, index) => ({
      path: `d${index}`,
      type: 'directory',
    }));
    expect((await collectFiles(listed(...directories), EVIDENCE_LAYOUT)).size).toBe(0);
    const error = await rejection(
      collectFiles(listed(...directories, { path: 'a' }), EVIDENCE_LAYOUT),
    );
    expect([error?.code, error?.at]).toEqual(['LIMIT_EXCEEDED', 'a']);
  });

  it('counts a directory once, listed or not: an archive may be unpacked and judged then', async () => {
    const path = fc.stringMatching(/^(?:[a-c]\/){0,3}[d-f]$/);
    const files = fc.uniqueArray(path, { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(files, fc.integer({ min: 1, max: 16 }), async (paths, maxEntries) => {
        const layout = { ...EVIDENCE_LAYOUT, maxEntries };
        const directories = new Set(paths.flatMap(parentsOf));
        const isAdmitted = paths.length + directories.size <= maxEntries;
        const listings = [
          paths.map((each) => ({ path: each })),
          [...directories, ...paths].map((each) => ({
            path: each,
            type: directories.has(each) ? 'directory' : 'file',
          })),
        ];
        for (const listing of listings) {
          const error = await rejection(collectFiles(listed(...listing), layout));
          expect(error?.code).toBe(isAdmitted ? undefined : 'LIMIT_EXCEEDED');
        }
        const inMemory = paths.map((each) => receivedFile(each));
        expect(refusalOf(() => admitFiles(inMemory, layout))?.code).toBe(
          isAdmitted ? undefined : 'LIMIT_EXCEEDED',
        );
      }),
      { numRuns: propertyRuns(100, 1000) },
    );
  });

  it.each([
    ['shorter', 4],
    ['longer', 6],
  ])('refuses content that is %s than announced', async (_, size) => {
    const error = await rejection(
      collectFiles(
        listed({ path: 'recipe.yaml', size: 5, content: pieces(Buffer.alloc(size)) }),
        EVIDENCE_LAYOUT,
      ),
    );
    expect([error?.code, error?.at]).toEqual(['FILE_CHANGED', 'recipe.yaml']);
  });
});
