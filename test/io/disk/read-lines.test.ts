import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import * as fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';

import { linesOf } from '../../../src/io/disk/read-lines.ts';
import { propertyRuns } from '../../property-runs.ts';

const folder = mkdtempSync(join(tmpdir(), 'affidavit-lines-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = join(folder, 'list');

async function linesIn(bytes: Uint8Array, most?: number): Promise<readonly Buffer[]> {
  writeFileSync(file, bytes);
  const lines: Buffer[] = [];
  for await (const line of linesOf(file, new AbortController().signal, most)) lines.push(line);
  return lines;
}

const anyByte = fc.oneof(fc.constantFrom(0x0a, 0x0d, 0x61), fc.nat(255));

it('ends a line at a line feed alone, with the carriage return before it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyByte, { maxLength: 40 }), async (bytes) => {
      const lines = Buffer.from(bytes).toString('latin1').split('\n');
      const expected = lines.map((line) => line.replace(/\r$/, '')).filter((line) => line !== '');
      const found = await linesIn(Buffer.from(bytes));
      expect(found.map((line) => line.toString('latin1'))).toEqual(expected);
    }),
    { numRuns: propertyRuns(50, 500) },
  );
});

it('gives of a long line a beginning that is too long, and the lines after it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(40), fc.integer({ min: 1, max: 20 }), async (length, most) => {
      const [first, ...others] = await linesIn(Buffer.from(`x${'y'.repeat(length)}\nlast`), most);
      const size = first?.length ?? 0;
      expect(length < most ? size === length + 1 : size > most && size < most + 3).toBe(true);
      expect(String(others)).toBe('last'.slice(0, most + 2));
    }),
    { numRuns: propertyRuns(50, 500) },
  );
});

it('joins a line of several chunks', async () => {
  const long = 'y'.repeat(3_000_000);
  const [one, two] = await linesIn(Buffer.from(`${long}\r\nlast`));
  expect(one?.equals(Buffer.from(long))).toBe(true);
  expect(String(two)).toBe('last');
});
