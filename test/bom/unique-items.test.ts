import { Ajv } from 'ajv';
import fc from 'fast-check';
import { expect, it } from 'vitest';

import { UniqueItems } from '../../src/bom/unique-items.ts';
import { propertyRuns } from '../property-runs.ts';

/** So few values that many are equal, and others look alike as texts. */
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom<unknown>(null, true, false, 0, -0, 1, Infinity, '', '0', '1', 'null', '[]'),
    fc.array(tie('value'), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom('0', '1', 'a', '__proto__'), tie('value'), {
      maxKeys: 2,
      noNullPrototype: true,
    }),
  ),
}));

it('finds duplicates where the rule of Ajv finds them', () => {
  const ofAjv = new Ajv().compile({ type: 'array', uniqueItems: true });
  fc.assert(
    fc.property(fc.array(value, { maxLength: 4 }), (items) => {
      const lists = [items, ...items.filter((item) => Array.isArray(item))];
      const unique = new UniqueItems();
      expect(lists.map((list) => unique.areUnique(list))).toEqual(lists.map((list) => ofAjv(list)));
    }),
    { numRuns: propertyRuns(2000, 6000) },
  );
});

it('takes the order of items for a part of a list, and the order of keys for none of a map', () => {
  expect(
    new UniqueItems().areUnique([
      [1, 2],
      [2, 1],
    ]),
  ).toBe(true);
  expect(
    new UniqueItems().areUnique([
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ]),
  ).toBe(false);
  expect(new UniqueItems().areUnique([[], {}, '[]', null, 0, '0'])).toBe(true);
});
