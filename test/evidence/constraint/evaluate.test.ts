import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { Plain } from '../../../src/document/data.ts';
import { decodeYaml } from '../../../src/document/yaml.ts';
import {
  constraintFaults,
  evaluateConstraints,
} from '../../../src/evidence/constraint/evaluate.ts';
import { parseRecipe } from '../../../src/evidence/recipe/recipe.ts';
import { fingerprintOf } from '../../../src/evidence/snapshot/fingerprint.ts';
import { parseSnapshot, type Snapshot } from '../../../src/evidence/snapshot/snapshot.ts';
import { MAX_VALUES_CHARACTERS, MAX_VALUE_CHARACTERS } from '../../../src/limits.ts';
import { AICR_V011, AICR_V1 } from '../../../src/media-types.ts';
import { dataFrom } from '../../document/data-from.ts';
import { snapshotWith } from '../snapshot/cluster.ts';

const H100_EKS_UBUNTU = [
  { name: 'K8s.server.version', value: '>= 1.32.4' },
  { name: 'OS.release.ID', value: 'ubuntu' },
  { name: 'OS.release.VERSION_ID', value: '24.04' },
  { name: 'OS.sysctl./proc/sys/kernel/osrelease', value: '>= 6.8' },
];

function recipeWith(constraints: readonly object[], changes: object = {}) {
  const document = { kind: 'RecipeResult', apiVersion: AICR_V1, componentRefs: [], constraints };
  return parseRecipe(dataFrom({ ...document, ...changes }), 'recipe.yaml');
}

function sample(name: string): Snapshot {
  const url = new URL(`../../../testdata/aicr-samples/${name}.yaml`, import.meta.url);
  return parseSnapshot(decodeYaml(readFileSync(url), `${name}.yaml`), `${name}.yaml`);
}

function outcomes(snapshot: Snapshot, constraints: readonly object[], changes: object = {}) {
  const results = evaluateConstraints(recipeWith(constraints, changes), snapshot);
  return results.map(({ outcome }) => outcome);
}

describe('the sample snapshots', () => {
  it('a fitting cluster passes every constraint', () => {
    const snapshot = sample('snapshot-eks-h100-v1');
    expect(outcomes(snapshot, H100_EKS_UBUNTU)).toEqual(Array(4).fill('passed'));
    expect(fingerprintOf(snapshot)).toMatchObject({
      service: { value: 'eks' },
      accelerator: { value: 'h100', source: 'gpu.hardware.model' },
      os: { value: 'ubuntu', version: '24.04' },
      k8sVersion: { value: '1.33.4-eks-e386d34' },
      region: { value: '' },
      nodeCount: { value: 6 },
      gpuNodeCount: { value: 0 },
    });
  });

  it('a drifted cluster fails two and lacks one', () => {
    const snapshot = sample('snapshot-eks-a100-drifted-v1');
    expect(outcomes(snapshot, H100_EKS_UBUNTU)).toEqual([
      'failed',
      'passed',
      'failed',
      'unevaluable',
    ]);
    expect(fingerprintOf(snapshot).accelerator).toEqual({ value: '' });
  });

  it('a cluster whose GPU nodes differ fails both demands on their label', () => {
    const name = 'NodeTopology.gpu-nodes.label';
    const label = 'gke-no-default-nvidia-gpu-device-plugin';
    const constraints = [
      { name, value: `${label}=true` },
      { name, value: `!${label}` },
    ];
    const snapshot = sample('snapshot-gke-a3-topology-v1');
    const results = evaluateConstraints(recipeWith(constraints), snapshot);
    expect(results.map(({ outcome, actual }) => [outcome, actual])).toEqual([
      ['failed', '2 of 3 GPU nodes'],
      ['failed', '1 of 3 GPU nodes'],
    ]);
  });

  it('an old snapshot is read and evaluated in the old dialect', () => {
    const snapshot = sample('snapshot-legacy-v0.11');
    expect(snapshot.retired).toBe(true);
    expect(outcomes(snapshot, H100_EKS_UBUNTU, { apiVersion: AICR_V011 })).toEqual(
      Array(4).fill('passed'),
    );
  });
});

