// What recipes are otherwise than in the trees that brought their evidence.
import { beforeEach, expect, it, vi } from 'vitest';

import type { RecipeFiles } from '../../src/evidence/resolve/recipe-files.ts';
import { otherwiseSince } from '../../src/gate/changed-recipes.ts';
import { sideOf, type TreeRecipe } from '../../src/gate/recipes.ts';
import type { Otherwise } from '../../src/gate/resolved-recipe.ts';
import { smallToday, smallV011, type Texts } from '../evidence/resolve/recipes.ts';
import { treeOf } from './trees.ts';

/** How often the overlays of a recipe were looked for. */
const matched = vi.hoisted(() => ({ count: 0 }));

vi.mock(import('../../src/evidence/resolve/candidates.ts'), async (original) => {
  const actual = await original();
  return {
    ...actual,
    matching: (...given: Parameters<typeof actual.matching>) => {
      matched.count += 1;
      return actual.matching(...given);
    },
  };
});

beforeEach(() => {
  matched.count = 0;
});

const VALUES = 'components/one/values.yaml';

function recipesOf(texts: Texts): readonly TreeRecipe[] {
  return [...sideOf(treeOf(texts).recipes).recipes.values()];
}

function filesOf(texts: Texts): RecipeFiles {
  const { recipes } = treeOf(texts);
  if (recipes === undefined) throw new TypeError('no recipes');
  return recipes;
}

function since(old: Texts | undefined, head: Texts): readonly (readonly [string, Otherwise])[] {
  const files = old && filesOf(old);
  return [...otherwiseSince(filesOf(head))(files, recipesOf(head))];
}

const LEAF = '  criteria: {service: eks, accelerator: h100}\n';
const SMALL = smallToday({ a: LEAF });
const ALL = [['h100-eks', { files: true, checks: false, nodes: [] }]];

it('says which files are others, of a recipe and for each number of nodes', () => {
  expect(since(SMALL, { ...SMALL })).toEqual([]);
  expect(since(SMALL, { ...SMALL, 'other.yaml': 'kind: Other\n' })).toEqual([]);
  expect(since({ ...SMALL, [VALUES]: 'a: 1\n' }, SMALL)).toEqual(ALL);
  const old = smallV011({ a: LEAF });
  const eight = smallV011({
    a: LEAF,
    n: `  criteria: {service: eks, nodes: 8}
  componentRefs: [{name: one, type: Helm, overrides: {added: true}}]\n`,
  });
  expect(since(old, eight)).toEqual([['h100-eks', { files: false, checks: false, nodes: [8] }]]);
});

it.each<[what: string, old: Texts | undefined]>([
  ['has no recipes', undefined],
  ['cannot be read', { ...SMALL, 'overlays/b.yaml': 'a: [\n' }],
  ['cannot resolve it', smallToday({ a: `${LEAF}  mixins: [m]\n` })],
  ['does not have it', smallToday({ b: LEAF.replace('eks', 'gke') })],
])('says all of it is where the older tree %s', (_, old) => {
  expect(since(old, SMALL)).toEqual(ALL);
});

it('looks at no other recipes than those that are asked about, however many trees and recipes there are', () => {
  const counts = [5, 10].map((count) => {
    const platforms = Array.from({ length: count }, (__, index) => `p${index}`);
    const head = smallV011(
      Object.fromEntries(
        platforms.map((name) => [name, LEAF.replace('}', `, platform: ${name}}`)]),
      ),
    );
    const recipes = recipesOf(head);
    matched.count = 0;
    const compare = otherwiseSince(filesOf(head));
    for (const recipe of recipes) {
      const old = { ...head, [VALUES]: `of: ${recipe.name}\n` };
      expect([...compare(filesOf(old), [recipe, recipe]).keys()]).toEqual([recipe.name]);
    }
    return matched.count / count;
  });
  expect(counts[0]).toBeGreaterThan(0);
  expect(counts[1]).toBe(counts[0]);
});
