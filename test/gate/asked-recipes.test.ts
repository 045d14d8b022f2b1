// Whoever asks for a protected recipe as before must not get another one that nobody looked at.
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { changedRecipes, type ChangedRecipes } from '../../src/gate/changed-recipes.ts';
import type { RecipeChange } from '../../src/gate/recipe-change.ts';
import { realTexts, smallToday, smallV011, type Texts } from '../evidence/resolve/recipes.ts';
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

beforeEach(() => {
  resolved.count = 0;
});

const LEAF = '  criteria: {service: eks, accelerator: h100, os: ubuntu}\n';
const OVERRIDES = '  componentRefs: [{name: one, type: Helm, overrides: {added: true}}]\n';

function compared(base: Texts, head: Texts): ChangedRecipes {
  return changedRecipes(treeOf(base), treeOf(head));
}

/** What became of each recipe that is not the same. */
function told({ recipes }: ChangedRecipes): readonly (readonly [string, RecipeChange['status']])[] {
  return recipes.flatMap(({ recipe, status }) =>
    status === 'same' ? [] : [[recipe.name, status] as const],
  );
}

describe('an overlay for a number of nodes', () => {
  const base = smallV011({ leaf: LEAF, other: LEAF.replace('eks', 'gke') });
  const counting = (criteria: string): Texts => ({
    ...base,
    ...smallV011({ leaf: LEAF, other: LEAF.replace('eks', 'gke'), zz: criteria + OVERRIDES }),
  });
  const eight = counting('  criteria: {service: eks, nodes: 8}\n');

  it('changes the recipes to which it applies, and says for how many nodes', () => {
    for (const [before, after] of [
      [base, eight],
      [eight, base],
      [eight, counting('  criteria: {service: eks, nodes: 8, intent: any}\n  mixins: []\n')],
    ] as const) {
      const changes = compared(before, after);
      const isOther = before === base || after === base;
      expect(told(changes)).toEqual(isOther ? [['h100-eks-ubuntu', 'changed']] : []);
    }
    const [{ otherwise, fields } = { otherwise: undefined, fields: undefined }] = compared(
      base,
      eight,
    ).recipes;
    expect(otherwise).toEqual({ files: false, checks: false, nodes: [8] });
    expect(fields?.items.map(({ field }) => field)).toContain(
      'componentRefs[one].overrides (nodes: 8)',
    );
  });

  it('leaves alone what is for another service, or of another accelerator', () => {
    expect(told(compared(base, counting('  criteria: {service: aks, nodes: 8}\n')))).toEqual([]);
    expect(told(compared(base, counting('  criteria: {accelerator: b200, nodes: 8}\n')))).toEqual(
      [],
    );
  });

  it('changes what it names: a values file of a component that only it has', () => {
    const path = 'components/two/values.yaml';
    const named = counting('  criteria: {service: eks, nodes: 8}\n');
    const zz = (named['overlays/zz.yaml'] ?? '').replace(
      '{name: one, type: Helm,',
      `{name: two, type: Helm, version: 1.0.0, source: https://charts.example, valuesFile: ${path},`,
    );
    const before = { ...named, 'overlays/zz.yaml': zz, [path]: 'a: 1\n' };
    const { recipes } = compared(before, { ...before, [path]: 'a: 2\n' });
    expect(recipes[0]).toMatchObject({
      ...{ status: 'changed', otherwise: { files: true, nodes: [8] } },
      files: { items: [{ path, change: 'changed' }] },
    });
  });

  it('changes what it alone is for an intent of, which nobody gets for another number', () => {
    const training = '  criteria: {service: eks, intent: training, nodes: 8}\n';
    const before = smallV011({ leaf: LEAF, zz: training });
    const { recipes } = compared(before, smallV011({ leaf: LEAF, zz: training + OVERRIDES }));
    expect(recipes.map(({ recipe, status }) => [recipe.name, status])).toEqual([
      ['h100-eks-ubuntu', 'same'],
      ['h100-eks-ubuntu-training', 'changed'],
    ]);
    expect(recipes[1]).toMatchObject({
      recipe: { criteria: { nodes: 8 } },
      under: ['h100-eks-ubuntu'],
    });
  });

  it('is told where it makes a recipe that cannot be resolved', () => {
    const cyclic = counting('  base: zz\n  criteria: {service: eks, nodes: 8}\n');
    const changes = compared(base, cyclic);
    expect(told(changes)).toEqual([['h100-eks-ubuntu', 'unresolved']]);
    expect(changes.faults).toMatchObject([
      { code: 'OVERLAY_CYCLE', file: 'recipes/overlays/zz.yaml' },
    ]);
  });

  it('makes of a criterion of the recipe itself what it is for whoever does not name it', () => {
    const narrowed = smallV011({ leaf: LEAF.replace('}', ', nodes: 8}') + OVERRIDES });
    const { recipes } = compared(smallV011({ leaf: LEAF + OVERRIDES }), narrowed);
    expect(recipes[0]).toMatchObject({ status: 'changed', otherwise: { nodes: [0] } });
  });

  it('costs a resolution for each number and recipe of both sides, and no other overlay costs any', () => {
    compared(base, eight);
    expect(resolved.count).toBe(2);
    resolved.count = 0;
    const two = { ...eight, ...counting('  criteria: {nodes: 8}\n') };
    compared(base, two);
    expect(resolved.count).toBe(4);
    resolved.count = 0;
    const real = realTexts();
    compared(real, { ...real, 'overlays/zz.yaml': eight['overlays/zz.yaml'] ?? '' });
    const eks = compared(real, real).recipes.filter(
      ({ recipe }) => recipe.criteria.service === 'eks',
    );
    expect(resolved.count).toBe(2 * eks.length);
  });

  it('is refused where there are too many numbers: each is resolved for all recipes', () => {
    const many = smallV011({
      leaf: LEAF,
      ...Object.fromEntries(
        Array.from({ length: 17 }, (_, index) => [
          `n${index}`,
          `  criteria: {service: eks, nodes: ${index + 1}}\n`,
        ]),
      ),
    });
    expect(compared(base, many).faults).toMatchObject([
      { code: 'LIMIT_EXCEEDED', file: 'recipes/overlays/n0.yaml', found: /^17 numbers of nodes/ },
    ]);
  });
});

