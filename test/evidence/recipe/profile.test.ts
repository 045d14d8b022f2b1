import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseRecipe } from '../../../src/evidence/recipe/recipe.ts';
import { dataFrom } from '../../document/data-from.ts';
import { refusalOf } from '../../document/refusal.ts';
import { propertyRuns } from '../../property-runs.ts';

const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const OPERATOR = '993bfe01fc07ffa0a65353ace107d46218cb5d476fe40a845c5d5061ca453142';
const OPERATOR_AND_DRA = '0a274af1ad1f427084153b470e31dc618a49feac8e79e67b56740145b6ce1b4e';
const ALL = 'cafd61f00de1871f6a23c8ea9205ed52dce03304fe179bca733a9f976bf3e247';

const COMPONENTS = [
  'gpu-operator',
  'gpu-operator-ocp',
  'nvidia-dra-driver-gpu',
  'nvidia-dra-driver-gpu-ocp',
];

const SELECTED = {
  name: 'gpuStack',
  value: 'Bundle-Installer',
  advertiser: 'external',
  ownedPaths: { 'gpu-operator': ['driver.enabled', 'enabled'] },
};

const RECIPE = {
  kind: 'RecipeResult',
  apiVersion: 'aicr.run/v1beta2',
  metadata: { selectedProfile: SELECTED },
  criteria: { service: 'gke', accelerator: 'gb200', os: 'cos', intent: 'training' },
  componentRefs: [{ name: 'cert-manager' }, { name: 'gpu-operator' }],
};

const parse = (changes: object = {}) => parseRecipe(dataFrom({ ...RECIPE, ...changes }), 'r.yaml');
const refusal = (changes: object) => refusalOf(() => parse(changes));
const selecting = (change: object): object => ({
  metadata: { selectedProfile: { ...SELECTED, ...change } },
});
const deploying = (...names: readonly string[]): object => ({
  componentRefs: names.map((name) => ({ name })),
});

describe('a recipe with a profile', () => {
  it('has it in its name, in lower case, and its selection in its own', () => {
    const { name, profile, findings } = parse();
    expect(name).toBe('gb200-gke-cos-training-gpustack-bundle-installer');
    expect(profile).toEqual({
      selection: 'gpuStack=Bundle-Installer',
      advertiser: 'external',
      policyDescriptorIdentity: OPERATOR,
    });
    expect(findings).toEqual([]);
  });

  it('may be of the retired apiVersion, with which it needs none', () => {
    expect(parse({ apiVersion: 'aicr.run/v1alpha3' }).profile?.advertiser).toBe('external');
    const none = parse({ apiVersion: 'aicr.run/v1alpha3', metadata: {} });
    expect([none.name, none.profile]).toEqual(['gb200-gke-cos-training', undefined]);
  });

  it('is told of what it does not know', () => {
    const { findings } = parse(selecting({ Advertiser2: 'x' }));
    expect(findings.map(({ code, at }) => [code, at])).toEqual([
      ['FIELD_IGNORED', 'r.yaml#/metadata/selectedProfile/Advertiser2'],
    ]);
  });

  it.each<[string, object, string]>([
    ['aicr.run/v1', { apiVersion: 'aicr.run/v1' }, '/metadata/selectedProfile'],
    ['no apiVersion', { apiVersion: undefined }, '/metadata/selectedProfile'],
    ['no profile', { metadata: {} }, '/metadata'],
    ['no metadata', { metadata: undefined }, '/metadata'],
    [
      'an accounting of nothing',
      { metadata: {}, configuration: { slurm: { accounting: {} } } },
      '/metadata',
    ],
    ['a name with "="', selecting({ name: 'a=b' }), '/metadata/selectedProfile/name'],
    ...['ubuntu', 'Training', 'eks-ubuntu', 'kubeflow-gpuStack'].map(
      (name): [string, object, string] => [
        `the name ${name}, with which another recipe could be named`,
        selecting({ name }),
        '/metadata/selectedProfile/name',
      ],
    ),
    ['an empty value', selecting({ value: '' }), '/metadata/selectedProfile/value'],
    ['a value with a blank', selecting({ value: 'a b' }), '/metadata/selectedProfile/value'],
    ['another advertiser', selecting({ advertiser: 'me' }), '/metadata/selectedProfile/advertiser'],
    ...(
      [
        ['an empty path', ['', 'enabled']],
        ['a path with a dot in front', ['.a', 'enabled']],
        ['a path with two dots', ['a..b', 'enabled']],
        ['a path with a dot behind', ['a.', 'enabled']],
        ['unsorted paths', ['enabled', 'driver.enabled']],
        ['a path twice', ['enabled', 'enabled']],
        ['no "enabled"', ['driver.enabled']],
        ['no list', 'enabled'],
      ] as const
    ).map(([why, paths]): [string, object, string] => [
      why,
      selecting({ ownedPaths: { x: paths } }),
      '/metadata/selectedProfile/ownedPaths/x',
    ]),
  ])('is refused with %s', (_, change, at) => {
    expect(refusal(change)).toMatchObject({ code: 'FIELD_INVALID', at: `r.yaml#${at}` });
  });

  it.each(['name', 'value', 'ownedPaths'])('is refused without %s', (field) => {
    const at = `r.yaml#/metadata/selectedProfile/${field}`;
    expect(refusal(selecting({ [field]: undefined }))).toMatchObject({ at });
  });

  it('is not needed if the accounting of Slurm is configured', () => {
    const configuration = { slurm: { accounting: { mode: 'disabled' } } };
    expect(parse({ metadata: {}, configuration }).profile).toBeUndefined();
  });
});

