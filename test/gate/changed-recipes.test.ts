import { isDeepStrictEqual } from 'node:util';

import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import type { NamedFile } from '../../src/evidence/recipe/recipe-component.ts';
import { readTypedRecipe } from '../../src/evidence/recipe/recipe.ts';
import { parseCatalogue, type Catalogue } from '../../src/evidence/resolve/catalogue.ts';
import { namedFiles } from '../../src/evidence/resolve/named-files.ts';
import { recipeText } from '../../src/evidence/resolve/recipe-text.ts';
import { resolve } from '../../src/evidence/resolve/resolve.ts';
import { changedRecipes, type ChangedRecipes } from '../../src/gate/changed-recipes.ts';
import { sideOf, type TreeRecipe } from '../../src/gate/recipes.ts';
import { refusalOf } from '../document/refusal.ts';
import {
  catalogueOf,
  realTexts,
  smallToday,
  smallV011,
  type Texts,
} from '../evidence/resolve/recipes.ts';
import { propertyRuns } from '../property-runs.ts';
import { treeOf } from './trees.ts';

/** How often a recipe was resolved. */
const resolved = vi.hoisted(() => ({ count: 0 }));

vi.mock(import('../../src/evidence/resolve/recipe-text.ts'), async (original) => {
  const actual = await original();
  return {
    ...actual,
    recipeText: (...given: Parameters<typeof actual.recipeText>) => {
      resolved.count += 1;
      return actual.recipeText(...given);
    },
  };
});

const REAL = realTexts();
const EKS = 'overlays/h100-eks-training.yaml';

beforeEach(() => {
  resolved.count = 0;
});

function compared(base: Texts | undefined, head: Texts | undefined): ChangedRecipes {
  return changedRecipes(treeOf(base), treeOf(head));
}

/** The names of the recipes with each status, but for those that are the same. */
function statuses({ recipes }: ChangedRecipes): Readonly<Record<string, readonly string[]>> {
  const told = recipes.filter(({ status }) => status !== 'same');
  const groups = Object.groupBy(told, ({ status }) => status);
  return Object.fromEntries(
    Object.entries(groups).map(([status, list]) => [status, list.map(({ recipe }) => recipe.name)]),
  );
}

/** What verification compares evidence with: the digest of the recipe, and the files that it names. */
function judged(
  catalogue: Catalogue,
  { criteria }: TreeRecipe,
): readonly [string, readonly NamedFile[]] {
  const text = recipeText(resolve(catalogue, criteria));
  const read = readTypedRecipe(Buffer.from(text), 'r.yaml');
  return [read.digest, namedFiles(read, catalogue.recipes)];
}

function edited(texts: Texts, path: string, from: string | RegExp, to: string): Texts {
  const before = texts[path] ?? '';
  const after = before.replace(from, to);
  expect(after).not.toBe(before);
  return { ...texts, [path]: after };
}

function without(texts: Texts, ...paths: readonly string[]): Texts {
  return Object.fromEntries(Object.entries(texts).filter(([path]) => !paths.includes(path)));
}

/** Of a tree by itself. */
function recipesIn(texts: Texts): readonly TreeRecipe[] {
  return [...sideOf(treeOf(texts).recipes).recipes.values()];
}

