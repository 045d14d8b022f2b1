import { describe, expect, it } from 'vitest';

import { fingerprintOf, type Fingerprint } from '../../../src/evidence/snapshot/fingerprint.ts';
import { fingerprintFindings } from '../../../src/evidence/snapshot/unknown.ts';
import { EKS_H100, snapshotWith, type Measured } from './cluster.ts';

const PRODUCT = 'nvidia.com/gpu.product';

function findings(change: Measured, claimed: Partial<Fingerprint> = {}) {
  const snapshot = snapshotWith({ ...EKS_H100, ...change });
  const fingerprint = { ...fingerprintOf(snapshot), ...claimed };
  return fingerprintFindings({ snapshot, fingerprint });
}

function gpu(model: string, label: Readonly<Record<string, string>> = {}): Measured {
  const { summary } = EKS_H100.NodeTopology;
  return { GPU: { hardware: { model } }, NodeTopology: { summary, label } };
}

describe('fingerprintFindings', () => {
  it('has nothing to say of a cluster that shows everything', () => {
    expect(findings({})).toEqual([]);
  });

  it.each([
    ['service', { K8s: {} }, 'K8s.node.provider', 'with rights to list the nodes'],
    [
      'accelerator',
      { GPU: {}, NodeTopology: { summary: EKS_H100.NodeTopology.summary } },
      `NodeTopology.label.${PRODUCT} or GPU.hardware.model`,
      'on a node with a GPU and with rights to list the nodes',
    ],
    ['os', { OS: {} }, 'OS.release.ID', 'with all collectors'],
    [
      'nodes',
      { NodeTopology: {} },
      'NodeTopology.summary.node-count',
      'with rights to list the nodes',
    ],
  ])('E-14 says of a snapshot without %s where it would be, and how to take it', (...row) => {
    const [name, change, expected, how] = row;
    expect(findings(change)).toEqual([
      {
        code: 'DIMENSION_UNKNOWN',
        at: 'snapshot.yaml#/measurements',
        found: `${name}: the snapshot does not show it`,
        expected,
        hint: `take the snapshot again, ${how}`,
      },
    ]);
  });

  it('says of no nodes that there are none', () => {
    const { label } = EKS_H100.NodeTopology;
    expect(findings({ NodeTopology: { label, summary: { 'node-count': 0 } } })).toMatchObject([
      { found: 'nodes: the snapshot shows 0' },
    ]);
  });

  it.each([
    ['a label', gpu('rtx9999', { [PRODUCT]: 'NVIDIA-RTX-9999|a,b' }), 'NVIDIA-RTX-9999'],
    ['a model', gpu('gh200'), 'gh200'],
  ])(
    'names the GPU of %s that AICR has no recipes for, and asks for no other snapshot',
    (...row) => {
      const [, change, product] = row;
      expect(findings(change)).toMatchObject([
        {
          found: `accelerator: the snapshot shows "${product}", for which AICR has no recipes`,
          expected: 'an accelerator that AICR has recipes for',
          hint: 'only a recipe that names no accelerator fits this cluster; another needs a cluster with one that AICR has recipes for',
        },
      ]);
    },
  );

  it('names the system that AICR has no recipes for', () => {
    expect(findings({ OS: { release: { ID: 'debian', VERSION_ID: '13' } } })).toMatchObject([
      {
        found: 'os: the snapshot shows "debian", for which AICR has no recipes',
        hint: 'only a recipe that names no os fits this cluster; another needs a cluster with one that AICR has recipes for',
      },
    ]);
  });

  it('does not say that AICR has no recipes for a model that it only knows by another spelling', () => {
    expect(findings(gpu('NVIDIA H100 80GB'))).toMatchObject([
      {
        found: 'accelerator: the snapshot shows "NVIDIA H100 80GB" as GPU.hardware.model alone',
        expected: `"h100" there, or the label ${PRODUCT} of the nodes`,
      },
    ]);
  });

  it.each([
    [['A', 'B'], '"A", "B"'],
    [['A', 'B', 'C', 'D', 'E'], '"A", "B", "C", 2 more'],
  ])('names several GPU products, few of many: %j', (products, said) => {
    const label = Object.fromEntries(products.map((each) => [`${PRODUCT}.${each}`, `${each}|a`]));
    expect(findings(gpu('h100', label))).toMatchObject([
      {
        found: `accelerator: the nodes have several GPU products: ${said}`,
        hint: 'only a recipe that names no accelerator fits this cluster; another needs a cluster with one GPU product',
      },
    ]);
  });

  it.each([
    ['multi-gpu', 'the evidence says that the nodes have several GPU products'],
    ['unknown-sku', 'the evidence claims one for which AICR has no recipes'],
  ] as const)('says that %s is a claim if the label is withheld', (note, found) => {
    const accelerator = { value: '', source: `nodeTopology.label.${PRODUCT}`, note };
    for (const model of ['gh200', 'NVIDIA H100 80GB']) {
      expect(findings(gpu(model), { accelerator })).toMatchObject([
        { found: `accelerator: ${found}` },
      ]);
    }
  });
});
