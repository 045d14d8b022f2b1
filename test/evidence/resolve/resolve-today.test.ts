import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { EvidenceError } from '../../../src/errors/evidence-error.ts';
import { readRecipe } from '../../../src/evidence/recipe/recipe.ts';
import { resolve } from '../../../src/evidence/resolve/resolve.ts';
import { AFFIDAVIT } from '../../../src/tool.ts';
import { refusalOf } from '../../document/refusal.ts';
import { propertyRuns } from '../../property-runs.ts';
import { catalogueOf, resolved, resolvedText, smallToday } from './recipes.ts';
import type { Asked, Texts } from './recipes.ts';

const EKS = '  criteria: {service: eks}\n';
const EKS_H100 = '  base: eks\n  criteria: {service: eks, accelerator: h100}\n';

function refusal(texts: Texts, asked: Asked): EvidenceError | undefined {
  return refusalOf(() => resolved(catalogueOf(texts), asked));
}

function part(text: string, from: string, to = '\n\n'): string {
  const start = text.indexOf(from);
  const end = text.indexOf(to, start);
  return text.slice(start, end === -1 ? undefined : end);
}

describe("resolve by today's rules", () => {
  it('fills in what the registry has, also the files and assertions', () => {
    const texts = smallToday({
      eks: `${EKS}  componentRefs: [{name: two, dependencyRefs: [one]}, {name: kust, type: kustomize}]\n`,
    });
    expect(resolvedText(texts, { service: 'eks' })).toBe(`kind: RecipeResult
apiVersion: aicr.run/v1
metadata:
  version: ${AFFIDAVIT.version}
  appliedOverlays:
    - base
    - eks
criteria:
  service: eks
  accelerator: any
  intent: any
  os: any
  platform: any
componentRefs:
  - name: kust
    type: Kustomize
    source: https://git.example/k
    tag: v1
    path: base
  - name: one
    namespace: ns
    chart: one
    type: Helm
    source: https://charts.example
    version: 1.0.0
    healthCheckAsserts: |
      apiVersion: v1
      kind: Pod
  - name: two
    type: Helm
    source: ""
    dependencyRefs:
      - one
    manifestFiles:
      - components/two/manifests/a.yaml
deploymentOrder:
  - kust
  - one
  - two
`);
  });

  it('keeps the assertions of an overlay, and none if it skips them', () => {
    const own = smallToday({
      eks: `${EKS}  componentRefs: [{name: one, healthCheckAsserts: mine}]\n`,
    });
    expect(resolvedText(own, { service: 'eks' })).toContain('healthCheckAsserts: mine\n');
    const skipped = smallToday({
      eks: `${EKS}  componentRefs: [{name: one, healthCheckSkip: true}]\n`,
    });
    const text = resolvedText(skipped, { service: 'eks' });
    expect(text).toContain('healthCheckSkip: true\n');
    expect(text).not.toContain('healthCheckAsserts');
  });

  it('applies the leaves, each with its ancestors before it', () => {
    const texts = smallToday({
      eks: EKS,
      'eks-h100': EKS_H100,
      'a-any': '  criteria: {accelerator: h100}\n',
    });
    const { applied } = resolved(catalogueOf(texts), { service: 'eks', accelerator: 'h100' });
    expect(applied.map(({ name }) => name)).toEqual(['base', 'a-any', 'eks', 'eks-h100']);
  });

  it('merges overrides in depth, adds lists up, and merges phases by field', () => {
    const texts = smallToday({
      eks: `${EKS}  componentRefs:
    - {name: one, overrides: {a: {x: 1, y: 1}, b: {c: 1}}, manifestFiles: [m1], preManifestFiles: [p1], dependencyRefs: [two]}
    - {name: two, manifestFiles: [m]}
  validation:
    deployment: {timeout: 5m, checks: [c1, c2], constraints: [{name: n1, value: "1"}, {name: n2, value: "1"}]}
    performance: {checks: [p]}
`,
      'eks-h100': `${EKS_H100}  componentRefs:
    - {name: one, overrides: {a: {y: 2, z: {}}, b: 3}, manifestFiles: [m1, m2], preManifestFiles: [p2], dependencyRefs: [kust, two]}
    - {name: kust}
  validation:
    deployment: {checks: [c2, c3], constraints: [{name: n2, value: "2"}, {name: n0, value: "0"}]}
    performance: {checks: [], infrastructure: i}
`,
    });
    const text = resolvedText(texts, { service: 'eks', accelerator: 'h100' });
    expect(part(text, '    overrides:', '    healthCheckAsserts')).toBe(`    overrides:
      a:
        x: 1
        "y": 2
        z: {}
      b: 3
    dependencyRefs:
      - two
      - kust
    manifestFiles:
      - m1
      - m2
    preManifestFiles:
      - p1
      - p2
`);
    expect(part(text, 'validation:')).toBe(`validation:
  deployment:
    timeout: 5m
    constraints:
      - name: n1
        value: "1"
      - name: n2
        value: "2"
      - name: n0
        value: "0"
    checks:
      - c1
      - c2
      - c3
  performance:
    infrastructure: i
`);
  });

  it('leaves what is turned off out of the order, and takes what needs it for satisfied', () => {
    const texts = smallToday({
      eks: `${EKS}  componentRefs: [{name: one, overrides: {install: false}}, {name: two, dependencyRefs: [one]}]\n`,
    });
    expect(resolved(catalogueOf(texts), { service: 'eks' }).deploymentOrder).toEqual(['two']);
  });

  it('lets the name decide between overlays of equal rank, and says so', () => {
    const texts = smallToday({
      'b-eks': `${EKS}  componentRefs: [{name: one, version: "2", overrides: {a: {x: 1}}}]\n`,
      'c-h100':
        '  criteria: {accelerator: h100}\n  componentRefs: [{name: one, version: "3", overrides: {a: {z: 1}}}]\n',
    });
    const asked = { service: 'eks', accelerator: 'h100' };
    const { findings } = resolved(catalogueOf(texts), asked);
    expect(findings.map(({ code, at }) => [code, at])).toEqual([
      ['OVERLAYS_ORDERED_BY_NAME', 'recipes/overlays/c-h100.yaml#/spec/componentRefs/0/version'],
    ]);
    expect(resolvedText(texts, asked)).toContain('version: "3"\n');
  });

  it('says that equals disagree where one sets a value and the other a map of values', () => {
    const texts = smallToday({
      'b-eks': `${EKS}  componentRefs: [{name: one, overrides: {a: 1}}]\n`,
      'c-h100':
        '  criteria: {accelerator: h100}\n  componentRefs: [{name: one, overrides: {a: {z: 1}}}]\n',
    });
    const { findings } = resolved(catalogueOf(texts), { service: 'eks', accelerator: 'h100' });
    expect(findings.map(({ code, found }) => [code, found])).toEqual([
      [
        'OVERLAYS_ORDERED_BY_NAME',
        'componentRefs/one/overrides/a/z: "1" of "c-h100" here, "1" of "b-eks" at recipes/overlays/b-eks.yaml#/spec/componentRefs/0/overrides/a',
      ],
    ]);
  });

  it('refuses what no overlay is for, with the nearest criteria that one is for', () => {
    const texts = smallToday({
      eks: EKS,
      kind: '  criteria: {service: kind}\n',
      dynamo: '  base: kind\n  criteria: {service: kind, accelerator: h100, platform: dynamo}\n',
      more: '  base: dynamo\n  criteria: {service: kind, accelerator: h100, platform: dynamo, os: ubuntu}\n',
      nim: '  criteria: {service: eks, platform: nim}\n',
    });
    const hint = refusal(texts, { platform: 'dynamo' });
    expect([hint?.code, hint?.at, hint?.hint]).toEqual([
      'CRITERIA_UNCOVERED',
      '--platform',
      'add one of: --service kind --accelerator h100',
    ]);
    const none = refusal(texts, { service: 'eks', platform: 'dynamo' });
    expect([none?.code, none?.hint]).toEqual([
      'CRITERIA_UNCOVERED',
      'no overlay is for platform dynamo with these criteria; leave --platform out',
    ]);
    expect(resolved(catalogueOf(texts), { service: 'eks', platform: 'nim' }).applied).toHaveLength(
      3,
    );
  });

  it.each<readonly [string, string, string, string]>([
    [
      'a tag of a chart',
      '{name: one, tag: v1}',
      'FIELD_INVALID',
      'overlays/eks.yaml#/spec/componentRefs/0/tag',
    ],
    [
      'a blank around a version',
      '{name: one, version: " 1"}',
      'FIELD_INVALID',
      'overlays/eks.yaml#/spec/componentRefs/0/version',
    ],
    [
      'a component that nobody knows',
      '{name: other}',
      'FIELD_MISSING',
      'overlays/eks.yaml#/spec/componentRefs/0',
    ],
    [
      'patches',
      '{name: one, patches: [p]}',
      'FIELD_INVALID',
      'overlays/eks.yaml#/spec/componentRefs/0/patches',
    ],
    [
      'nothing to deploy',
      '{name: two, type: Helm, chart: c}',
      'FIELD_INVALID',
      'overlays/eks.yaml#/spec/componentRefs/0',
    ],
  ])('refuses a component with %s', (_, component, ...[code, place]) => {
    const good = smallToday({ eks: `${EKS}  componentRefs: [{name: one}]\n` });
    expect(resolved(catalogueOf(good), { service: 'eks' }).applied).toHaveLength(2);
    const texts = smallToday({ eks: `${EKS}  componentRefs: [${component}]\n` });
    const error = refusal(texts, { service: 'eks' });
    expect([error?.code, error?.at]).toEqual([code, `recipes/${place}`]);
  });

  it('refuses an overlay for a number of nodes, and assertions that are not there', () => {
    const nodes = refusalOf(() =>
      catalogueOf(smallToday({ eks: '  criteria: {service: eks, nodes: 2}\n' })),
    );
    expect([nodes?.code, nodes?.at]).toEqual([
      'FIELD_INVALID',
      'recipes/overlays/eks.yaml#/spec/criteria/nodes',
    ]);
    const { 'checks/one/health-check.yaml': _, ...texts } = smallToday({ eks: EKS });
    const file = refusal(texts, { service: 'eks' });
    expect([file?.code, file?.at]).toEqual([
      'RECIPE_FILE_MISSING',
      'recipes/registry.yaml#/components/0/healthCheck/assertFile',
    ]);
  });

  it('does not depend on the order of files', () => {
    const texts = smallToday(
      {
        eks: `  mixins: [m2, m1]\n${EKS}`,
        'eks-h100': EKS_H100,
        'b-h100': '  mixins: [m3]\n  criteria: {accelerator: h100}\n',
      },
      Object.fromEntries(
        ['m1', 'm2', 'm3'].map((name) => [name, `  constraints: [{name: ${name}, value: "1"}]\n`]),
      ),
    );
    const asked = { service: 'eks', accelerator: 'h100' };
    const expected = resolvedText(texts, asked);
    const paths = Object.keys(texts);
    fc.assert(
      fc.property(fc.shuffledSubarray(paths, { minLength: paths.length }), (order) => {
        const shuffled = Object.fromEntries(order.map((path) => [path, texts[path] ?? '']));
        expect(resolvedText(shuffled, asked)).toBe(expected);
      }),
      { numRuns: propertyRuns(20, 200) },
    );
  });
});