describe('policyDescriptorIdentity', () => {
  const identity = (changes: object): string | undefined =>
    parse(changes).profile?.policyDescriptorIdentity;

  it.each<[string, object, string]>([
    ['gpu-operator alone', deploying('gpu-operator', 'x'), OPERATOR],
    [
      'gpu-operator and the DRA driver',
      deploying(...COMPONENTS.filter((_, i) => i % 2 === 0)),
      OPERATOR_AND_DRA,
    ],
    ['all four', deploying(...COMPONENTS), ALL],
    ['none of them', deploying('cert-manager'), EMPTY],
    [
      'gpu-operator, turned off',
      { componentRefs: [{ name: 'gpu-operator', overrides: { enabled: false } }] },
      EMPTY,
    ],
    ['no advertiser, and no such path', selecting({ advertiser: '' }), EMPTY],
    [
      'no advertiser, but a path that says who offers GPUs',
      selecting({
        advertiser: '',
        ownedPaths: { 'gpu-operator-ocp': ['devicePlugin.enabled', 'enabled'] },
      }),
      OPERATOR,
    ],
    [
      'that path in another component',
      selecting({ advertiser: '', ownedPaths: { x: ['devicePlugin.enabled', 'enabled'] } }),
      EMPTY,
    ],
  ])('of %s', (_, changes, expected) => {
    expect(identity(changes)).toBe(expected);
  });

  it('does not depend on the order of components, nor on others', () => {
    const some = fc.shuffledSubarray([...COMPONENTS, 'cert-manager', 'x']);
    fc.assert(
      fc.property(some, (names) => {
        const known = COMPONENTS.filter((name) => names.includes(name));
        expect(identity(deploying(...names))).toBe(identity(deploying(...known)));
      }),
      { numRuns: propertyRuns(50, 1000) },
    );
  });

  it('reads any selection that the grammar has back from the name', () => {
    const identifier = fc.stringMatching(/^[A-Za-z0-9._-]{1,20}$/);
    const own = identifier.map((name) => `x${name}`);
    fc.assert(
      fc.property(own, identifier, (name, value) => {
        const recipe = parse(selecting({ name, value }));
        expect(recipe.profile?.selection).toBe(`${name}=${value}`);
        expect(recipe.name.endsWith(`-${name}-${value}`.toLowerCase())).toBe(true);
      }),
      { numRuns: propertyRuns(100, 2000) },
    );
  });
});
