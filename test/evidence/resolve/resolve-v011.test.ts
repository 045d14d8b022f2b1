import { readFileSync, readdirSync } from 'node:fs';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { AFFIDAVIT } from '../../../src/tool.ts';
import { refusalOf } from '../../document/refusal.ts';
import { propertyRuns } from '../../property-runs.ts';
import { catalogueOf, realTexts, resolved, resolvedText, smallV011 } from './recipes.ts';
import type { Asked, Texts } from './recipes.ts';

const GOLDENS = new URL('../../../testdata/aicr-goldens/resolved/', import.meta.url);
const REAL = realTexts();
const CATALOGUE = catalogueOf(REAL);

function askedBy(golden: string): Asked {
  const text = /^criteria:\n((?: {2}.*\n)*)/m.exec(golden)?.[1] ?? '';
  const lines = [...text.matchAll(/^ {2}(\w+): (\S+)$/gm)];
  return Object.fromEntries(lines.map(([, name = '', value = '']) => [name, value]));
}

describe('resolve by the rules of v0.11', () => {
  it.each(readdirSync(GOLDENS))('gives what aicr v0.11.1 printed: %s', (name) => {
    const golden = readFileSync(new URL(name, GOLDENS), 'utf8');
    const ours = golden
      .replace('apiVersion: aicr.nvidia.com/v1alpha1', 'apiVersion: aicr.run/v1')
      .replace('version: dev', `version: ${AFFIDAVIT.version}`);
    expect(resolvedText(REAL, askedBy(golden))).toBe(ours);
  });

  it('has a golden for each different recipe', () => {
    expect(readdirSync(GOLDENS)).toHaveLength(34);
  });

  it('does not depend on the order of files', () => {
    const asked = { service: 'eks', accelerator: 'h100', intent: 'training', os: 'ubuntu' };
    const expected = resolvedText(REAL, asked);
    fc.assert(
      fc.property(
        fc.shuffledSubarray(Object.keys(REAL), { minLength: Object.keys(REAL).length }),
        (paths) => {
          const texts = Object.fromEntries(paths.map((path) => [path, REAL[path] ?? '']));
          expect(resolvedText(texts, asked)).toBe(expected);
        },
      ),
      { numRuns: propertyRuns(5, 50) },
    );
  });

  it('takes what is asked for in any case, with blanks and aliases', () => {
    const asked = { service: ' EKS ', accelerator: 'H100', intent: 'training', os: 'any' };
    const { criteria } = resolved(CATALOGUE, asked);
    expect(criteria).toEqual({
      service: 'eks',
      accelerator: 'h100',
      intent: 'training',
      os: '',
      platform: '',
      nodes: 0,
    });
    expect(resolved(CATALOGUE, { os: 'al2023' }).criteria.os).toBe('amazonlinux');
  });

  it('says of a value that only a newer AICR knows that it is one', () => {
    const error = refusalOf(() => resolved(CATALOGUE, { accelerator: 'H200' }));
    expect(error).toMatchObject({
      code: 'USAGE',
      at: '--accelerator',
      hint: 'AICR v0.11 does not know it, a newer one does: leave --accelerator out, or add --rules current',
    });
  });

  it('refuses a value that nobody knows, and names the one that was meant', () => {
    const error = refusalOf(() => resolved(CATALOGUE, { accelerator: 'h10' }));
    expect([error?.code, error?.at, error?.hint]).toEqual([
      'USAGE',
      '--accelerator',
      'did you mean "h100"?',
    ]);
  });

  it.each([
    ['aws', 'did you mean "eks"? that is the service of "aws"'],
    ['azure', 'did you mean "aks"? that is the service of "azure"'],
    ['gce', 'did you mean "gke"? that is the service of "gce"'],
    ['GCP', 'did you mean "gke"? that is the service of "GCP"'],
    ['oci', 'did you mean "oke"? that is the service of "oci"'],
    ['linode', 'use one of these'],
    ['ekz', 'did you mean "eks"?'],
  ])('refuses the provider %s as a service, and names its service', (service, hint) => {
    const error = refusalOf(() => resolved(CATALOGUE, { service }));
    expect([error?.code, error?.at, error?.hint]).toEqual(['USAGE', '--service', hint]);
    const platform = refusalOf(() => resolved(CATALOGUE, { platform: 'aws' }));
    expect(platform?.hint).toBe('use one of these');
  });

  it("says once, by today's rules, that the recipes are of an older AICR", () => {
    const asked = { service: 'eks', accelerator: 'h100', intent: 'training' };
    const { findings, applied } = resolved(catalogueOf(REAL, 'current'), asked);
    expect(findings.map(({ code, at }) => [code, at])).toEqual([
      ['API_VERSION_OUTDATED', 'recipes/overlays/base.yaml#/apiVersion'],
    ]);
    expect(applied.map(({ name }) => name)).toEqual([
      ...['base', 'monitoring-hpa', 'eks', 'eks-training', 'h100-eks-training'],
    ]);
  });

  it('says for what no overlay is, and goes on', () => {
    const { findings, applied } = resolved(CATALOGUE, { accelerator: 'h100' });
    expect(findings.map(({ code, at }) => [code, at])).toEqual([
      ['CRITERIA_WITHOUT_OVERLAY', '--accelerator'],
    ]);
    expect(applied.map(({ name }) => name)).toEqual(['base', 'monitoring-hpa']);
  });

  it('leaves the root as it is if nothing else applies', () => {
    const root = `kind: RecipeMetadata
apiVersion: aicr.nvidia.com/v1alpha1
spec:
  constraints:
    - {name: z, value: "1"}
    - {name: a, value: "2"}
`;
    const text = resolvedText({ ...smallV011({}), 'overlays/base.yaml': root }, {});
    expect(text).toContain('constraints:\n  - name: z\n    value: "1"\n  - name: a\n');
    expect(text).toContain('componentRefs: []\ndeploymentOrder: []\n');
  });

  it('matches a value as it is written, so that another case is never met', () => {
    const texts = smallV011({ oke: '  criteria: {service: OKE}\n' });
    expect(resolved(catalogueOf(texts), { service: 'oke' }).applied).toHaveLength(1);
  });

  it('replaces by name, adds manifest files, and never turns cleanup off', () => {
    const texts = smallV011({
      any: `  criteria: {intent: any}
  componentRefs:
    - name: one
      cleanup: true
      overrides: {a: {x: 1}, b: 1}
      manifestFiles: [m1, m1]
      dependencyRefs: [two]
    - name: two
  constraints:
    - {name: c, value: "1", severity: error}
  validation:
    deployment: {timeout: 5m, checks: [x]}
    conformance: {}
`,
      eks: `  criteria: {service: eks}
  componentRefs:
    - name: one
      version: 2.10
      cleanup: false
      overrides: {a: {y: 2}}
      manifestFiles: [m2, m1, m2]
  constraints:
    - {name: c, value: "2"}
  validation:
    deployment: {checks: [y]}
`,
    });
    const text = resolvedText(texts, { service: 'eks' });
    expect(text.slice(text.indexOf('constraints:'))).toBe(`constraints:
  - name: c
    value: "2"
componentRefs:
  - name: one
    type: Helm
    source: https://charts.example
    version: "2.10"
    overrides:
      a:
        "y": 2
      b: 1
    dependencyRefs:
      - two
    manifestFiles:
      - m1
      - m1
      - m2
      - m2
    cleanup: true
  - name: two
    type: ""
    source: ""
deploymentOrder:
  - two
  - one
validation:
  deployment:
    checks:
      - "y"
  conformance: {}
`);
  });
});