describe('a recipe whose overlay gets other criteria', () => {
  const rest = {
    eks: '  criteria: {service: eks, os: ubuntu}\n',
    partial: '  criteria: {platform: dynamo}\n',
  };
  const base = smallV011({ ...rest, leaf: LEAF.replace('}', ', platform: dynamo}') + OVERRIDES });

  it('has changed if all that was asked for still is: it is weaker', () => {
    const changes = compared(
      base,
      smallV011({ ...rest, leaf: '  criteria: {service: eks, accelerator: h100}\n' }),
    );
    expect(told(changes)).toEqual([
      ['h100-eks', 'added'],
      ['h100-eks-ubuntu-dynamo', 'changed'],
    ]);
    const kept = changes.recipes.find(({ status }) => status === 'changed');
    expect(kept?.recipe.file).toBe('recipes/overlays/leaf.yaml');
    expect(kept?.fields.items[0]?.field).toBe('componentRefs[one].overrides');
  });

  it('has changed if its overlay is gone, and is on the line of another one', () => {
    const { recipes } = compared(
      smallV011({ ...rest, h100: '  criteria: {accelerator: h100}\n', leaf: LEAF + OVERRIDES }),
      smallV011({
        ...rest,
        h100: '  criteria: {accelerator: h100}\n',
        new: LEAF.replace('h100', 'b200'),
      }),
    );
    expect(recipes.map(({ recipe, status }) => [recipe.name, recipe.file, status])).toEqual([
      ['b200-eks-ubuntu', 'recipes/overlays/new.yaml', 'added'],
      ['h100-eks-ubuntu', 'recipes/overlays/eks.yaml', 'changed'],
    ]);
    // With a platform it is otherwise in the same way.
  });

  it('is the same if others make just the same recipe of it', () => {
    const { recipes } = compared(
      smallV011({ ...rest, h100: '  criteria: {accelerator: h100}\n', leaf: LEAF }),
      smallV011({
        ...rest,
        h100: '  criteria: {accelerator: h100}\n',
        new: LEAF.replace('h100', 'b200'),
      }),
    );
    // The overlays that were applied are a part of the recipe, but of no comparison.
    expect(recipes.map(({ status }) => status)).toEqual(['added', 'same']);
  });

  it('is gone if nothing is for one of its criteria any more, also where only its case is another', () => {
    const gone = smallV011({ ...rest, leaf: LEAF.replace('h100', 'b200') });
    expect(told(compared(base, gone))).toEqual([
      ['b200-eks-ubuntu', 'added'],
      ['h100-eks-ubuntu-dynamo', 'removed'],
    ]);
  });

  it('is refused where another recipe has its name now, and it can still be asked for', () => {
    const more = { intent: '  criteria: {intent: dynamo}\n', ...rest };
    const renamed = LEAF.replace('}', ', intent: dynamo}');
    const changes = compared(
      smallV011({
        ...more,
        h100: '  criteria: {accelerator: h100}\n',
        leaf: LEAF.replace('}', ', platform: dynamo}'),
      }),
      smallV011({ ...more, h100: '  criteria: {accelerator: h100}\n', leaf: renamed }),
    );
    expect(changes.faults).toMatchObject([
      { code: 'RECIPE_DUPLICATE', file: 'recipes/overlays/leaf.yaml' },
    ]);
  });

  it('has another profile, and each of its values is a recipe', () => {
    const profile = `  profile:
    name: stack
    default: own
    values:
      own: {componentRefs: [{name: one, overrides: {driver: true}}]}
`;
    const today = { eks: rest.eks, h100: '  criteria: {service: eks, accelerator: h100}\n' };
    const changes = compared(
      smallToday({ ...today, leaf: LEAF }),
      smallToday({ ...today, eks: rest.eks + profile }),
    );
    expect(told(changes)).toEqual([
      ['h100-eks-ubuntu', 'removed'],
      ['h100-eks-ubuntu-stack-own', 'added'],
    ]);
  });
});

