// The tests that docs/aicr.md names are there, and what it leaves open says why.
import { describe, expect, it } from 'vitest';

import { read, repositoryFiles, tableRows } from './repository.ts';

const document = read('docs/aicr.md');
const rows = tableRows(document);
/** Of the titles before any file. */
const DEFAULT_FILE = 'test/e2e/verify-aicr.test.ts';

/** The titles that a cell has, each with its file; "" for a file alone. */
function testsIn(cell: string): readonly (readonly [file: string, title: string])[] {
  let file = DEFAULT_FILE;
  return [...cell.matchAll(/`(test\/[^`]+)`|"([^"]+)"/g)].map(([, path, title = '']) => {
    file = path ?? file;
    return [file, title];
  });
}

describe('docs/aicr.md', () => {
  const tests = rows.flatMap((row) => testsIn(row.at(-1) ?? ''));

  it('names tests', () => {
    expect(tests.length).toBeGreaterThan(60);
  });

  it('names only tests that are there', () => {
    const files = new Set(repositoryFiles('test'));
    const missing = tests.filter(
      ([file, title]) => !files.has(file) || !read(file).includes(title),
    );
    expect(missing).toEqual([]);
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