const TWO = {
  'a-eks': '  criteria: {service: eks}\n',
  'b-h100': '  criteria: {accelerator: h100}\n',
};

function both(first: string, second: string): Texts {
  return smallV011({ 'a-eks': TWO['a-eks'] + first, 'b-h100': TWO['b-h100'] + second });
}

const ASKED = { service: 'eks', accelerator: 'h100' };

function version(text: string): string {
  return `  componentRefs: [{name: one, version: ${text}}]\n`;
}

describe('overlays of equal rank', () => {
  it('may both apply if they say the same or something else', () => {
    const { applied } = resolved(catalogueOf(both(version('"2"'), version('"2"'))), ASKED);
    expect(applied.map(({ name }) => name)).toEqual(['base', 'a-eks', 'b-h100']);
    const other = both(version('"2"'), '  constraints: [{name: c, value: "1"}]\n');
    expect(resolved(catalogueOf(other), ASKED).applied).toHaveLength(3);
  });

  it.each<readonly [string, string, string, string]>([
    ['a field', version('"2"'), version('"3"'), 'componentRefs/one/version'],
    [
      'a constraint',
      '  constraints: [{name: c, value: "1"}]\n',
      '  constraints: [{name: c, value: "2"}]\n',
      'constraints/c',
    ],
    [
      'a key of overrides',
      '  componentRefs: [{name: one, overrides: {a: {x: 1}}}]\n',
      '  componentRefs: [{name: one, overrides: {a: {z: 1}}}]\n',
      'componentRefs/one/overrides/a',
    ],
    [
      'the order of manifest files',
      '  componentRefs: [{name: one, manifestFiles: [x]}]\n',
      '  componentRefs: [{name: one, manifestFiles: [z]}]\n',
      'componentRefs/one/manifestFiles',
    ],
    [
      'a phase',
      '  validation: {deployment: {checks: [x]}}\n',
      '  validation: {deployment: {checks: [z]}}\n',
      'validation/deployment',
    ],
  ])('are refused if they disagree about %s', (_, first, second, path) => {
    const error = refusalOf(() => resolved(catalogueOf(both(first, second)), ASKED));
    expect(error?.code).toBe('OVERLAYS_DISAGREE');
    expect(error?.at).toContain('recipes/overlays/b-h100.yaml#/spec/');
    expect(error?.found).toContain(`${path}: `);
    expect(error?.found).toContain('recipes/overlays/a-eks.yaml#/spec/');
  });

  it('may disagree about what a later one sets', () => {
    const texts = {
      ...both(version('"2"'), version('"3"')),
      ...smallV011({ c: `  criteria: {service: eks, accelerator: h100}\n${version('"4"')}` }),
    };
    expect(resolved(catalogueOf(texts), ASKED).applied).toHaveLength(4);
  });

  it('may differ if one inherits from the other', () => {
    const texts = smallV011({
      'a-child': `  base: z-parent\n  criteria: {service: eks}\n${version('"2"')}`,
      'z-parent': `  criteria: {service: eks}\n${version('"3"')}`,
    });
    const { applied } = resolved(catalogueOf(texts), { service: 'eks' });
    expect(applied.map(({ name }) => name)).toEqual(['base', 'z-parent', 'a-child']);
  });

  it('are refused by what an ancestor says that only one of them has', () => {
    const texts = smallV011({
      parent: version('"2"'),
      'a-eks': `  base: parent\n${TWO['a-eks']}`,
      'b-h100': TWO['b-h100'] + version('"3"'),
    });
    expect(refusalOf(() => resolved(catalogueOf(texts), ASKED))?.code).toBe('OVERLAYS_DISAGREE');
  });
});

