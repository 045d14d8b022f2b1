// Whatever can be asked for where a recipe has evidence: if it becomes another one, evidence is asked for.
import fc from 'fast-check';
import { expect, it } from 'vitest';

import { unlessRefused } from '../../src/errors/evidence-error.ts';
import type { Criteria } from '../../src/evidence/recipe/criteria.ts';
import { keyOf } from '../../src/gate/asked.ts';
import { changedRecipes } from '../../src/gate/changed-recipes.ts';
import { sideOf, withAsked, type Side } from '../../src/gate/recipes.ts';
import { compareResolved, resolveRecipe } from '../../src/gate/resolved-recipe.ts';
import { smallToday, smallV011 } from '../evidence/resolve/recipes.ts';
import { propertyRuns } from '../property-runs.ts';
import { treeOf } from './trees.ts';

const PROFILE = (byDefault: string): string => `  profile:
    name: stack
    default: ${byDefault}
    values:
      own: {componentRefs: [{name: one, overrides: {of: own}}]}
      managed: {componentRefs: [{name: one, overrides: {of: managed}}]}
`;

interface Layer {
  readonly criteria: Criteria;
  readonly value: number;
  readonly profile: string;
}

function layerOf(nodes: readonly number[], profiles: readonly string[]): fc.Arbitrary<Layer> {
  const some = fc.record({
    service: fc.constantFrom('', 'eks'),
    accelerator: fc.constantFrom('', 'h100'),
    os: fc.constantFrom('', '', 'ubuntu'),
    intent: fc.constantFrom('', '', 'training'),
    platform: fc.constantFrom('', 'dynamo', 'kubeflow'),
    nodes: fc.constantFrom(...nodes),
  });
  // What is for a number of nodes by itself is another recipe for it than whoever names none gets.
  const criteria = some.map((each) =>
    each.service !== '' && each.accelerator !== '' ? { ...each, nodes: 0 } : each,
  );
  return fc.record({ criteria, value: fc.nat(9), profile: fc.constantFrom(...profiles) });
}

/** The text of an overlay. */
function textOf({ criteria, value, profile }: Layer): string {
  const stated = Object.entries(criteria).filter(([, each]) => each !== '' && each !== 0);
  const component = `{name: one, type: Helm, overrides: {value: ${value}}}`;
  const all = stated.map((each) => each.join(': ')).join(', ');
  return `  criteria: {${all}}\n  componentRefs: [${component}]\n${profile}`;
}

const LEAF = '  criteria: {service: eks, accelerator: h100}\n';

/** Whoever asks for what an overlay is for, where the leaf answers. */
function askedWith({ criteria }: Layer): Criteria {
  return { ...criteria, service: 'eks', accelerator: 'h100' };
}

const change = fc
  .constantFrom(
    { make: smallV011, nodes: [0, 0, 8], profiles: [''] },
    { make: smallToday, nodes: [0], profiles: ['', '', PROFILE('own'), PROFILE('managed')] },
  )
  .chain(({ make, nodes, profiles }) => {
    const layer = layerOf(nodes, profiles);
    return fc
      .record({ layers: fc.array(layer, { minLength: 2, maxLength: 4 }), value: fc.nat(9), layer })
      .chain(({ layers, ...edit }) => {
        const [first, ...rest] = layers;
        const edits = [
          ...(first
            ? [
                { ...first, value: edit.value },
                { ...first, ...edit.layer },
              ]
            : []),
          undefined,
        ];
        const textsOf = (all: readonly Layer[]) =>
          make({
            leaf: LEAF,
            ...Object.fromEntries(all.map((each, index) => [`o${index}`, textOf(each)])),
          });
        return fc
          .tuple(fc.constantFrom(...edits), fc.constantFrom(...layers, edit.layer))
          .map(([edited, other]) => ({
            texts: [textsOf(layers), textsOf(edited ? [edited, ...rest] : rest)],
            asked: askedWith(other),
          }));
      });
  });

const NONE = treeOf(undefined);

/** What whoever asks gets; undefined if nobody can ask. */
function answer(side: Side, criteria: Criteria): ReturnType<typeof resolveRecipe> | undefined {
  const { catalogue } = side;
  const bare = { ...side, recipes: new Map<string, never>() };
  const [recipe] = withAsked(bare, [{ file: '', criteria }]).recipes.values();
  if (catalogue === undefined || recipe?.criteria.nodes !== criteria.nodes) return undefined;
  return unlessRefused(() => resolveRecipe(catalogue, { ...recipe, profile: undefined }));
}

/** Names of what has an overlay of its own: it is protected by its own evidence alone. Else those of the leaf. */
function pointedFor({ recipes }: Side, asked: Criteria): ReadonlySet<string> {
  const leaf = { ...asked, os: '', intent: '', platform: '' };
  const of = (criteria: Criteria): readonly string[] =>
    [...recipes.values()]
      .filter((each) => keyOf(each) === keyOf({ criteria }))
      .map(({ name }) => name);
  const own = of(asked);
  return new Set(own.length > 0 ? own : of(leaf));
}

it('asks for evidence if what can be asked for where a recipe has some becomes another one', () => {
  let changed = 0;
  fc.assert(
    fc.property(change, ({ texts, asked }) => {
      const [base = NONE, head = NONE] = texts.map(treeOf);
      const [before, after] = [sideOf(base.recipes), sideOf(head.recipes)];
      const [old, now] = [answer(before, asked), answer(after, asked)];
      if (!old || !now || compareResolved(old, now).exact.length === 0) return;
      const pointed = pointedFor(before, asked);
      const { recipes, faults } = changedRecipes(base, head, pointed);
      if (faults.length > 0) return;
      changed += 1;
      const told = recipes.filter(({ status }) => status === 'added' || status === 'changed');
      const protecting = told.flatMap(({ recipe, under }) => [recipe.name, ...under]);
      expect(protecting.filter((name) => pointed.has(name))).not.toEqual([]);
    }),
    { numRuns: propertyRuns(120, 400) },
  );
  expect(changed).toBeGreaterThan(5);
});
