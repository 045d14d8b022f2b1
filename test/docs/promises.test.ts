// docs/promises.md names tests that are there, for each of what it promises.
import { describe, expect, it } from 'vitest';

import { missing, testsIn } from './named-tests.ts';
import { read, tableRows } from './repository.ts';

const rows = tableRows(read('docs/promises.md'));

describe('docs/promises.md', () => {
  it('has a row for each of what is asked for', () => {
    const names = ['B1', 'B2', 'B3', 'B4', 'B5', 'B6', 'B9', 'B10', 'B13', 'B15'];
    const ofGate = ['E-50', 'E-51', 'E-52', 'E-53'];
    expect(rows.map(([asked = '']) => asked.replace(/:.*/, ''))).toEqual([...names, ...ofGate]);
  });

  it.each(rows)('has a test for %s', (_, tests = '') => {
    const named = testsIn(tests).filter(({ title }) => title !== '');
    expect(named.length).toBeGreaterThan(0);
    expect(missing(named)).toEqual([]);
  });
});
