import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  chainOf,
  matching,
  rank,
  spansOf,
  withAncestors,
} from '../../../src/evidence/resolve/candidates.ts';
import type { Catalogue } from '../../../src/evidence/resolve/catalogue.ts';
import { disagreements } from '../../../src/evidence/resolve/equal-rank.ts';
import { Merged } from '../../../src/evidence/resolve/merge.ts';
import type { Overlay } from '../../../src/evidence/resolve/overlay.ts';
import { Trace, valueText } from '../../../src/evidence/resolve/trace.ts';
import { propertyRuns } from '../../property-runs.ts';
import { catalogueOf, smallToday, smallV011 } from './recipes.ts';
import type { Texts } from './recipes.ts';

const QUERY = {
  service: 'eks',
  accelerator: 'h100',
  intent: 'training',
  os: 'ubuntu',
  platform: '',
  nodes: 0,
};
const CRITERIA = ['service: eks', 'accelerator: h100', 'intent: training', 'os: ubuntu'];

const LINES = {
  version: fc.constantFrom('a', 'b').map((value) => `version: ${value}`),
  cleanup: fc.constantFrom('true', 'false').map((value) => `cleanup: ${value}`),
  files: fc
    .uniqueArray(fc.constantFrom('x', 'z', 'w'), { minLength: 1 })
    .map((files) => `manifestFiles: [${files.join(', ')}]`),
  overrides: fc
    .constantFrom('k: 1', 'k: 2', 'l: 1', 'k: {m: 1}', 'k: {m: 2}', 'k: {n: 1}', 'k: {}')
    .map((value) => `overrides: {${value}}`),
};

const COMPONENT = fc
  .subarray(Object.values(LINES))
  .chain((lines) => fc.tuple(...lines))
  .map((lines) => `{${['name: one', ...lines].join(', ')}}`);

const CONTENT = fc.tuple(
  fc.option(
    COMPONENT.map((component) => `  componentRefs: [${component}]\n`),
    { nil: '' },
  ),
  fc.option(
    fc.constantFrom('1', '2').map((value) => `  constraints: [{name: c, value: "${value}"}]\n`),
    { nil: '' },
  ),
  fc.option(
    fc
      .constantFrom(
        'checks: [x]',
        'checks: [z]',
        'checks: []',
        'timeout: 1m',
        'constraints: [{name: n, value: "1"}]',
      )
      .map((phase) => `  validation: {deployment: {${phase}}}\n`),
    { nil: '' },
  ),
);

interface Drawn {
  readonly criteria: readonly string[];
  readonly parent: number;
  readonly content: readonly string[];
}

const OVERLAYS = fc.array(
  fc.record<Drawn>({
    criteria: fc.subarray(CRITERIA, { maxLength: 2 }),
    parent: fc.nat(8),
    content: CONTENT,
  }),
  { minLength: 2, maxLength: 5 },
);

/** What two of one rank add, in one order or the other, is no longer there from before: that was cleared. */
const CLEARED_BEFORE: readonly Drawn[] = [
  { criteria: [], checks: 'x' },
  { criteria: ['service: eks', 'os: ubuntu'], checks: 'x' },
  { criteria: ['intent: training'], checks: '' },
  { criteria: ['intent: training', 'os: ubuntu'], checks: 'z' },
].map(({ criteria, checks }) => ({
  criteria,
  parent: 0,
  content: ['', '', `  validation: {deployment: {checks: [${checks}]}}\n`],
}));

/** So many overlays, each of which inherits from the one before it; a query finds the last of them alone. */
function chainWith(count: number, contentOf: (index: number) => string): readonly Drawn[] {
  return Array.from({ length: count }, (_, index) => ({
    criteria: index === count - 1 ? ['service: eks'] : [],
    parent: index === 0 ? count : index - 1,
    content: [contentOf(index)],
  }));
}

