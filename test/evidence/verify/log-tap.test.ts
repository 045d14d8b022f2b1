// What a page shows of logs: their starts, kept while all else is read as it is.
import { describe, expect, it } from 'vitest';

import type { Entry } from '../../../src/archive/entry.ts';
import { LogTap } from '../../../src/evidence/verify/log-tap.ts';

const KIB = 1024;

function entry(path: string, size: number, type = 'file'): Entry {
  async function* content(): AsyncGenerator<Uint8Array, void> {
    // One buffer for all pieces, as a reader of archives may have it.
    const piece = new Uint8Array(60 * KIB);
    for (let at = 0; at < size; at += piece.length) {
      piece.fill(65 + ((at / piece.length) % 26));
      yield await Promise.resolve(piece.subarray(0, Math.min(piece.length, size - at)));
    }
  }
  return { path, type, size, content: content() };
}

async function* from(entries: readonly Entry[]): AsyncGenerator<Entry, void> {
  for (const each of entries) yield await Promise.resolve(each);
}

async function read(entries: readonly Entry[]): Promise<{ tap: LogTap; sizes: number[] }> {
  const tap = new LogTap((path) => path.startsWith('logs/'));
  const sizes: number[] = [];
  for await (const { content } of tap.through(from(entries))) {
    let size = 0;
    for await (const piece of content) size += piece.length;
    sizes.push(size);
  }
  return { tap, sizes };
}

describe('LogTap', () => {
  it('keeps 256 KiB of a log, and lets all of it pass', async () => {
    const { tap, sizes } = await read([
      ...[entry('./logs/a', 300 * KIB), entry('ctrf/a.json', 10), entry('logs/', 0, 'directory')],
      entry('logs/b', 70 * KIB),
    ]);
    expect(sizes).toEqual([300 * KIB, 10, 0, 70 * KIB]);
    expect(tap.logs.map(({ path, size, start }) => [path, size, start.length])).toEqual([
      ['logs/a', 300 * KIB, 256 * KIB],
      ['logs/b', 70 * KIB, 70 * KIB],
    ]);
    // Each piece as it was when it passed.
    expect(
      Buffer.from(tap.logs[1]?.start ?? [])
        .toString()
        .slice(60 * KIB - 1, 60 * KIB + 1),
    ).toBe('AB');
  });

  it('keeps 8 MiB of all, and counts the rest', async () => {
    const { tap } = await read(
      Array.from({ length: 40 }, (_, index) => entry(`logs/${index}`, 257 * KIB)),
    );
    const kept = tap.logs.map(({ start }) => start.length);
    expect(kept.reduce((sum, length) => sum + length, 0)).toBe(8 * KIB * KIB);
    expect([kept.length, kept[31], kept[32]]).toEqual([40, 256 * KIB, 0]);
  });
});