describe('evaluateConstraints', () => {
  const snapshot = snapshotWith({
    OS: { release: { ID: 'ubuntu', VERSION_ID: '24.04' }, grub: { nokaslr: '' } },
    SystemD: { 'containerd.service': { ActiveState: 'active' } },
    NodeTopology: { 'gpu-nodes': { label: 'literal' } },
  });

  it('lists the recipe’s own first, then those of its readiness, and no others', () => {
    const validation = {
      readiness: { constraints: [{ name: 'OS.release.ID', value: 'rhel' }] },
      deployment: { constraints: [{ name: 'Deployment.gpu-operator.version', value: '>= v1' }] },
    };
    const own = { name: 'OS.release.ID', value: 'ubuntu', severity: 'error', remediation: 'r' };
    const recipe = recipeWith([own], { validation });
    expect(evaluateConstraints(recipe, snapshot)).toEqual([
      {
        name: 'OS.release.ID',
        expected: 'ubuntu',
        actual: 'ubuntu',
        outcome: 'passed',
        reason: undefined,
        severity: 'error',
        remediation: 'r',
      },
      {
        name: 'OS.release.ID',
        expected: 'rhel',
        actual: 'ubuntu',
        outcome: 'failed',
        reason: '"ubuntu" is not "rhel"',
        severity: undefined,
        remediation: undefined,
      },
    ]);
  });

  it.each([
    ['OS.release.ID', '!= rhel', 'passed'],
    ['OS.release.ID', '', 'unevaluable'],
    ['OS.release.ID', '>= 1', 'unevaluable'],
    ['OS.release.PRETTY_NAME', '!= rhel', 'unevaluable'],
    ['OS.grub.nokaslr', '!= 1', 'passed'],
    ['OS.grub.hugepages', '!= 1', 'unevaluable'],
    ['os.release.ID', 'ubuntu', 'unevaluable'],
    ['Deployment.gpu-operator.version', '>= v1', 'unevaluable'],
    ['nonsense', '!= x', 'unevaluable'],
  ])('%s %j is %s in both dialects', (name, value, outcome) => {
    for (const apiVersion of [AICR_V1, AICR_V011, undefined]) {
      expect(outcomes(snapshot, [{ name, value }], { apiVersion })).toEqual([outcome]);
    }
  });

  it.each([
    ['OS.release.ID', 'rhel || ubuntu', 'failed', 'passed'],
    ['OS.release.ID', '!rhel', 'failed', 'unevaluable'],
    ['OS.release.VERSION_ID', '=24.4', 'failed', 'passed'],
    ['OS.release.VERSION_ID', '>= 22.04 < 26.04', 'unevaluable', 'passed'],
    ['SystemD.containerd.service.ActiveState', 'active', 'unevaluable', 'passed'],
    ['NodeTopology.gpu-nodes.label', 'literal', 'passed', 'unevaluable'],
  ])('%s %j is %s in v0.11 and %s now, also without apiVersion', (name, value, old, current) => {
    expect(outcomes(snapshot, [{ name, value }], { apiVersion: AICR_V011 })).toEqual([old]);
    expect(outcomes(snapshot, [{ name, value }], { apiVersion: AICR_V1 })).toEqual([current]);
    expect(outcomes(snapshot, [{ name, value }], { apiVersion: undefined })).toEqual([current]);
  });

  it('compares the source text of an unquoted value', () => {
    const data = new Map([['VERSION_ID', new Plain('float', '24.10')]]);
    const plain: Snapshot = {
      ...snapshot,
      measurements: new Map([['OS', new Map([['release', { data, items: [] }]])]]),
    };
    const name = 'OS.release.VERSION_ID';
    expect(outcomes(plain, [{ name, value: '24.10' }])).toEqual(['passed']);
    expect(outcomes(plain, [{ name, value: '24.1' }])).toEqual(['failed']);
  });

  it('cannot be evaluated with a value that no report should carry', () => {
    const NAME = 'a'.repeat(MAX_VALUE_CHARACTERS);
    const recipe = recipeWith([{ name: 'OS.release.NAME', value: '!= rhel' }]);
    const longest = evaluateConstraints(recipe, snapshotWith({ OS: { release: { NAME } } }));
    expect(longest).toMatchObject([{ outcome: 'passed', actual: NAME }]);
    const longer = snapshotWith({ OS: { release: { NAME: `${NAME}a` } } });
    const results = evaluateConstraints(recipe, longer);
    expect(results).toMatchObject([{ outcome: 'unevaluable', actual: undefined }]);
    const [fault] = constraintFaults(recipe, results);
    expect(fault).toMatchObject({
      code: 'CONSTRAINT_UNEVALUABLE',
      at: 'recipe.yaml#/constraints/0',
      found: '"OS.release.NAME": a value of 65537 characters; at most 65536 are evaluated',
    });
    expect(JSON.stringify([results, fault]).length).toBeLessThan(1000);
  });

  it('cannot be evaluated from the constraint on with which all values are too long for a report', () => {
    const ID = 'a'.repeat(MAX_VALUE_CHARACTERS);
    const most = MAX_VALUES_CHARACTERS / MAX_VALUE_CHARACTERS;
    const constraint = { name: 'OS.release.ID', value: '!= rhel' };
    const recipe = recipeWith(Array.from({ length: most + 2 }, () => constraint));
    const results = evaluateConstraints(recipe, snapshotWith({ OS: { release: { ID } } }));
    expect(results.map(({ outcome }) => outcome)).toEqual([
      ...Array.from({ length: most }, () => 'passed'),
      ...['unevaluable', 'unevaluable'],
    ]);
    expect(results.at(-1)?.reason).toBe(
      'the constraints look at more than 1048576 characters together',
    );
  });

  it('a warning softens nothing', () => {
    const constraint = { name: 'OS.release.ID', value: 'rhel', severity: 'warning' };
    expect(outcomes(snapshot, [constraint])).toEqual(['failed']);
  });
});