describe('what who names no profile gets', () => {
  const profile = (value: string, ...more: readonly string[]): string => `  profile:
    name: stack
    default: ${value}
    values:
${['managed', 'own', ...more].map((each) => `      ${each}: {componentRefs: [{name: one, overrides: {driver: ${each}}}]}\n`).join('')}`;
  const eks = '  criteria: {service: eks, accelerator: h100}\n';
  const of = (...given: Parameters<typeof profile>): Texts =>
    smallToday({ eks: eks + profile(...given) });

  it('changes with the default of the profile, for the recipe that is the default now', () => {
    const { recipes } = compared(of('managed'), of('own'));
    expect(told(compared(of('managed'), of('own')))).toEqual([['h100-eks-stack-own', 'changed']]);
    expect(recipes[1]).toMatchObject({ under: ['h100-eks-stack-managed'] });
    expect(recipes[1]?.fields.items).toEqual([
      {
        field: 'componentRefs[one].overrides.driver (no profile named)',
        base: '"managed"',
        head: '"own"',
      },
      {
        field: 'metadata.selectedProfile.value (no profile named)',
        base: '"managed"',
        head: '"own"',
      },
    ]);
    expect(told(compared(of('own'), of('own', 'more')))).toEqual([
      ['h100-eks-stack-more', 'added'],
    ]);
  });

  it('changes with a new value that is the default, and protects it with the recipe that was', () => {
    const change = compared(of('managed'), of('more', 'more')).recipes.find(
      ({ status }) => status !== 'same',
    );
    expect(change).toMatchObject({
      recipe: { name: 'h100-eks-stack-more' },
      status: 'added',
      under: ['h100-eks-stack-managed'],
    });
  });

  it('changes also beside a recipe, with the overlay that has the profile', () => {
    const beside = (partial: string): Texts =>
      smallToday({ eks, partial: `  criteria: {platform: dynamo}\n${partial}` });
    for (const [before, after, name] of [
      ['', profile('own'), '-stack-own'],
      [profile('managed'), profile('own'), '-stack-own'],
      [profile('managed'), profile('more', 'more'), '-stack-more'],
      [profile('managed'), '', ''],
    ] as const) {
      const changes = compared(beside(before), beside(after)).recipes.filter(
        ({ status }) => status === 'changed',
      );
      expect(changes.map(({ recipe }) => recipe.name)).toEqual([`h100-eks-dynamo${name}`]);
      expect(changes[0]?.under).toContain('h100-eks');
    }
  });
});

