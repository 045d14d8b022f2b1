// The tests that docs/oci-conformance.md names are there, and what is not done says why.
import { describe, expect, it } from 'vitest';

import { missing, testsIn } from './named-tests.ts';
import { read, sectionsOf, tableRows } from './repository.ts';

const page = read('docs/oci-conformance.md');
const rows = tableRows(page);

describe('docs/oci-conformance.md', () => {
  const tests = rows.flatMap((row) => testsIn(row.at(-1) ?? ''));

  it('names tests', () => {
    expect(tests.length).toBeGreaterThan(80);
  });

  it('names only tests that are there', () => {
    expect(missing(tests)).toEqual([]);
  });

  it('has a test in each row, or says what is not used or not done', () => {
    const open = rows.filter((row) => testsIn(row.at(-1) ?? '').length === 0);
    expect(open.filter((row) => !/^(?:not used|otherwise): .{20}/.test(row.at(-1) ?? ''))).toEqual(
      [],
    );
  });

  it('does otherwise only where nothing is a MUST, but for the header that registries set wrongly', () => {
    const otherwise = rows.filter((row) => row.at(-1)?.startsWith('otherwise: ') === true);
    const broken = otherwise.filter(([, level = '']) => level.startsWith('MUST'));
    expect(broken.map(([asked]) => asked)).toEqual([
      'without `OCI-Subject` in the answer the list is kept: the steps below',
    ]);
    const asked = sectionsOf(page).filter(({ heading }) => heading !== 'Known attacks');
    const levels = asked.flatMap(({ body }) => tableRows(body).map(([, level]) => level));
    expect(new Set(levels)).toEqual(new Set(['MUST', 'MUST NOT', 'SHOULD', 'MAY', '–']));
  });
});
