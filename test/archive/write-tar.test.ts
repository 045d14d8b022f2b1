import { spawnSync } from 'node:child_process';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { writeTar } from '../../src/archive/encode-archive.ts';
import { memoryFile, type BundleFile } from '../../src/archive/entry.ts';
import { isBundlePath, type BundlePath } from '../../src/bundle-path.ts';
import { digestOf } from '../../src/digest.ts';
import { EVIDENCE_LAYOUT } from '../../src/evidence/layout.ts';
import { MAX_FILE_BYTES } from '../../src/limits.ts';
import { rejection } from '../document/refusal.ts';
import { bytesOf, pieces, received } from './tar-parts.ts';

function pathOf(text: string): BundlePath {
  if (!isBundlePath(text)) throw new Error(`not a bundle path: ${text}`);
  return text;
}

function file(path: string, content: string): BundleFile {
  return memoryFile(pathOf(path), Buffer.from(content));
}

const FILES = [file('recipe.yaml', 'kind: RecipeResult\n'), file('logs/deployment/a.log', '')];

/** Distinct even where case is ignored, and none the directory of another. */
const contents = fc.uniqueArray(
  fc.tuple(
    fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,79}$/),
    fc.uint8Array({ maxLength: 2000 }),
  ),
  { selector: ([name]) => name.toLowerCase(), maxLength: 8 },
);

describe('writeTar', () => {
  it('writes plain ustar: sorted, each directory before its files, no owner, one time, two zero blocks', async () => {
    const archive = await bytesOf(
      writeTar(FILES, { mtime: 1_700_000_000, layout: EVIDENCE_LAYOUT }),
    );
    expect(archive.length).toBe(3 * 512 + 1024 + 1024);
    const text = archive.toString('latin1');
    const expected = [
      ['logs/', '000755', '5'],
      ['logs/deployment/', '000755', '5'],
      ['logs/deployment/a.log', '000644', '0'],
    ] as const;
    for (const [index, [name, mode, type]] of expected.entries()) {
      const header = text.slice(512 * index, 512 * (index + 1));
      expect(header.slice(0, 100)).toBe(name.padEnd(100, '\0'));
      expect(header.slice(100, 124)).toBe(`${mode} \u0000000000 \u0000000000 \u0000`);
      expect(header.slice(124, 148)).toBe('00000000000 14524770400 ');
      expect(header.slice(156, 265)).toBe(`${type}${'\0'.repeat(100)}ustar\u000000`);
      expect(header.slice(265, 329)).toBe('\0'.repeat(64));
      expect(header.slice(329, 345)).toBe('000000 \u0000000000 \u0000');
      expect(header.slice(345, 512)).toBe('\0'.repeat(167));
    }
    expect(text.slice(3 * 512, 3 * 512 + 11)).toBe('recipe.yaml');
    expect(archive.subarray(-1024)).toEqual(Buffer.alloc(1024));
  });

  it('E-02 writes what readTar reads', async () => {
    await fc.assert(
      fc.asyncProperty(contents, async (all) => {
        const files = all.map(([name, bytes]) =>
          memoryFile(pathOf(`logs/deployment/${name}`), bytes),
        );
        const read = await received(
          await bytesOf(writeTar(files, { mtime: 0, layout: EVIDENCE_LAYOUT })),
        );
        expect([...read.values()].map(({ path, digest }) => [path, digest])).toEqual(
          files
            .map(({ path, digest }) => [path, digest])
            .toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1)),
        );
      }),
      { numRuns: 100 },
    );
  });

  it('E-03 does not depend on the order of the files or on how their bytes come', async () => {
    const bytes = Buffer.alloc(5000, 'log');
    const inPieces = { ...memoryFile(pathOf('a.log'), bytes), open: () => pieces(bytes, 7) };
    const once = await bytesOf(
      writeTar([...FILES, memoryFile(pathOf('a.log'), bytes)], {
        mtime: 5,
        layout: EVIDENCE_LAYOUT,
      }),
    );
    expect(
      await bytesOf(
        writeTar([inPieces, ...FILES.toReversed()], { mtime: 5, layout: EVIDENCE_LAYOUT }),
      ),
    ).toEqual(once);
  });

  it.each([
    { when: 'the last second of 32 bits', mtime: 2 ** 31 - 1 },
    { when: 'the second after it, in 2038', mtime: 2 ** 31 },
    { when: '2106, where 32 bits begin again', mtime: 2 ** 32 + 5 },
    { when: 'what eleven octal digits do not hold', mtime: 99_999_999_999 },
  ])(
    'writes a time after 2038 as 2^31 - 1, which no reader takes for a negative one: $when',
    async ({ mtime }) => {
      const archive = await bytesOf(writeTar(FILES, { mtime, layout: EVIDENCE_LAYOUT }));
      expect(archive.toString('latin1', 136, 148)).toBe('17777777777 ');
      expect((await received(archive)).size).toBe(2);
    },
  );

  it.each([
    ['grew', 'content and more'],
    ['shrank', 'cont'],
  ])('throws FILE_CHANGED for a file that %s', async (_, now) => {
    const changed = { ...file('a.log', 'content'), open: () => pieces(Buffer.from(now)) };
    const error = await rejection(
      bytesOf(writeTar([...FILES, changed], { mtime: 0, layout: EVIDENCE_LAYOUT })),
    );
    expect([error?.code, error?.at]).toEqual(['FILE_CHANGED', 'a.log']);
  });

  it('loads tar-stream when something is written, and not before', () => {
    const url = new URL('../../src/index.ts', import.meta.url).href;
    const script = `
      import { createRequire } from 'node:module';
      import { encodeArchive } from '${url}';
      const { cache } = createRequire('${url}');
      const isLoaded = () => Object.keys(cache).some((path) => path.includes('tar-stream'));
      const before = isLoaded();
      for await (const chunk of encodeArchive([], { mtime: 0 }));
      console.log(before, isLoaded());`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script]);
    expect(String(stdout)).toBe('false true\n');
  });

  it.each<[string, string, readonly BundleFile[]]>([
    ['two files of one name', 'ARCHIVE_UNSAFE', [file('Recipe.yaml', '')]],
    ['a file above the limit', 'LIMIT_EXCEEDED', [{ ...file('a', ''), size: MAX_FILE_BYTES + 1 }]],
    [
      'a document above the limit',
      'LIMIT_EXCEEDED',
      [{ ...file('bom.cdx.json', ''), size: 2 ** 30 }],
    ],
  ])('refuses %s before it writes a byte', async (_, code, more) => {
    const first = writeTar([...FILES, ...more], { mtime: 0, layout: EVIDENCE_LAYOUT }).next();
    expect((await rejection(first))?.code).toBe(code);
  });
});

describe('memoryFile', () => {
  it('is a handle of the bytes', async () => {
    const handle = file('recipe.yaml', 'kind: RecipeResult\n');
    expect(handle).toMatchObject({ size: 19, digest: digestOf('kind: RecipeResult\n') });
    expect(String(await bytesOf(handle.open()))).toBe('kind: RecipeResult\n');
  });
});