/** Real recipes have few overlays of one rank. How many there are changes nothing. */
const LONG: readonly (readonly Drawn[])[] = [
  (index: number) => `version: v${index}`,
  (index: number) => `manifestFiles: [f${index}]`,
  (index: number) => `overrides: {${index % 2 === 0 ? 'k: 1' : 'k: {m: 1}'}}`,
].flatMap((lineOf) => {
  const contentOf = (index: number): string => `  componentRefs: [{name: one, ${lineOf(index)}}]\n`;
  const other = { criteria: ['intent: training'], parent: 99, content: [contentOf(1)] };
  return [chainWith(60, contentOf), [...chainWith(60, contentOf), other]];
});

/** What one overlay says twice is no question of order. */
const TWICE: readonly Drawn[] = [
  {
    criteria: ['service: eks'],
    parent: 99,
    content: ['  componentRefs: [{name: one, version: a}, {name: one, version: b}]\n'],
  },
];

/** Each may inherit from one before it. */
function specsOf(overlays: readonly Drawn[]): Texts {
  const specs = overlays.map(({ criteria, parent, content }, index): [string, string] => {
    const base = parent < index ? `  base: o${parent}\n` : '';
    const own = criteria.length === 0 ? '' : `  criteria: {${criteria.join(', ')}}\n`;
    return [`o${index}`, `${base}${own}${content.join('')}` || '  constraints: []\n'];
  });
  return Object.fromEntries(specs);
}

function mergedIn(order: readonly Overlay[], catalogue: Catalogue): Merged {
  const merged = new Merged(catalogue.rules, new Trace());
  merged.add(catalogue.root, -1);
  const applied = new Set<Overlay>();
  for (const candidate of order) {
    for (const overlay of chainOf(candidate, catalogue)) {
      if (!applied.has(overlay)) merged.add(overlay, rank(candidate));
      applied.add(overlay);
    }
  }
  return merged;
}

function textOf({ components, constraints, validation }: Merged): string {
  return valueText([components, constraints, validation ?? '']);
}

/** Every order that the ranks leave open. */
function ordersOf(candidates: readonly Overlay[]): readonly (readonly Overlay[])[] {
  const [first, ...others] = [...new Set(candidates.map(rank))].map((each) =>
    permutations(candidates.filter((overlay) => rank(overlay) === each)),
  );
  return others.reduce(
    (orders, group) => orders.flatMap((order) => group.map((next) => [...order, ...next])),
    first ?? [[]],
  );
}

function permutations<T>(items: readonly T[]): readonly (readonly T[])[] {
  if (items.length <= 1) return [items];
  return items.flatMap((item, index) =>
    permutations(items.toSpliced(index, 1)).map((others) => [item, ...others]),
  );
}

/** Whether a disagreement was found, and whether another order gives another recipe. */
function judged(
  small: (specs: Texts) => Texts,
  drawn: readonly Drawn[],
): readonly [boolean, boolean] {
  const catalogue = catalogueOf(small(specsOf(drawn)));
  const candidates = matching(catalogue, QUERY);
  const { trace } = mergedIn(candidates, catalogue);
  const texts = ordersOf(candidates).map((order) => textOf(mergedIn(order, catalogue)));
  return [
    disagreements(trace, spansOf(withAncestors(candidates, catalogue))).length > 0,
    new Set(texts).size > 1,
  ];
}

describe('disagreements', () => {
  it('are found by the rules of v0.11 if and only if another order gives another recipe', () => {
    fc.assert(
      fc.property(OVERLAYS, (drawn) => {
        const [isFound, isOther] = judged(smallV011, drawn);
        expect(isFound).toBe(isOther);
      }),
      { numRuns: propertyRuns(300, 2000), examples: [TWICE, ...LONG].map((drawn) => [drawn]) },
    );
  });

  it("are found by today's rules just so, and may be said of a list that one clears or a value that one replaces by a map", () => {
    fc.assert(
      fc.property(OVERLAYS, (drawn) => {
        const [isFound, isOther] = judged(smallToday, drawn);
        const mayBeSaid = drawn.some(({ content }) => /checks: \[\]|k: \{/.test(content.join('')));
        expect(isFound).toBe(isOther || (mayBeSaid && isFound));
      }),
      {
        numRuns: propertyRuns(300, 2000),
        examples: [CLEARED_BEFORE, TWICE, ...LONG].map((drawn) => [drawn]),
      },
    );
  });
});
