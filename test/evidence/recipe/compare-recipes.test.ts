import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Plain, type Data } from '../../../src/document/data.ts';
import { decodeYaml } from '../../../src/document/yaml.ts';
import { recipeDifferences } from '../../../src/evidence/recipe/compare-recipes.ts';
import { propertyRuns } from '../../property-runs.ts';

const RECIPE = `kind: RecipeResult
apiVersion: aicr.run/v1
metadata: {version: v1.0.0}
criteria: {service: eks, os: ubuntu}
constraints:
  - name: K8s.server.version
    value: '>= 1.32.4'
  - name: OS.release.ID
    value: ubuntu
componentRefs:
  - name: cert-manager
    version: v1.17.2
  - name: gpu-operator
    version: v25.10.1
    overrides: {driver: {enabled: true, version: 1.10, args: [a, b]}, toleration: ~}
deploymentOrder: [cert-manager, gpu-operator]
validation:
  performance:
    checks: [nccl-all-reduce-bw]
    constraints:
      - {name: nccl-all-reduce-bw, value: '>= 300'}
`;

function read(text: string): Data {
  return decodeYaml(Buffer.from(text), 'recipe.yaml');
}

/** The fields that differ if one thing is replaced, and where. */
function differing(from: string, to: string): readonly (readonly [string, string])[] {
  const other = RECIPE.replace(from, to);
  if (other === RECIPE) throw new Error(`nothing to replace: ${from}`);
  return recipeDifferences(read(RECIPE), read(other)).map(({ field, pointer }) => [field, pointer]);
}