describe('what can be asked for beside a recipe, of which an overlay is for a part,', () => {
  const beside = (criteria: string, more = ''): Texts =>
    smallV011({ leaf: LEAF, partial: `  criteria: ${criteria}\n${more}` });

  it.each([
    ['an intent', '{service: eks, intent: training}', 'h100-eks-ubuntu-training'],
    ['a platform, whatever the service is', '{platform: dynamo}', 'h100-eks-ubuntu-dynamo'],
    ['both', '{intent: training, platform: dynamo}', 'h100-eks-ubuntu-training-dynamo'],
  ])('changes with the overlay: %s', (_, criteria, name) => {
    for (const [before, after] of [
      [beside(criteria), beside(criteria, OVERRIDES)],
      [beside(criteria, OVERRIDES), beside(criteria)],
    ] as const) {
      const { recipes } = compared(before, after);
      expect(recipes.map(({ recipe, status }) => [recipe.name, status])).toEqual([
        ['h100-eks-ubuntu', 'same'],
        [name, 'changed'],
      ]);
      expect(recipes[1]).toMatchObject({
        under: ['h100-eks-ubuntu'],
        recipe: { file: 'recipes/overlays/partial.yaml' },
      });
    }
  });

  it('is the recipe itself where that is for as much, and nothing where the overlay does not fit', () => {
    for (const criteria of ['{service: eks, os: ubuntu}', '{os: ubuntu}']) {
      expect(told(compared(beside(criteria), beside(criteria, OVERRIDES)))).toEqual([
        ['h100-eks-ubuntu', 'changed'],
      ]);
    }
    for (const criteria of ['{service: gke, intent: training}', '{os: rhel}']) {
      expect(told(compared(beside(criteria), beside(criteria, OVERRIDES)))).toEqual([]);
    }
  });

  it('is new if nobody could ask for it, and no recipe any more if nobody can', () => {
    const none = smallV011({ leaf: LEAF });
    expect(told(compared(none, beside('{platform: dynamo}', OVERRIDES)))).toEqual([]);
    expect(told(compared(beside('{platform: dynamo}', OVERRIDES), none))).toEqual([]);
  });

  it('is a new recipe, of which it is known what it was, once an overlay is for it alone', () => {
    const own = smallV011({
      leaf: LEAF,
      own: LEAF.replace('}', ', platform: dynamo}') + OVERRIDES,
      partial: '  criteria: {platform: dynamo}\n',
    });
    const change = compared(beside('{platform: dynamo}'), own).recipes.find(
      ({ status }) => status !== 'same',
    );
    expect(change).toMatchObject({ status: 'added', under: ['h100-eks-ubuntu'] });
  });

  it.each([
    [
      'two overlays for a part',
      ['{os: talos}', '{platform: dynamo}'],
      '{os: talos, platform: dynamo}',
    ],
    [
      'two overlays for a part, and now one of its own',
      ['{os: talos}', '{platform: dynamo}'],
      '{service: eks, accelerator: h100, os: talos, platform: dynamo}',
    ],
    [
      'two recipes',
      [
        '{service: eks, accelerator: h100, os: talos}',
        '{service: eks, accelerator: h100, platform: dynamo}',
      ],
      '{os: talos, platform: dynamo}',
    ],
  ])('changes where it was for what is of %s together', (_, [one, two], criteria) => {
    const plain = LEAF.replace(/, os: \w+/, '');
    const of = (more: Texts): Texts =>
      smallV011({ leaf: plain, one: `  criteria: ${one}\n`, two: `  criteria: ${two}\n`, ...more });
    const { recipes } = compared(of({}), of({ three: `  criteria: ${criteria}\n${OVERRIDES}` }));
    const changed = recipes.find(({ recipe }) => recipe.name === 'h100-eks-talos-dynamo');
    expect(changed?.status).toMatch(/^(?:changed|added)$/);
    expect(changed?.under).toContain('h100-eks');
  });

  it('is told of by the recipe alone, where it is otherwise in the same way', () => {
    const changed = { platform: '{platform: dynamo}', more: OVERRIDES.replace('added', 'another') };
    const of = (leaf: string, more = ''): Texts =>
      smallV011({ leaf: LEAF + leaf, partial: `  criteria: ${changed.platform}\n${more}` });
    expect(told(compared(of(''), of(OVERRIDES)))).toEqual([['h100-eks-ubuntu', 'changed']]);
    expect(told(compared(of(''), of(OVERRIDES, changed.more)))).toEqual([
      ['h100-eks-ubuntu', 'changed'],
      ['h100-eks-ubuntu-dynamo', 'changed'],
    ]);
  });

  it('are few in the recipes of AICR: none is resolved that is the same', () => {
    const real = realTexts();
    compared(real, { ...real, 'README.yaml': 'kind: Other\n' });
    expect(resolved.count).toBe(0);
  });
});

