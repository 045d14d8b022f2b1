// The tests that docs/aicr.md names are there, and what it leaves open says why.
import { describe, expect, it } from 'vitest';

import { missing, testsIn } from './named-tests.ts';
import { read, tableRows } from './repository.ts';

const rows = tableRows(read('docs/aicr.md'));
/** Of the titles before any file. */
const DEFAULT_FILE = 'test/e2e/verify-aicr.test.ts';

describe('docs/aicr.md', () => {
  const tests = rows.flatMap((row) => testsIn(row.at(-1) ?? '', DEFAULT_FILE));

  it('names tests', () => {
    expect(tests.length).toBeGreaterThan(60);
  });

  it('names only tests that are there', () => {
    expect(missing(tests, false)).toEqual([]);
  });

  it('has a test or a reason in each row', () => {
    const open = rows.filter((row) => testsIn(row.at(-1) ?? '').length === 0);
    expect(open.filter((row) => !/^open: .{20}/.test(row.at(-2) ?? ''))).toEqual([]);
  });

  it('closes each of the numbered gaps, or says why not', () => {
    const numbers = rows.flatMap(([gap = '']) => /^\d+(?= )/.exec(gap)?.[0] ?? []);
    expect([...new Set(numbers)].map(Number)).toEqual(Array.from({ length: 16 }, (_, i) => i + 1));
  });
});