describe('recipeDifferences', () => {
  it('are the profile too, though it is in metadata', () => {
    const selected = (value: string): string =>
      `metadata: {version: v2, selectedProfile: {name: x, value: ${value}}}`;
    const other = RECIPE.replace('metadata: {version: v1.0.0}', selected('a'));
    const found = (one: string, two: string) =>
      recipeDifferences(read(one), read(two)).map(({ field, pointer }) => [field, pointer]);
    expect(found(RECIPE, other)).toEqual([
      ['metadata.selectedProfile', '/metadata/selectedProfile'],
    ]);
    expect(found(other, other.replace(selected('a'), selected('b')))).toEqual([
      ['metadata.selectedProfile.value', '/metadata/selectedProfile/value'],
    ]);
  });

  it.each([
    ['other quotes', 'version: v1.17.2', 'version: "v1.17.2"'],
    ['another apiVersion', 'aicr.run/v1', 'aicr.nvidia.com/v1alpha1'],
    ['other metadata', '{version: v1.0.0}', '{version: v9, appliedOverlays: [a]}'],
    ['no metadata', 'metadata: {version: v1.0.0}\n', ''],
    ['another order of keys', '{service: eks, os: ubuntu}', '{os: ubuntu, service: eks}'],
    ['another null', '~', 'null'],
    ['comments', 'criteria:', '# of this cluster\ncriteria:'],
  ])('finds none in %s', (_, from, to) => {
    expect(recipeDifferences(read(RECIPE), read(RECIPE))).toEqual([]);
    expect(differing(from, to)).toEqual([]);
  });

  it.each([
    ['eks,', 'gke,', 'criteria.service', '/criteria/service'],
    ['1.32.4', '1.33', 'constraints[K8s.server.version].value', '/constraints/0/value'],
    ['v25.10.1', 'v25.3.0', 'componentRefs[gpu-operator].version', '/componentRefs/1/version'],
    [
      'enabled: true',
      'enabled: false',
      'componentRefs[gpu-operator].overrides.driver.enabled',
      '/componentRefs/1/overrides/driver/enabled',
    ],
    [
      '>= 300',
      '>= 100',
      'validation.performance.constraints[nccl-all-reduce-bw].value',
      '/validation/performance/constraints/0/value',
    ],
    ['kind: RecipeResult', 'kind: Recipe', 'kind', '/kind'],
    ['metadata:', 'unknown: 1\nmetadata:', 'unknown', '/unknown'],
    // Of one value as a number, and of AICR's versions two.
    [
      '1.10',
      '1.1',
      'componentRefs[gpu-operator].overrides.driver.version',
      '/componentRefs/1/overrides/driver/version',
    ],
    [
      '1.10',
      '"1.10"',
      'componentRefs[gpu-operator].overrides.driver.version',
      '/componentRefs/1/overrides/driver/version',
    ],
    [
      '~',
      '""',
      'componentRefs[gpu-operator].overrides.toleration',
      '/componentRefs/1/overrides/toleration',
    ],
    [
      '~',
      '{}',
      'componentRefs[gpu-operator].overrides.toleration',
      '/componentRefs/1/overrides/toleration',
    ],
    [
      ', toleration: ~',
      '',
      'componentRefs[gpu-operator].overrides.toleration',
      '/componentRefs/1/overrides/toleration',
    ],
    [
      '[a, b]',
      '[b, a]',
      'componentRefs[gpu-operator].overrides.driver.args[0]',
      '/componentRefs/1/overrides/driver/args/0',
    ],
    [
      '[a, b]',
      '{0: a, 1: b}',
      'componentRefs[gpu-operator].overrides.driver.args',
      '/componentRefs/1/overrides/driver/args',
    ],
    [
      '    checks: [nccl-all-reduce-bw]\n',
      '',
      'validation.performance.checks',
      '/validation/performance/checks',
    ],
  ])('names what differs: %s to %s', (from, to, field, pointer) => {
    expect(differing(from, to)[0]).toEqual([field, pointer]);
  });

  it('counts the order of lists, by name where their items have one', () => {
    const swapped = RECIPE.replace(
      /( {2}- name: K8s[^]*?)( {2}- name: OS[^]*?)(componentRefs)/,
      '$2$1$3',
    );
    expect(recipeDifferences(read(RECIPE), read(swapped))).toEqual([
      {
        ...{ field: 'constraints (order)', pointer: '/constraints' },
        ...{ one: 'K8s.server.version', other: 'OS.release.ID' },
      },
    ]);
    expect(differing('[cert-manager, gpu-operator]', '[gpu-operator, cert-manager]')).toEqual([
      ['deploymentOrder[0]', '/deploymentOrder/0'],
      ['deploymentOrder[1]', '/deploymentOrder/1'],
    ]);
  });

  it('names a component that only one of the two has, and not those behind it', () => {
    const without = RECIPE.replace(/ {2}- name: cert-manager\n.*\n/, '');
    const more = recipeDifferences(read(RECIPE), read(without));
    expect(more.map(({ field, pointer, other }) => [field, pointer, other])).toEqual([
      ['componentRefs[cert-manager]', '/componentRefs/0', undefined],
    ]);
    const fewer = recipeDifferences(read(without), read(RECIPE));
    expect(fewer.map(({ field, pointer, one }) => [field, pointer, one])).toEqual([
      ['componentRefs[cert-manager]', '/componentRefs', undefined],
    ]);
  });

  it('compares by place where two have one name', () => {
    const [one, other] = ['a', 'b'].map((value) =>
      read(`constraints: [{name: x, value: ${value}}, {name: x, value: c}]`),
    );
    if (one === undefined || other === undefined) throw new Error('none');
    expect(recipeDifferences(one, other).map(({ field }) => field)).toEqual([
      'constraints[0].value',
    ]);
  });

  const scalar: fc.Arbitrary<Data> = fc.oneof(
    fc.constantFrom('', 'a', '1', 'null', 'true'),
    fc.constantFrom('1', '1.0', '01').map((text) => new Plain('float', text)),
    fc.constantFrom('1', '01').map((text) => new Plain('integer', text)),
    fc.constantFrom('true', 'false').map((text) => new Plain('boolean', text)),
    fc.constantFrom('', '~', 'null').map((text) => new Plain('null', text)),
  );
  const key = fc.constantFrom('name', 'value', 'a', 'b');
  const { data } = fc.letrec<{ data: Data }>((tie) => ({
    data: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      scalar,
      fc.array(tie('data'), { maxLength: 4 }),
      fc.array(fc.tuple(key, tie('data')), { maxLength: 4 }).map((entries) => new Map(entries)),
    ),
  }));

  it('finds some exactly if the decoded values differ, and as many either way round', () => {
    fc.assert(
      fc.property(data, data, (one, other) => {
        const found = recipeDifferences(one, other);
        expect(found.length === 0).toBe(textOf(one) === textOf(other));
        expect(recipeDifferences(other, one)).toHaveLength(found.length);
        expect(recipeDifferences(one, one)).toEqual([]);
      }),
      { numRuns: propertyRuns(500, 6000) },
    );
  });
});

/** Equal exactly for equal values, written without the code under test. */
function textOf(data: Data): string {
  if (typeof data === 'string') return `s${JSON.stringify(data)}`;
  if (data instanceof Plain) return data.type === 'null' ? 'null' : `${data.type} ${data.text}`;
  if (data instanceof Map) {
    const entries = [...(data as ReadonlyMap<string, Data>)].map(
      ([name, value]) => `${JSON.stringify(name)}:${textOf(value)}`,
    );
    return `{${entries.toSorted().join()}}`;
  }
  return `[${(data as readonly Data[]).map(textOf).join()}]`;
}