describe('a recipe without an overlay of its own, of which there is evidence,', () => {
  const names = new Set(['h100-eks-ubuntu']);
  const merged = (more: Texts = {}): Texts =>
    smallV011({
      eks: '  criteria: {service: eks, os: ubuntu}\n',
      h100: '  criteria: {accelerator: h100}\n',
      other: '  criteria: {service: gke, accelerator: h100}\n',
      ...more,
    });
  const filed = (base: Texts, head: Texts): ChangedRecipes =>
    changedRecipes(treeOf(base), treeOf(head), names);

  it('is looked at as the others are, since it lost a criterion and was merged with its evidence', () => {
    const head = merged({ h100: `  criteria: {accelerator: h100}\n${OVERRIDES}` });
    expect(told(compared(merged(), head))).toEqual([['h100-gke', 'changed']]);
    expect(told(filed(merged(), head))).toEqual([
      ['h100-eks-ubuntu', 'changed'],
      ['h100-gke', 'changed'],
    ]);
    expect(filed(merged(), merged()).recipes.map(({ recipe }) => recipe.name)).toEqual([
      'h100-eks-ubuntu',
      'h100-gke',
    ]);
  });

  it('is told of also where the recipe below it is otherwise in the same way, which has none', () => {
    const below = (more = ''): Texts =>
      merged({ leaf: `  criteria: {service: eks, accelerator: h100}\n${more}` });
    expect(told(filed(below(), below(OVERRIDES)))).toEqual([
      ['h100-eks', 'changed'],
      ['h100-eks-ubuntu', 'changed'],
    ]);
  });

  it('is removed where one of its criteria is nowhere any more, and is not there where it never was', () => {
    const gone = merged({ eks: '  criteria: {service: eks, os: cos}\n' });
    expect(told(filed(merged(), gone))).toEqual([['h100-eks-ubuntu', 'removed']]);
    expect(told(filed(gone, gone))).toEqual([]);
  });

  it('is found with its profile, by each way to read its name', () => {
    const profile = `  profile:
    name: stack
    default: own
    values:
      own: {componentRefs: [{name: one, overrides: {driver: true}}]}
`;
    const today = (more: string): Texts =>
      smallToday({
        eks: `  criteria: {service: eks, os: ubuntu}\n${profile}${more}`,
        h100: '  criteria: {accelerator: h100}\n',
        other: '  criteria: {service: gke, accelerator: h100}\n',
        ...{ a: '  criteria: {intent: x}\n', b: '  criteria: {platform: x}\n' },
      });
    const pointed = new Set(['h100-eks-ubuntu-stack-own', 'h100-eks-x']);
    const { recipes } = changedRecipes(treeOf(today('')), treeOf(today(OVERRIDES)), pointed);
    expect(recipes.map(({ recipe }) => recipe.name)).toEqual([
      'h100-eks-ubuntu-stack-own',
      'h100-gke',
    ]);
  });
});

