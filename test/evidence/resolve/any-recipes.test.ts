import fc from 'fast-check';
import { expect, it } from 'vitest';

import { explain } from '../../../src/evidence/resolve/explain.ts';
import { recipeText } from '../../../src/evidence/resolve/recipe-text.ts';
import { RULES } from '../../../src/evidence/resolve/rules.ts';
import { refusalOf } from '../../document/refusal.ts';
import { propertyRuns } from '../../property-runs.ts';
import { catalogueOf, resolved, smallToday } from './recipes.ts';

const GOOD = smallToday(
  {
    eks: `  mixins: [m]
  criteria: {service: eks}
  constraints: [{name: K8s.server.version, value: ">= 1.30"}]
  validation: {deployment: {checks: [a], constraints: [{name: n, value: "1"}]}}
  profile:
    name: p
    default: a
    values:
      a: {componentRefs: [{name: one, overrides: {x: {y: 1}}}]}
      b: {componentRefs: [{name: one, overrides: {x: {y: 2}}}], advertiser: external}
`,
    'eks-h100': '  base: eks\n  criteria: {service: eks, accelerator: h100}\n',
  },
  { m: '  componentRefs: [{name: two, manifestFiles: [f]}]\n' },
);

/** What a document may have in the place of anything else. */
const PIECES = fc.constantFrom(
  ...[
    '',
    '~',
    '[]',
    '{}',
    '[~]',
    '{~: 1}',
    '"',
    'null',
    '1',
    '1.10',
    '.nan',
    'true',
    'x',
    ' ',
    '\n',
    '- ',
  ],
  ...[
    'base',
    'eks',
    'one',
    'm',
    'a',
    'name: ',
    'spec: ',
    'overrides: {1: 2}',
    '__proto__',
    '\u{1F600}',
    '#',
  ],
);

it('any directory of recipes is resolved or refused with a code, and never ends otherwise', () => {
  let resolvedOnes = 0;
  let refused = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.keys(GOOD)),
      fc.nat(1000),
      fc.nat(30),
      PIECES,
      fc.constantFrom(...RULES),
      (path, start, length, ...[piece, rules]) => {
        const text = GOOD[path] ?? '';
        const from = start % text.length;
        const changed = text.slice(0, from) + piece + text.slice(from + length);
        const error = refusalOf(() => {
          const catalogue = catalogueOf({ ...GOOD, [path]: changed }, rules);
          const resolution = resolved(catalogue, { service: 'eks', accelerator: 'h100' });
          recipeText(resolution);
          explain(resolution);
        });
        if (error === undefined) resolvedOnes += 1;
        else refused += 1;
      },
    ),
    {
      numRuns: propertyRuns(1000, 6000),
      // The type of a component.
      examples: [['overlays/base.yaml', 725, 4, '__proto__', 'current']],
    },
  );
  expect(Math.min(resolvedOnes, refused)).toBeGreaterThan(0);
});