describe('the recipes of a tree', () => {
  it('finds the overlays of AICR v0.11.1 with a concrete service and accelerator, named by their criteria', () => {
    const recipes = recipesIn(REAL);
    const names = recipes.map(({ name }) => name);
    expect([recipes.length, sideOf(treeOf(REAL).recipes).faults]).toEqual([25, []]);
    expect(names).toContain('h100-eks-ubuntu-training-kubeflow');
    expect(names).not.toContain('eks-training');
    const renamed = { ...without(REAL, EKS), 'overlays/other.yaml': REAL[EKS] ?? '' };
    expect(
      recipesIn(renamed)
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(names.toSorted());
  });

  it('finds a recipe for each value of a profile', () => {
    expect(recipesIn(PROFILED)).toMatchObject([
      { name: 'h100-eks-stack-managed', profile: { name: 'stack', value: 'managed' } },
      { name: 'h100-eks-stack-own', profile: { name: 'stack', value: 'own' } },
    ]);
  });

  it('finds none in criteria that no query asks for', () => {
    const overlays = {
      a: '  criteria: {service: EKS, accelerator: h100}\n',
      b: '  criteria: {service: eks}\n',
    };
    expect(recipesIn(smallV011(overlays))).toEqual([]);
  });
});

const PROFILED = {
  ...smallToday({
    eks: `  criteria: {service: eks, accelerator: h100}
  profile:
    name: stack
    default: managed
    values:
      managed: {componentRefs: [{name: one, overrides: {driver: true}}]}
      own: {componentRefs: [{name: one, overrides: {driver: false}}]}
`,
  }),
};

const SMALL = smallToday(
  {
    a: '  criteria: {service: eks, accelerator: h100}\n  mixins: [m]\n',
    b: '  criteria: {service: gke, accelerator: h100}\n',
  },
  { m: '  constraints: [{name: K8s.server.version, value: ">= 1.30"}]\n' },
);

describe('changedRecipes', () => {
  it('resolves nothing if nothing changed, and tells how many recipes there are', () => {
    const changes = compared(REAL, { ...REAL });
    expect([statuses(changes), changes.recipes.length, changes.faults]).toEqual([{}, 25, []]);
    expect(resolved.count).toBe(0);
  });

  it('parses a file that both have once', () => {
    const [base, head] = [treeOf(REAL), treeOf(edited(REAL, EKS, '1.32', '1.33'))].map(
      ({ recipes }) => recipes && parseCatalogue(recipes),
    );
    const same = [...(base?.overlays ?? [])].filter(
      ([name, each]) => head?.overlays.get(name) === each,
    );
    expect(same.length).toBe((base?.overlays.size ?? 0) - 1);
    expect(head?.registry).toBe(base?.registry);
  });

  it('tells what a changed overlay changes, in the words of the recipe, and for whom', () => {
    const shared = compared(REAL, edited(REAL, EKS, 'multiNodeTraining', 'training'));
    const names = ['', '-ubuntu', '-ubuntu'].map(
      (os, index) => `h100-eks${os}-training${index === 2 ? '-kubeflow' : ''}`,
    );
    expect(statuses(shared)).toEqual({ changed: names });
    const field = 'componentRefs[skyhook-customizations].overrides.intent';
    for (const { fields, files } of shared.recipes.filter(({ status }) => status === 'changed')) {
      expect(fields).toEqual({
        items: [{ field, base: '"multiNodeTraining"', head: '"training"' }],
        more: 0,
      });
      expect(files).toEqual({ items: [], more: 0 });
    }
    expect(resolved.count).toBe(2 * names.length);
  });

  it('promotes exactly the recipes that differ: those that say it themselves do not', () => {
    const changes = compared(REAL, edited(REAL, EKS, '1.32.4', '1.33'));
    expect(statuses(changes)).toEqual({ changed: ['h100-eks-training'] });
    const change = changes.recipes.find(({ status }) => status === 'changed');
    expect(change?.fields.items).toEqual([
      { field: 'constraints[K8s.server.version].value', base: '">= 1.32.4"', head: '">= 1.33"' },
    ]);
  });

  it('is not led by what says the same otherwise: a comment, another name or place of a file', () => {
    const text = REAL[EKS] ?? '';
    for (const head of [
      { ...REAL, [EKS]: `# a comment\n${text}` },
      { ...without(REAL, EKS), 'overlays/elsewhere/other.yaml': text },
    ]) {
      expect(statuses(compared(REAL, head))).toEqual({});
    }
  });

  it.each([
    ['components/gpu-operator/values-eks-training.yaml', 'changed'],
    ['components/gpu-operator/values.yaml', 'gone'],
    ['components/gpu-operator/manifests/dcgm-exporter.yaml', 'gone'],
    ['checks/gpu-operator/health-check.yaml', 'changed'],
    ['checks/gpu-operator/health-check.yaml', 'gone'],
  ])(
    'resolves once what differs in a file alone, and tells the same as if twice: %s %s',
    (path, how) => {
      const { [path]: before, ...others } = REAL;
      if (before === undefined) throw new TypeError(path);
      const other = how === 'gone' ? others : { ...REAL, [path]: `${before}\n# other\n` };
      for (const [base, head] of [
        [REAL, other],
        [other, REAL],
      ]) {
        const { recipes, ...rest } = treeOf(base);
        const copies = [...(recipes?.files ?? [])].map(
          ([name, bytes]) => [name, Buffer.from(bytes)] as const,
        );
        const apart = recipes && { ...rest, recipes: { ...recipes, files: new Map(copies) } };
        resolved.count = 0;
        const told = (changes: ChangedRecipes): ChangedRecipes => ({
          ...changes,
          recipes: changes.recipes.filter(({ status }) => status !== 'same'),
        });
        const once = told(compared(base, head));
        const costs = resolved.count;
        const whole = changedRecipes(apart, treeOf(head));
        expect(once).toEqual(told(whole));
        expect(once.recipes.length).toBeGreaterThan(0);
        // Nothing is known of a recipe that head cannot resolve.
        if (how === 'gone') continue;
        expect(costs).toBe(once.recipes.length);
        expect(resolved.count - costs).toBe(2 * whole.recipes.length);
      }
    },
  );

  it('promotes exactly the recipes that name a changed values file', () => {
    const path = 'components/gpu-operator/values-eks-training.yaml';
    const changes = compared(REAL, edited(REAL, path, /$/, '\nadded: true\n'));
    const catalogue = catalogueOf(REAL);
    const expected = changes.recipes.filter(({ recipe }) =>
      judged(catalogue, recipe)[1].some((each) => each.path === path),
    );
    expect(expected.length).toBeGreaterThan(1);
    expect(expected.length).toBeLessThan(25);
    expect(changes.recipes.filter(({ status }) => status === 'changed')).toEqual(expected);
    expect(expected[0]).toMatchObject({
      fields: { items: [], more: 0 },
      files: { items: [{ path, change: 'changed' }], more: 0 },
    });
  });

  it('finds the same as whoever resolves all recipes of both trees', () => {
    const paths = Object.keys(REAL).filter((path) =>
      /^(?:overlays|components|registry)/.test(path),
    );
    const edit = fc.record({
      path: fc.constantFrom(...paths),
      text: fc.constantFrom('\n', '\n# a comment\n', '\nadded: true\n', '\nspec: {}\n'),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 2 }), (edits) => {
        const texts = Object.fromEntries(
          edits.map(({ path, text }) => [path, `${REAL[path]}${text}`]),
        );
        const head = { ...REAL, ...texts };
        fc.pre(refusalOf(() => catalogueOf(head)) === undefined);
        const [before, after] = [catalogueOf(REAL), catalogueOf(head)];
        for (const { recipe, status } of compared(REAL, head).recipes) {
          const isSame = isDeepStrictEqual(judged(before, recipe), judged(after, recipe));
          expect([recipe.name, status]).toEqual([recipe.name, isSame ? 'same' : 'changed']);
        }
      }),
      { numRuns: propertyRuns(2, 20) },
    );
  });

  it('sees what a mixin, the registry, a health check and a profile change', () => {
    const mixin = edited(SMALL, 'mixins/m.yaml', '1.30', '1.31');
    expect(statuses(compared(SMALL, mixin))).toEqual({ changed: ['h100-eks'] });
    const registry = edited(
      SMALL,
      'registry.yaml',
      'defaultVersion: 1.0.0',
      'defaultVersion: 1.0.1',
    );
    expect(statuses(compared(SMALL, registry))).toEqual({ changed: ['h100-eks', 'h100-gke'] });
    const check = edited(SMALL, 'checks/one/health-check.yaml', 'Pod', 'Job');
    expect(compared(SMALL, check).recipes[0]?.fields.items[0]?.field).toBe(
      'componentRefs[one].healthCheckAsserts',
    );
    expect(compared(SMALL, check).recipes[0]?.otherwise).toEqual({
      files: false,
      checks: false,
      nodes: [],
    });
    const usual = edited(SMALL, 'components/one/values.yaml', 'true', 'false');
    expect(statuses(compared(SMALL, usual))).toEqual({ changed: ['h100-eks', 'h100-gke'] });
    const profile = edited(PROFILED, 'overlays/eks.yaml', 'driver: false', 'driver: null');
    expect(statuses(compared(PROFILED, profile))).toEqual({ changed: ['h100-eks-stack-own'] });
  });

  it('tells added and removed recipes, and those of a value of a profile', () => {
    const added = {
      ...SMALL,
      'overlays/c.yaml': (SMALL['overlays/b.yaml'] ?? '')
        .replace('name: b', 'name: c')
        .replace('h100', 'b200'),
    };
    expect(statuses(compared(SMALL, added))).toEqual({ added: ['b200-gke'] });
    expect(statuses(compared(added, SMALL))).toEqual({ removed: ['b200-gke'] });
    expect(statuses(compared(undefined, SMALL))).toEqual({ added: ['h100-eks', 'h100-gke'] });
    const other = edited(PROFILED, 'overlays/eks.yaml', '      own:', '      mine:');
    expect(statuses(compared(PROFILED, other))).toEqual({
      added: ['h100-eks-stack-mine'],
      removed: ['h100-eks-stack-own'],
    });
  });

  it('refuses a health check that is not read, which would be the same whatever is in it', () => {
    const moved = edited(
      REAL,
      'registry.yaml',
      'checks/kubeflow-trainer/health-check.yaml',
      'asserts/x.yml',
    );
    const { recipes, faults } = compared(REAL, moved);
    const broken = recipes.filter(({ status }) => status === 'unresolved');
    expect(broken.map(({ recipe }) => recipe.name)).toContain('h100-eks-ubuntu-training-kubeflow');
    expect(new Set(broken.map(({ fault }) => fault?.code))).toEqual(
      new Set(['RECIPE_FILE_MISSING']),
    );
    expect(faults).toMatchObject([
      { code: 'RECIPE_FILE_MISSING', file: 'recipes/registry.yaml', found: '"asserts/x.yml"' },
    ]);
  });

  it('says what evidence may not bind of a recipe that nobody knows of before, but with --all', () => {
    const otherwise = (all: ChangedRecipes): unknown => all.recipes[0]?.otherwise;
    expect(otherwise(compared(undefined, SMALL))).toMatchObject({ files: true });
    expect(otherwise(changedRecipes(undefined, treeOf(SMALL)))).toBeUndefined();
    const usual = edited(SMALL, 'components/one/values.yaml', 'true', 'false');
    expect(otherwise(compared(SMALL, usual))).toEqual({ files: true, checks: false, nodes: [] });
  });

  it('takes each recipe as changed if there is no base to compare with', () => {
    expect(statuses(changedRecipes(undefined, treeOf(SMALL)))).toEqual({
      changed: ['h100-eks', 'h100-gke'],
    });
  });

  it('tells at most twenty changes of a recipe, and counts the others', () => {
    const values = Array.from({ length: 30 }, (_, index) => `k${index}: 1`);
    const head = edited(
      SMALL,
      'overlays/b.yaml',
      /$/,
      `  componentRefs: [{name: one, overrides: {${values.join(', ')}}}]\n`,
    );
    const [, { fields } = { fields: undefined }] = compared(
      edited(head, 'overlays/b.yaml', /: 1(?=[,}])/g, ': 2'),
      head,
    ).recipes;
    expect([fields?.items.length, fields?.more]).toEqual([20, 10]);
    expect(fields?.items[0]).toEqual({
      field: 'componentRefs[one].overrides.k0',
      base: '2',
      head: '1',
    });
  });
});