it('tells of what two recipes answer together, also where the one without evidence is otherwise in the same way', () => {
  const of = (more = ''): Texts =>
    smallV011({
      leaf: LEAF,
      other: `  criteria: {service: eks, accelerator: h100, platform: dynamo}\n${more}`,
    });
  const names = new Set(['h100-eks-ubuntu']);
  const { recipes } = changedRecipes(treeOf(of()), treeOf(of(OVERRIDES)), names);
  const beside = recipes.find(({ recipe }) => recipe.name === 'h100-eks-ubuntu-dynamo');
  expect(beside).toMatchObject({
    status: 'changed',
    under: ['h100-eks-ubuntu', 'h100-eks-dynamo'],
  });
});

describe('what is asked for where a recipe has evidence', () => {
  const at = (value: number, key: string): string =>
    `  componentRefs: [{name: one, type: Helm, overrides: {${key}: ${value}}}]\n`;
  const overlays = (all: Readonly<Record<string, string>>): Texts =>
    smallV011(
      Object.fromEntries(
        Object.entries(all).map(([name, text]) => [
          name,
          `  criteria: {${text.replace(' = ', '}\n')}`,
        ]),
      ),
    );
  const is = (criteria: string, value: number, key = 'value'): string =>
    `${criteria} = ${at(value, key)}`;
  const [H100, EKS] = ['accelerator: h100', 'service: eks'];
  const OWN = `${EKS}, ${H100}`;
  const parts = { acc: is(H100, 1, 'a'), eks: is(EKS, 1, 'e') };
  const cos = (value: number) => ({ cos: is('os: cos', value) });
  const other = { zz: is('service: gke, accelerator: a100', 0) };

  it.each([
    {
      title: 'is answered again, otherwise, after it was removed',
      base: { ...other, acc: is(H100, 1, 'a') },
      head: { ...other, acc: is(H100, 1, 'a'), eks: is(EKS, 2, 'e') },
      wanted: ['h100-eks', 'changed'],
    },
    {
      title: 'has no overlay of its own, and others beside it differ',
      base: { ...other, ...parts, ...cos(1) },
      head: { ...other, ...parts, ...cos(2) },
      wanted: ['h100-eks-cos', 'changed'],
    },
    {
      title: 'has an overlay for a number of nodes, and is another one for whoever names none',
      base: { ...parts, own: is(`${OWN}, nodes: 6`, 8, 'a') },
      head: { ...parts, acc: is(H100, 2, 'a'), own: is(`${OWN}, nodes: 6`, 8, 'a') },
      wanted: ['h100-eks', 'changed'],
    },
    {
      title: 'is for a number of nodes only now',
      base: { own: is(OWN, 1), zz: is(`${EKS}, platform: slurm`, 1) },
      head: { own: is(OWN, 1), zz: is(`${EKS}, platform: slurm, nodes: 16`, 2) },
      wanted: ['h100-eks-slurm', 'changed'],
    },
    {
      title: 'is another one only with two other overlays together',
      base: { own: is(OWN, 0), ...cos(1), slurm: is(`${EKS}, platform: slurm`, 2) },
      head: {
        own: is(OWN, 0),
        cos: is(`${OWN}, os: cos, intent: ''`, 1),
        slurm: is(`${EKS}, platform: slurm`, 2),
      },
      wanted: ['h100-eks-cos-slurm', 'changed'],
    },
  ])('$title', ({ base, head, wanted }) => {
    const pointed = new Set(['h100-eks']);
    const { recipes } = changedRecipes(treeOf(overlays(base)), treeOf(overlays(head)), pointed);
    const changes = recipes.map(({ recipe, status }) => [recipe.name, status]);
    expect(changes).toContainEqual(wanted);
    const found = recipes.find(({ recipe }) => recipe.name === wanted[0]);
    expect([found?.recipe.name, ...(found?.under ?? [])]).toContain('h100-eks');
  });
});