describe('constraintFaults', () => {
  const snapshot = snapshotWith({ OS: { release: { ID: 'ubuntu' } } });

  it('name place, value and expression of each that is not green', () => {
    const readiness = {
      constraints: [{ name: 'OS.release.ID', value: 'cos', remediation: 'reinstall' }],
    };
    const recipe = recipeWith(
      [
        { name: 'OS.release.ID', value: 'ubuntu' },
        { name: 'OS.release.VERSION_ID', value: '24.04' },
      ],
      { validation: { readiness } },
    );
    expect(constraintFaults(recipe, evaluateConstraints(recipe, snapshot))).toEqual([
      {
        code: 'CONSTRAINT_UNEVALUABLE',
        at: 'recipe.yaml#/constraints/1',
        found: '"OS.release.VERSION_ID": "OS.release" has no value "VERSION_ID"',
        expected: '"24.04"',
        hint: 'take the snapshot again, with all collectors and with rights to list the nodes; if nothing measures this, correct the constraint',
        sentence: [
          { value: 'OS.release.VERSION_ID' },
          ' cannot be evaluated: ',
          '"OS.release" has no value "VERSION_ID"',
        ],
      },
      {
        code: 'CONSTRAINT_FAILED',
        at: 'recipe.yaml#/validation/readiness/constraints/0',
        found: '"OS.release.ID": "ubuntu"',
        expected: '"cos"',
        hint: 'the recipe says: "reinstall"',
        sentence: [
          { value: 'OS.release.ID' },
          ' is ',
          { value: 'ubuntu' },
          ', the recipe wants ',
          { value: 'cos' },
        ],
      },
    ]);
  });

  it.each([
    ['an expression that cannot be read', { name: 'OS.release.ID', value: '>= x' }],
    ['a name that is none', { name: 'Kubernetes', value: '1' }],
  ])('say that the recipe is to be corrected if it has %s', (_, constraint) => {
    const recipe = recipeWith([constraint]);
    expect(constraintFaults(recipe, evaluateConstraints(recipe, snapshot))).toMatchObject([
      { code: 'CONSTRAINT_UNEVALUABLE', hint: 'correct the constraint in the recipe' },
    ]);
  });

  it('do not say what the recipe advises against a wrong value if there is no value', () => {
    const advised = { name: 'OS.release.NONE', value: 'x', remediation: 'reinstall' };
    const recipe = recipeWith([], { validation: { readiness: { constraints: [advised] } } });
    const [fault] = constraintFaults(recipe, evaluateConstraints(recipe, snapshot));
    expect(fault?.hint).toMatch(/^take the snapshot again/);
  });

  it('are none if all is green', () => {
    const recipe = recipeWith([{ name: 'OS.release.ID', value: 'ubuntu' }]);
    expect(constraintFaults(recipe, evaluateConstraints(recipe, snapshot))).toEqual([]);
  });
});