describe('recipes that are refused', () => {
  const GOOD = {
    child: '  base: parent\n  criteria: {service: eks}\n',
    parent: '  componentRefs: [{name: two, dependencyRefs: [one]}]\n',
  };

  it('are these with one change', () => {
    expect(resolved(catalogueOf(smallV011(GOOD)), { service: 'eks' }).deploymentOrder).toEqual([
      'one',
      'two',
    ]);
  });

  it.each<readonly [string, Texts, string, string, string]>([
    [
      'a missing parent',
      { child: GOOD.child.replace('parent', 'parant') },
      'OVERLAY_PARENT_MISSING',
      'recipes/overlays/child.yaml#/spec/base',
      'did you mean "parent"?',
    ],
    [
      'a circle of parents',
      { parent: `  base: child\n${GOOD.parent}` },
      'OVERLAY_CYCLE',
      'recipes/overlays/child.yaml#/spec/base',
      'name another overlay as the base of one of them',
    ],
    [
      'an unknown dependency',
      { parent: GOOD.parent.replace('[one]', '[onee]') },
      'DEPENDENCY_UNKNOWN',
      'recipes/overlays/parent.yaml#/spec/componentRefs/0/dependencyRefs',
      'did you mean "one"?',
    ],
    [
      'a circle of dependencies',
      {
        parent:
          '  componentRefs: [{name: two, dependencyRefs: [one]}, {name: one, dependencyRefs: [two]}]\n',
      },
      'DEPENDENCY_CYCLE',
      'recipes/overlays/parent.yaml#/spec/componentRefs/1/dependencyRefs',
      'remove one of these dependencyRefs',
    ],
    [
      'a mixin',
      { parent: `  mixins: [os-ubuntu]\n${GOOD.parent}` },
      'RULES_TOO_OLD',
      'recipes/overlays/parent.yaml#/spec/mixins',
      'correct the name of the field, or resolve by the rules of a newer AICR: --rules current',
    ],
    [
      'a misspelt field',
      { parent: GOOD.parent.replace('dependencyRefs', 'dependencyRef') },
      'RULES_TOO_OLD',
      'recipes/overlays/parent.yaml#/spec/componentRefs/0/dependencyRef',
      'correct the name of the field, or resolve by the rules of a newer AICR: --rules current',
    ],
  ])('for %s', (_, change, ...[code, at, hint]) => {
    const texts = smallV011({ ...GOOD, ...change });
    const error = refusalOf(() => resolved(catalogueOf(texts), { service: 'eks' }));
    expect([error?.code, error?.at, error?.hint]).toEqual([code, at, hint]);
  });

  it('for two overlays with one name', () => {
    const texts = smallV011(GOOD);
    const error = refusalOf(() =>
      catalogueOf({ ...texts, 'more/x.yaml': texts['overlays/child.yaml'] ?? '' }),
    );
    expect([error?.code, error?.at]).toEqual([
      'OVERLAY_DUPLICATE',
      'recipes/overlays/child.yaml#/metadata/name',
    ]);
  });

  it.each(['registry.yaml', 'overlays/base.yaml'])('without %s', (path) => {
    const { [path]: _, ...texts } = smallV011(GOOD);
    const error = refusalOf(() => catalogueOf(texts));
    expect([error?.code, error?.at, error?.found]).toEqual([
      'RECIPES_INCOMPLETE',
      'recipes',
      `no ${path}`,
    ]);
  });

  it('with an apiVersion of nobody, unless the rules are named', () => {
    const texts = smallV011(GOOD);
    const other = {
      ...texts,
      'overlays/base.yaml': (texts['overlays/base.yaml'] ?? '').replace(
        'aicr.nvidia.com',
        'acme.example',
      ),
    };
    const error = refusalOf(() => catalogueOf(other));
    expect([error?.code, error?.at]).toEqual([
      'API_VERSION_UNKNOWN',
      'recipes/overlays/base.yaml#/apiVersion',
    ]);
    expect(resolved(catalogueOf(other, 'v0.11'), { service: 'eks' }).applied).toHaveLength(3);
  });
});
