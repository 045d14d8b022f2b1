import { describe, expect, it } from 'vitest';

import { parseRecipe } from '../../../src/evidence/recipe/recipe.ts';
import { fingerprintOf } from '../../../src/evidence/snapshot/fingerprint.ts';
import { matchFaults, matchFindings, matchRecipe } from '../../../src/evidence/snapshot/match.ts';
import { AICR_V1 } from '../../../src/media-types.ts';
import { dataFrom } from '../../document/data-from.ts';
import { EKS_H100, snapshotWith, type Measured } from './cluster.ts';

const CRITERIA = { service: 'eks', accelerator: 'h100', os: 'ubuntu' };

function outcome(criteria: object | null, changes: Measured = {}) {
  const document = { kind: 'RecipeResult', apiVersion: AICR_V1, componentRefs: [], criteria };
  const recipe = parseRecipe(dataFrom(document), 'recipe.yaml');
  const snapshot = snapshotWith({ ...EKS_H100, ...changes });
  const cluster = { snapshot, fingerprint: fingerprintOf(snapshot) };
  const match = matchRecipe(recipe, cluster.fingerprint);
  return {
    match,
    faults: matchFaults(recipe, match, cluster),
    findings: matchFindings(recipe, match, cluster),
  };
}

function rowOf({ match }: ReturnType<typeof outcome>, dimension: string) {
  return match.perDimension.find((row) => row.dimension === dimension);
}

describe('matchRecipe', () => {
  it('lists the dimensions in AICR’s order, and all match', () => {
    const { match, faults, findings } = outcome({ ...CRITERIA, nodes: 6 });
    expect(match).toEqual({
      matched: true,
      perDimension: [
        {
          dimension: 'service',
          recipeRequires: 'eks',
          fingerprintProvides: 'eks',
          match: 'matched',
        },
        {
          dimension: 'accelerator',
          recipeRequires: 'h100',
          fingerprintProvides: 'h100',
          match: 'matched',
        },
        {
          dimension: 'os',
          recipeRequires: 'ubuntu',
          fingerprintProvides: 'ubuntu',
          match: 'matched',
        },
        { dimension: 'intent', match: 'matched' },
        { dimension: 'platform', match: 'matched' },
        { dimension: 'nodes', recipeRequires: '6', fingerprintProvides: '6', match: 'matched' },
      ],
    });
    expect([...faults, ...findings]).toEqual([]);
  });

  it.each([null, {}, { service: 'any', accelerator: '', os: 'any', nodes: 0 }])(
    'demands nothing for %j, and that matches every cluster',
    (criteria) => {
      const result = outcome(criteria, { GPU: {}, NodeTopology: {}, K8s: {}, OS: {} });
      expect(result.match.matched).toBe(true);
      expect([...result.faults, ...result.findings]).toEqual([]);
    },
  );
});

describe('a mismatch', () => {
  it.each([
    ['service', { service: 'gke' }, 'gke', 'eks'],
    ['accelerator', { accelerator: 'gb200' }, 'gb200', 'h100'],
    ['os', { os: 'cos' }, 'cos', 'ubuntu'],
    ['nodes', { nodes: 2 }, '2', '6'],
  ])('E-13 of the dimension %s is shown and fails', (dimension, change, wants, has) => {
    expect(outcome(CRITERIA).faults).toEqual([]);
    const result = outcome({ ...CRITERIA, ...change });
    expect(result.match.matched).toBe(false);
    expect(rowOf(result, dimension)).toEqual({
      dimension,
      recipeRequires: wants,
      fingerprintProvides: has,
      match: 'mismatched',
    });
    expect(result.faults).toMatchObject([
      {
        code: 'CLUSTER_MISMATCH',
        at: `recipe.yaml#/criteria/${dimension}`,
        expected: JSON.stringify(wants),
      },
    ]);
    expect(result.faults[0]?.found).toContain(JSON.stringify(has));
  });

  it('of several dimensions is a fault for each', () => {
    const { faults } = outcome({ service: 'gke', accelerator: 'l40', os: 'cos', nodes: 1 });
    expect(faults.map(({ code }) => code)).toEqual(Array(4).fill('CLUSTER_MISMATCH'));
  });
});