describe('mixins', () => {
  const WITH = `  mixins: [m]\n${EKS}`;

  it('add constraints, components, and what is allowed to a component that is there', () => {
    const texts = smallToday(
      { eks: WITH },
      {
        m: `  constraints: [{name: OS.release.ID, value: ubuntu}]
  componentRefs:
    - {name: one, namespace: other, preManifestFiles: [p], dependencyRefs: [two], overrides: {global: {audit: {enabled: true}}}}
    - {name: two, valuesFile: components/two/values.yaml, overrides: {any: {thing: 1}}}
`,
      },
    );
    const { constraints, components, mixins } = resolved(catalogueOf(texts), { service: 'eks' });
    expect(mixins.map(({ name }) => name)).toEqual(['m']);
    expect(constraints.map((each) => each.get('name'))).toEqual(['OS.release.ID']);
    expect(components.map((each) => [each.get('name'), each.get('namespace')])).toEqual([
      ['one', 'other'],
      ['two', undefined],
    ]);
  });

  it('of the root do not count, as in AICR', () => {
    const texts = smallToday({ eks: EKS }, { m: '  constraints: [{name: a, value: "1"}]\n' });
    const root = (texts['overlays/base.yaml'] ?? '').replace('spec:\n', 'spec:\n  mixins: [m]\n');
    expect(
      resolved(catalogueOf({ ...texts, 'overlays/base.yaml': root }), { service: 'eks' }).mixins,
    ).toEqual([]);
  });

  it.each<readonly [string, string, string]>([
    [
      'a constraint that is there',
      '  constraints: [{name: c, value: "2"}]\n',
      '/spec/constraints/0',
    ],
    ['a component twice', '  componentRefs: [{name: two}, {name: two}]\n', '/spec/componentRefs/1'],
    [
      'the version of a component that is there',
      '  componentRefs: [{name: one, version: "2"}]\n',
      '/spec/componentRefs/0/version',
    ],
    [
      'patches of a component that is there',
      '  componentRefs: [{name: one, patches: [p.yaml]}]\n',
      '/spec/componentRefs/0/patches',
    ],
    [
      'to skip a health check',
      '  componentRefs: [{name: one, healthCheckSkip: true}]\n',
      '/spec/componentRefs/0/healthCheckSkip',
    ],
    [
      'a path that the registry does not list',
      '  componentRefs: [{name: one, overrides: {global: {other: 1}}}]\n',
      '/spec/componentRefs/0/overrides',
    ],
    [
      'an empty map',
      '  componentRefs: [{name: one, overrides: {global: {audit: {}}}}]\n',
      '/spec/componentRefs/0/overrides/global/audit',
    ],
  ])('may not say %s', (_, spec, pointer) => {
    const overlay = `${WITH}  constraints: [{name: c, value: "1"}]\n`;
    const good = smallToday({ eks: overlay }, { m: '  constraints: [{name: d, value: "2"}]\n' });
    expect(resolved(catalogueOf(good), { service: 'eks' }).mixins).toHaveLength(1);
    const error = refusal(smallToday({ eks: overlay }, { m: spec }), { service: 'eks' });
    expect([error?.code, error?.at]).toEqual([
      'MIXIN_CONFLICT',
      `recipes/mixins/m.yaml#${pointer}`,
    ]);
  });

  it.each<readonly [string, string, Texts]>([
    ['overrides', '{name: one, overrides: {global: {audit: {enabled: false}}}}', {}],
    ['a values file', '{name: one, valuesFile: v.yaml}', { 'v.yaml': 'global: {audit: ~}\n' }],
    [
      'its own values',
      '{name: one}',
      { 'components/one/values.yaml': 'global: {audit: {enabled: false}}\n' },
    ],
  ])('may not set what %s set already', (_, component, files) => {
    const mixin = '  componentRefs: [{name: one, overrides: {global: {audit: {enabled: true}}}}]\n';
    const texts = smallToday({ eks: `${WITH}  componentRefs: [${component}]\n` }, { m: mixin });
    const error = refusal({ ...texts, ...files }, { service: 'eks' });
    expect([error?.code, error?.at]).toEqual([
      'MIXIN_CONFLICT',
      'recipes/mixins/m.yaml#/spec/componentRefs/0/overrides',
    ]);
  });

  it('may set a value of a component that has no values of its own', () => {
    const mixin = '  componentRefs: [{name: one, overrides: {global: {audit: {enabled: true}}}}]\n';
    const { 'components/one/values.yaml': _, ...texts } = smallToday({ eks: WITH }, { m: mixin });
    expect(resolvedText(texts, { service: 'eks' })).toContain(
      '    overrides:\n      global:\n        audit:\n          enabled: true\n',
    );
  });

  it('may not bring a values file for a component whose paths are listed', () => {
    const texts = smallToday(
      { eks: WITH },
      { m: '  componentRefs: [{name: one, valuesFile: v.yaml}]\n' },
    );
    const root = (texts['overlays/base.yaml'] ?? '').replace(
      '{name: one, type: helm}',
      '{name: two}',
    );
    const error = refusal({ ...texts, 'overlays/base.yaml': root }, { service: 'eks' });
    expect([error?.code, error?.at]).toEqual([
      'MIXIN_CONFLICT',
      'recipes/mixins/m.yaml#/spec/componentRefs/0/valuesFile',
    ]);
  });

  it('are refused with another field, of another kind, and if they are not there', () => {
    const field = refusalOf(() =>
      catalogueOf(smallToday({ eks: WITH }, { m: '  criteria: {service: eks}\n' })),
    );
    expect([field?.code, field?.at]).toEqual([
      'FIELD_UNKNOWN',
      'recipes/mixins/m.yaml#/spec/criteria',
    ]);
    const kind = smallToday({ eks: WITH }, { m: '  constraints: []\n' });
    const other = {
      ...kind,
      'mixins/m.yaml': (kind['mixins/m.yaml'] ?? '').replace('RecipeMixin', 'RecipeMetadata'),
    };
    expect(refusalOf(() => catalogueOf(other))?.code).toBe('KIND_UNEXPECTED');
    const missing = refusal(
      smallToday(
        { eks: WITH.replace('[m]', '[os-ubunto]') },
        { 'os-ubuntu': '  constraints: []\n' },
      ),
      { service: 'eks' },
    );
    expect([missing?.code, missing?.at, missing?.hint]).toEqual([
      'MIXIN_MISSING',
      'recipes/overlays/eks.yaml#/spec/mixins/0',
      'did you mean "os-ubuntu"?',
    ]);
  });
});

