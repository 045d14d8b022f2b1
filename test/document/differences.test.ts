import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { differences } from '../../src/document/differences.ts';
import { propertyRuns } from '../property-runs.ts';
import { dataFrom } from './data-from.ts';

function between(one: unknown, other: unknown): string | undefined {
  const [first] = differences(dataFrom(one), dataFrom(other), { field: '', pointer: '/at' });
  return first?.pointer;
}

describe('the first of the differences', () => {
  it.each<[unknown, unknown, string]>([
    [1, 2, ''],
    [1, '1', ''],
    [null, '', ''],
    [true, false, ''],
    [[], {}, ''],
    [{ a: 1 }, {}, '/a'],
    [{}, { a: null }, '/a'],
    [{ a: [1, 2] }, { a: [1] }, '/a/1'],
    [[1], [1, null], '/1'],
    [{ a: { 'b/c~d': 1 } }, { a: { 'b/c~d': 2 } }, '/a/b~1c~0d'],
  ])('of %j and %j is at %j', (one, other, pointer) => {
    expect(between(one, other)).toBe(`/at${pointer}`);
    expect(between(other, one)).toBe(`/at${pointer}`);
  });

  it('is none exactly if both are the same, whatever the order of keys', () => {
    const json = fc.jsonValue({ maxDepth: 3 });
    const canonical = (value: unknown): string =>
      JSON.stringify(value, (_, inner: unknown) =>
        typeof inner === 'object' && inner !== null && !Array.isArray(inner)
          ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
          : inner,
      );
    fc.assert(
      fc.property(json, json, (one, other) => {
        expect(between(one, JSON.parse(canonical(one)))).toBeUndefined();
        expect(between(one, other) === undefined).toBe(canonical(one) === canonical(other));
      }),
      { numRuns: propertyRuns(200, 2000) },
    );
  });
});
