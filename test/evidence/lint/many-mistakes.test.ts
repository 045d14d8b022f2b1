import { expect, it } from 'vitest';

import { lintTree } from '../../../src/evidence/lint/lint-tree.ts';
import { recipesOf, smallToday } from '../resolve/recipes.ts';

it('has as many complaints as there are mistakes: more than one call takes as arguments', () => {
  // A document has 20,000 values at most. Names of this length are like no other.
  const rest = 'x'.repeat(40);
  const overlays = Array.from({ length: 7 }, (_, at) => {
    const names = Array.from({ length: 19_000 }, (__, index) => `    - n${at}-${index}${rest}\n`);
    return [`o${at}`, `  mixins:\n${names.join('')}`] as const;
  });
  const { faults } = lintTree(recipesOf(smallToday(Object.fromEntries(overlays))));
  expect(faults.filter(({ code }) => code === 'MIXIN_MISSING')).toHaveLength(7 * 19_000);
});