const PROFILE = `${EKS}  constraints: [{name: K8s.server.version, value: ">= 1.30"}]
  profile:
    name: gpuStack
    default: managed
    values:
      managed:
        componentRefs: [{name: one, overrides: {driver: {enabled: true, root: /run}}}]
      preinstalled:
        advertiser: external
        componentRefs: [{name: one, overrides: {driver: {enabled: false, root: /}}}]
        constraints: [{name: K8s.server.version, value: ">= 1.34 < 1.36"}, {name: other, value: x}]
        readinessConstraints: [{name: K8s.server.version, value: ">= 1.34"}]
`;

describe('profiles', () => {
  it('take their default', () => {
    const text = resolvedText(smallToday({ eks: PROFILE }), { service: 'eks' });
    expect(part(text, 'apiVersion', 'criteria:')).toBe(`apiVersion: aicr.run/v1beta2
metadata:
  version: ${AFFIDAVIT.version}
  appliedOverlays:
    - base
    - eks
  selectedProfile:
    name: gpuStack
    value: managed
    ownedPaths:
      one:
        - driver.enabled
        - driver.root
        - enabled
`);
    expect(text).toContain(
      '    overrides:\n      driver:\n        enabled: true\n        root: /run\n',
    );
  });

  it('tighten constraints, and add to those of readiness', () => {
    const catalogue = catalogueOf(smallToday({ eks: PROFILE }));
    const { criteria } = resolved(catalogue, { service: 'eks' });
    const profile = { name: 'gpuStack', value: 'preinstalled' };
    const { constraints, validation, selected } = resolve(catalogue, criteria, { profile });
    expect(constraints.map((each) => [...each.values()])).toEqual([
      ['K8s.server.version', '>= 1.34 < 1.36'],
      ['other', 'x'],
    ]);
    expect(validation?.get('readiness')).toEqual(
      new Map([
        [
          'constraints',
          [
            new Map([
              ['name', 'K8s.server.version'],
              ['value', '>= 1.34'],
            ]),
          ],
        ],
      ]),
    );
    expect(selected?.value.advertiser).toBe('external');
  });

  it('leave a constraint that is stricter than theirs as it is', () => {
    const looser = '{name: K8s.server.version, value: ">= 1.20", remediation: upgrade}';
    const spec = PROFILE.replace('{name: K8s.server.version, value: ">= 1.34 < 1.36"}', looser);
    const catalogue = catalogueOf(smallToday({ eks: spec }));
    const { criteria } = resolved(catalogue, { service: 'eks' });
    const profile = { name: 'gpuStack', value: 'preinstalled' };
    const { constraints } = resolve(catalogue, criteria, { profile });
    expect(constraints.map((each) => [...each.values()])).toEqual([
      ['K8s.server.version', '>= 1.30'],
      ['other', 'x'],
    ]);
  });

  it.each<readonly [string, string, string, string]>([
    ['sets fewer paths in one value', 'root: /run', '', '/values/preinstalled'],
    [
      'turns a component on',
      '{driver: {enabled: true, root: /run}}',
      '{enabled: true}',
      '/values/managed/componentRefs/0/overrides/enabled',
    ],
    [
      'sets an empty map',
      '{enabled: true, root: /run}',
      '{}',
      '/values/managed/componentRefs/0/overrides/driver',
    ],
    ['has a default that is no value', 'default: managed', 'default: manage', '/default'],
    ['has a name with a blank', 'name: gpuStack', 'name: gpu stack', '/name'],
    ['has the name of a criterion', 'name: gpuStack', 'name: training-mode', '/name'],
    ['has another advertiser', 'external', 'internal', '/values/preinstalled/advertiser'],
    [
      'names a component that is not there',
      'name: one, overrides: {driver',
      'name: none, overrides: {driver',
      '',
    ],
    [
      'has a number that JSON does not hold',
      'enabled: true',
      'enabled: 9007199254740993',
      '/values/managed/componentRefs/0/overrides/driver/enabled',
    ],
    ['has values that differ in case alone', 'preinstalled:', 'Managed:', '/values/managed'],
  ])('is refused if it %s', (_, before, ...[after, pointer]) => {
    const changed =
      pointer === '' ? PROFILE.replaceAll(before, after) : PROFILE.replace(before, after);
    const error = refusal(smallToday({ eks: changed }), { service: 'eks' });
    expect([error?.code, error?.at]).toEqual([
      'PROFILE_INVALID',
      `recipes/overlays/eks.yaml#/spec/profile${pointer}`,
    ]);
  });

  it.each<readonly [string, boolean]>([
    ['gpuStack', true],
    ['h100-stack', true],
    ['trainings', true],
    ['Training-mode', false],
    ['togetherai', false],
    ['sles-stack', false],
    ['gpu=stack', false],
    ['', false],
  ])('may be called as a resolved recipe may select it: "%s" %s', (name, isAllowed) => {
    const own = PROFILE.replace('gpuStack', `"${name}"`);
    const offered = refusalOf(() => catalogueOf(smallToday({ eks: own })));
    expect([offered?.code, offered?.at]).toEqual(
      isAllowed
        ? [undefined, undefined]
        : ['PROFILE_INVALID', 'recipes/overlays/eks.yaml#/spec/profile/name'],
    );
    const text = resolvedText(smallToday({ eks: PROFILE }), { service: 'eks' });
    const recipe = Buffer.from(text.replace('name: gpuStack', `name: "${name}"`));
    expect(refusalOf(() => readRecipe(recipe, 'r.yaml'))?.at).toBe(
      isAllowed ? undefined : 'r.yaml#/metadata/selectedProfile/name',
    );
  });

  it('is refused without its apiVersion, with a misspelt key, and beside a second one', () => {
    const texts = smallToday({ eks: PROFILE });
    const version = (texts['overlays/eks.yaml'] ?? '').replace('v1beta2', 'v1beta1');
    const other = refusalOf(() => catalogueOf({ ...texts, 'overlays/eks.yaml': version }));
    expect([other?.code, other?.at]).toEqual([
      'PROFILE_INVALID',
      'recipes/overlays/eks.yaml#/apiVersion',
    ]);
    const misspelt = refusalOf(() =>
      catalogueOf(smallToday({ eks: PROFILE.replace('default:', 'defualt:') })),
    );
    expect([misspelt?.code, misspelt?.at]).toEqual([
      'FIELD_UNKNOWN',
      'recipes/overlays/eks.yaml#/spec/profile/defualt',
    ]);
    const second = { eks: PROFILE, h100: PROFILE.replace('{service: eks}', '{accelerator: h100}') };
    const both = refusal(smallToday(second), { service: 'eks', accelerator: 'h100' });
    expect([both?.code, both?.at]).toEqual([
      'PROFILE_INVALID',
      'recipes/overlays/h100.yaml#/spec/profile',
    ]);
  });

  it.each<readonly [string, string, string]>([
    ['gpuStak', 'managed', 'did you mean "gpuStack"?'],
    ['gpuStack', 'manged', 'did you mean "managed"?'],
  ])('is not chosen as %s=%s', (name, value, hint) => {
    const catalogue = catalogueOf(smallToday({ eks: PROFILE }));
    const { criteria } = resolved(catalogue, { service: 'eks' });
    const error = refusalOf(() => resolve(catalogue, criteria, { profile: { name, value } }));
    expect([error?.code, error?.at, error?.hint]).toEqual(['PROFILE_UNKNOWN', '--profile', hint]);
  });
});