describe('recipes that cannot be resolved', () => {
  const broken = edited(SMALL, 'overlays/a.yaml', 'mixins: [m]', 'mixins: [n]');

  it('are the fault of head, with file and line, and the others are compared all the same', () => {
    const head = edited(
      broken,
      'overlays/b.yaml',
      /$/,
      '  constraints: [{name: OS.release.ID, value: ubuntu}]\n',
    );
    const changes = compared(SMALL, head);
    expect(statuses(changes)).toEqual({ unresolved: ['h100-eks'], changed: ['h100-gke'] });
    expect(changes.faults).toMatchObject([
      { code: 'MIXIN_MISSING', file: 'recipes/overlays/a.yaml', line: 7, severity: 'error' },
    ]);
  });

  it('count as changed if only base cannot', () => {
    const changes = compared(broken, SMALL);
    expect([statuses(changes), changes.faults]).toEqual([{ changed: ['h100-eks'] }, []]);
  });

  it('are the same if base cannot for the same reason', () => {
    for (const head of [broken, edited(broken, 'registry.yaml', '1.0.0', '1.0.1')]) {
      const { recipes, faults } = compared(broken, head);
      expect([recipes[0]?.status, faults]).toEqual(['same', []]);
    }
  });

  it('are all of a tree with a file that cannot be read: at head its fault, at base all have changed', () => {
    const unread = { ...SMALL, 'overlays/b.yaml': 'a: [\n' };
    const head = compared(SMALL, unread);
    expect([head.recipes, head.rules]).toEqual([[], undefined]);
    expect(head.faults).toMatchObject([
      { code: 'DOCUMENT_INVALID', file: 'recipes/overlays/b.yaml' },
    ]);
    const base = compared(unread, SMALL);
    expect(statuses(base)).toEqual({ changed: ['h100-eks', 'h100-gke'] });
    expect(base.faults).toEqual([]);
    expect(compared(unread, unread).faults).toHaveLength(1);
  });

  it('name a file that is not there', () => {
    const head = edited(
      SMALL,
      'overlays/b.yaml',
      /$/,
      '  componentRefs: [{name: one, valuesFile: components/one/no.yaml}]\n',
    );
    expect(compared(SMALL, head).faults).toMatchObject([
      { code: 'RECIPE_FILE_MISSING', file: 'recipes/overlays/b.yaml' },
    ]);
  });

  it('have the criteria of another: head is told, and not if base had both', () => {
    const twice = {
      ...SMALL,
      'overlays/c.yaml': (SMALL['overlays/b.yaml'] ?? '').replace('name: b', 'name: c'),
    };
    const { faults, recipes } = compared(SMALL, twice);
    expect(faults).toMatchObject([
      { code: 'RECIPE_DUPLICATE', file: 'recipes/overlays/c.yaml', line: 6 },
    ]);
    expect(faults[0]?.found).toContain('recipes/overlays/b.yaml');
    expect(recipes).toHaveLength(2);
    expect(compared(twice, twice).faults).toEqual([]);
  });
});

describe('no recipes', () => {
  const none = without(SMALL, 'overlays/a.yaml', 'overlays/b.yaml');

  it.each([
    ['no folder', undefined],
    ['a folder of something else', { 'other.yaml': 'a: 1\n' }],
    ['no overlay that is one', none],
  ])('at head are never a pass: %s', (_, head) => {
    const gone = refusalOf(() => compared(SMALL, head));
    expect([gone?.code, gone?.class]).toEqual(['RECIPES_GONE', 'invalid']);
    for (const base of [undefined, none, { 'other.yaml': 'a: 1\n' }]) {
      const wrong = refusalOf(() => compared(base, head));
      expect([wrong?.code, wrong?.class]).toEqual(['RECIPES_NOT_FOUND', 'unjudged']);
    }
    expect(refusalOf(() => changedRecipes(undefined, treeOf(head)))?.code).toBe(
      'RECIPES_NOT_FOUND',
    );
  });
});