describe('what the snapshot does not show', () => {
  it.each([
    ['service', { K8s: {} }],
    ['accelerator', { GPU: {}, NodeTopology: {} }],
    ['os', { OS: {} }],
  ])('E-14 a demanded %s is unknown, never matched, and a fault of ours', (dimension, changes) => {
    const result = outcome(CRITERIA, changes);
    expect(rowOf(result, dimension)?.match).toBe('unknown');
    expect(rowOf(result, dimension)).not.toHaveProperty('fingerprintProvides');
    expect(result.match.matched).toBe(true);
    expect(result.faults).toMatchObject([
      { code: 'CLUSTER_UNKNOWN', at: `recipe.yaml#/criteria/${dimension}` },
    ]);
  });

  it.each([
    [
      'a mixed cluster',
      ['NVIDIA-H100', 'L40'],
      'the nodes have several GPU products: "NVIDIA-H100", "L40"',
    ],
    [
      'a GPU that nobody knows',
      ['RTX-9999'],
      'the snapshot shows "RTX-9999", for which AICR has no recipes',
    ],
  ])('E-14 %s shows no accelerator, and no other snapshot would', (_, products, found) => {
    const key = 'nvidia.com/gpu.product';
    const isOne = products.length === 1;
    const label = Object.fromEntries(
      products.map((each) => [isOne ? key : `${key}.${each}`, `${each}|${each}`]),
    );
    const GPU = { hardware: { model: 'rtx9999' } };
    const { faults } = outcome(CRITERIA, { GPU, NodeTopology: { label } });
    expect(faults).toMatchObject([
      {
        code: 'CLUSTER_UNKNOWN',
        at: 'recipe.yaml#/criteria/accelerator',
        found: `accelerator: ${found}`,
        expected: '"h100"',
        hint: expect.stringContaining('only a recipe that names no accelerator fits this cluster'),
        sentence: ['accelerator', ': ', found, '; the recipe wants ', { value: 'h100' }],
      },
    ]);
  });

  it('nodes are a finding only', () => {
    const { GPU } = EKS_H100;
    const result = outcome({ ...CRITERIA, nodes: 4 }, { GPU, NodeTopology: {} });
    expect(rowOf(result, 'nodes')).toEqual({
      dimension: 'nodes',
      recipeRequires: '4',
      match: 'unknown',
    });
    expect(result.faults).toEqual([]);
    expect(result.findings).toMatchObject([
      { code: 'DIMENSION_UNKNOWN', at: 'recipe.yaml#/criteria/nodes' },
    ]);
  });

  it.each(['intent', 'platform'])(
    '%s cannot be measured: it never counts, and nobody has to do anything',
    (name) => {
      const result = outcome({ ...CRITERIA, [name]: 'training' });
      expect(rowOf(result, name)).toEqual({
        dimension: name,
        recipeRequires: 'training',
        match: 'unknown',
      });
      expect(result.match.matched).toBe(true);
      expect(result.faults).toEqual([]);
      expect(result.findings).toEqual([]);
    },
  );

  it('a generic service is not inferable: nobody has to do anything', () => {
    const result = outcome({ ...CRITERIA, service: 'generic' });
    expect(rowOf(result, 'service')?.match).toBe('not-inferable');
    expect(result.match.matched).toBe(true);
    expect(result.faults).toEqual([]);
    expect(result.findings).toEqual([]);
  });

  it('a provider that calls itself `any` shows nothing', () => {
    expect(outcome(CRITERIA, { K8s: { node: { provider: 'any' } } }).faults).toMatchObject([
      { code: 'CLUSTER_UNKNOWN' },
    ]);
  });
});
