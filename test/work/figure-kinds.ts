// What a validator prints of figures, and a recipe at hand to compare with.
import { recipeDifferences } from '../../src/evidence/recipe/compare-recipes.ts';
import { parseOwnRecipe } from '../../src/evidence/recipe/recipe.ts';
import type { Demo } from '../evidence/demo.ts';
import { exampleReport, exampleTest } from '../evidence/phase/example-reports.ts';
import { evidenceKinds, listOf, many, type Kind, type Kinds } from './work.ts';

const CHECK = 'nccl-all-reduce-bw';

/** A recipe that demands figures so often, and tests that print them. */
function figures(demands: number, printed: readonly (string | readonly string[])[]): Partial<Demo> {
  const constraints = many(demands, (i) => `    - {name: ${CHECK}, value: '>= ${i}'}\n`);
  const tests = printed.map((stdout) => exampleTest(CHECK, 'passed', { stdout }));
  return {
    recipe: `kind: RecipeResult\napiVersion: aicr.run/v1\nvalidation:\n  performance:\n    constraints:\n${constraints}componentRefs: []\n`,
    results: { performance: JSON.stringify(exampleReport(tests)) },
  };
}

function figure(index: number): string {
  return `NCCL All Reduce bandwidth: ${index}.00 GB/s`;
}

const PRINTED: Kinds = evidenceKinds({
  'figures in a list': (count) => figures(1, [listOf(count, figure)]),
  'figures in one text': (count) => figures(1, [many(count, (i) => `${figure(i)}\n`)]),
  'figures, a test each': (count) => figures(1, listOf(count, figure)),
  'figures and demands of one name': (count) => figures(count, [listOf(count, figure)]),
  'printed constraints and demands of one name': (count) =>
    figures(count, [listOf(count, (i) => `Constraint: >= ${count + i} → true`)]),
  'blanks of a printed constraint': (count) =>
    figures(1, [`Constraint: a${' '.repeat(count)}b → true`]),
  'digits of a figure': (count) =>
    figures(1, [`NCCL All Reduce bandwidth: ${'1'.repeat(count)} GB/s`]),
  'empty lines of output': (count) => figures(1, ['\r\n'.repeat(count)]),
  'blanks of a demand on a figure': (count) => ({
    ...figures(1, [figure(1)]),
    recipe: `kind: RecipeResult\napiVersion: aicr.run/v1\nvalidation:\n  performance:\n    constraints:\n    - name: ${CHECK}\n      value: ">= 1${' '.repeat(count)}x <${' '.repeat(count)}"\ncomponentRefs: []\n`,
  }),
});

function comparing(one: (count: number) => string, other: (count: number) => string): Kind {
  return (count) => {
    const [first, second] = [one, other].map(
      (text) => parseOwnRecipe(Buffer.from(`kind: RecipeResult\n${text(count)}`), 'x').data,
    );
    if (first === undefined || second === undefined) throw new Error('no recipe');
    return () => recipeDifferences(first, second);
  };
}

function components(count: number, more: (index: number) => string = () => ''): string {
  return `componentRefs:\n${many(count, (i) => `- {name: c${i}${more(i)}}\n`)}`;
}

const COMPARED: Kinds = {
  'components that differ': comparing(components, (count) =>
    components(count, () => ', version: v1'),
  ),
  'components in another order': comparing(
    components,
    (count) => `componentRefs:\n${many(count, (i) => `- {name: c${count - i - 1}}\n`)}`,
  ),
  'components of one name, compared': comparing(
    (count) => `componentRefs:\n${many(count, () => '- {name: a, version: b}\n')}`,
    (count) => `componentRefs:\n${many(count, () => '- {name: a, version: c}\n')}`,
  ),
  'fields of one recipe alone': comparing(
    () => 'configuration: {a: b}\ncomponentRefs: []\n',
    (count) => `configuration:\n${many(count, (i) => `  field${i}: a\n`)}componentRefs: []\n`,
  ),
};

function typed(text: (count: number) => string): Kind {
  return (count) => {
    const bytes = Buffer.from(`kind: RecipeResult\n${text(count)}`);
    return () => parseOwnRecipe(bytes, 'x');
  };
}

const TYPED: Kinds = {
  'unknown fields of a recipe': typed(
    (count) => `${many(count, (i) => `field${i}: a\n`)}componentRefs: []\n`,
  ),
  'numbers that Go rewrites': typed(
    (count) =>
      `componentRefs:\n- name: a\n  overrides:\n${many(count, (i) => `    a${i}: ${i}.10\n`)}`,
  ),
};

export const FIGURE_KINDS: Kinds = { ...PRINTED, ...COMPARED, ...TYPED };
