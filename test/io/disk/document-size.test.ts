import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { isLarge } from '../../../src/io/disk/document-size.ts';
import { scratch } from '../scratch.ts';

const MEBIBYTE = 1024 * 1024;
const HALF = Buffer.alloc(MEBIBYTE / 2);

describe('isLarge', () => {
  it('adds what files and directories hold, however deep', async () => {
    const folder = scratch({ a: HALF, 'b/c/d': HALF, e: 'e' });
    const [a, b, e] = ['a', 'b', 'e'].map((name) => join(folder, name));
    for (const path of [a, b, e]) expect(await isLarge([path ?? ''])).toBe(false);
    expect(await isLarge([a ?? '', b ?? ''])).toBe(true);
    expect(await isLarge([folder])).toBe(true);
  });

  it('counts what comes out of an archive', async () => {
    const folder = scratch({
      small: gzipSync(HALF),
      large: gzipSync(Buffer.alloc(MEBIBYTE + 1)),
      short: Buffer.from([0x1f, 0x8b, 8]),
    });
    expect(await isLarge([join(folder, 'small')])).toBe(false);
    expect(await isLarge([join(folder, 'large')])).toBe(true);
    expect(await isLarge([join(folder, 'short')])).toBe(false);
  });

  it('takes many small files, and what has no size, for large; what is not there for nothing', async () => {
    const many = Array.from({ length: 300 }, (_, index) => [`a${index}`, 'a'] as const);
    expect(await isLarge([scratch(Object.fromEntries(many))])).toBe(true);
    expect(await isLarge(['-'])).toBe(true);
    expect(await isLarge(['/dev/zero'])).toBe(true);
    expect(await isLarge([join(scratch(), 'nowhere')])).toBe(false);
    expect(await isLarge([])).toBe(false);
  });
});