it('sees a change of a health check that is not read on either side, and of all else of its recipes', () => {
  const today = smallToday({ leaf: LEAF });
  const registry = (today['registry.yaml'] ?? '').replace(
    'checks/one/health-check.yaml',
    'a/x.yml',
  );
  const v011 = {
    ...smallV011({ leaf: LEAF }),
    'registry.yaml': registry
      .replaceAll('aicr.run/v1beta1', 'aicr.nvidia.com/v1alpha1')
      .replace(/ *mixinSafe.*\n/, ''),
  };
  const withCheck = (id: string, more: Texts = {}) => {
    const { recipes, faults } = treeOf({ ...v011, ...more });
    const unread = new Map([['a/x.yml', Buffer.from(id)]]);
    return { faults, recipes: recipes && { ...recipes, unread } };
  };
  const changes = (head: ReturnType<typeof withCheck>): ChangedRecipes =>
    changedRecipes(withCheck('1'), head);
  expect(told(changes(withCheck('1')))).toEqual([]);
  const other = changes(withCheck('2'));
  expect(told(other)).toEqual([['h100-eks-ubuntu', 'changed']]);
  expect(other.recipes[0]).toMatchObject({
    otherwise: { checks: true },
    files: { items: [{ path: 'a/x.yml', change: 'changed' }] },
  });
  const values = changes(withCheck('1', { 'components/one/values.yaml': 'a: 1\n' }));
  expect(told(values)).toEqual([['h100-eks-ubuntu', 'changed']]);
  // What base reads head has to have where it is read.
  const broken = changedRecipes(treeOf(smallV011({ leaf: LEAF })), withCheck('1'));
  expect(broken.faults).toMatchObject([{ code: 'RECIPE_FILE_MISSING' }]);
});

it('names what differs and is of no recipe, but no documentation', () => {
  const real = realTexts();
  const catalog = 'validators/catalog.yaml';
  const apart = (head: Texts): readonly string[] => compared(real, head).apart;
  const changed = (real[catalog] ?? '').replaceAll('ghcr.io/nvidia', 'ghcr.io/evil');
  expect(changed).not.toBe(real[catalog]);
  expect(apart({ ...real, [catalog]: changed })).toEqual([catalog]);
  const naming = `kind: RecipeMetadata
apiVersion: aicr.nvidia.com/v1alpha1
metadata: {name: zz}
spec:
  criteria: {service: Zz}
  componentRefs: [{name: gpu-operator, type: Helm, valuesFile: ${catalog}}]
`;
  expect(apart({ ...real, [catalog]: changed, 'overlays/zz.yaml': naming })).toContain(catalog);
  expect(apart({ ...real, 'components/x/README.md': 'text' })).toEqual([]);
  for (const path of [
    'registry.yaml',
    'overlays/eks.yaml',
    'components/gpu-operator/values.yaml',
  ]) {
    expect(apart({ ...real, [path]: `${real[path]}\n# a comment\n` })).toEqual([]);
  }
});

it('names the first place of the registry that differs, and that no recipe has', () => {
  const real = realTexts();
  const registry = real['registry.yaml'] ?? '';
  const apart = (text: string): readonly string[] => {
    expect(text).not.toBe(registry);
    return compared(real, { ...real, 'registry.yaml': text }).apart;
  };
  expect(apart(registry.replace('- operator.nodeSelector', '- other.nodeSelector'))).toEqual([
    'registry.yaml#/components/0/nodeScheduling/system/nodeSelectorPaths/0',
  ]);
  expect(apart(registry.replace('defaultVersion: v', 'defaultVersion: w'))).toEqual([]);
  expect(apart(registry.replace('displayName: gpu-operator', 'displayName: other'))).toEqual([
    'registry.yaml#/components/0/displayName',
  ]);
});
