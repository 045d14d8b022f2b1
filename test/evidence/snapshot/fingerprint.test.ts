import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { fingerprintOf } from '../../../src/evidence/snapshot/fingerprint.ts';
import { acceleratorOfProduct, isAccelerator } from '../../../src/evidence/snapshot/gpu-sku.ts';
import { EKS_H100, snapshotWith, type Measured } from './cluster.ts';

const REGION = 'topology.kubernetes.io/region';
const PRODUCT = 'nvidia.com/gpu.product';
const PRODUCT_SOURCE = `nodeTopology.label.${PRODUCT}`;

/** All that recipes of AICR demand. */
const SERVICES = [
  ...['aks', 'bcm', 'eks', 'generic', 'gke', 'k0s', 'kind', 'lke', 'metal3', 'ocp', 'oke', 'rke2'],
  'togetherai',
];

function fingerprint(changes: Measured = {}) {
  return fingerprintOf(snapshotWith({ ...EKS_H100, ...changes }));
}

function withLabels(label: object, items?: readonly object[]) {
  const lossless = items === undefined ? {} : { 'label[]': items };
  return fingerprint({ NodeTopology: { label, ...lossless } });
}

function withNodes(count: number) {
  return fingerprint({ NodeTopology: { summary: { 'node-count': count } } });
}

function item(key: string, value: string, nodes: readonly string[], change: object = {}) {
  const data = { 'node-count': nodes.length, 'node-list': nodes.join(','), truncated: false };
  return { context: { key, value }, data: { ...data, ...change } };
}

describe('a cluster of each provider', () => {
  it('E-11 every dimension has value and source', () => {
    expect(fingerprint()).toEqual({
      service: { value: 'eks', source: 'k8s.node.provider' },
      accelerator: { value: 'h100', source: PRODUCT_SOURCE },
      gpuModel: { value: 'h100', source: 'gpu.hardware.model' },
      os: { value: 'ubuntu', version: '24.04', source: 'os.release' },
      k8sVersion: { value: '1.33.4-eks-e386d34', source: 'k8s.server.version' },
      region: { value: 'us-west-2', source: `nodeTopology.label.${REGION}` },
      nodeCount: { value: 6, source: 'nodeTopology.summary.node-count' },
      gpuNodeCount: { value: 2, source: PRODUCT_SOURCE },
    });
  });

  it.each([
    {
      provider: 'gke',
      version: 'v1.33.5-gke.1308000',
      id: 'cos',
      product: 'NVIDIA-H200',
      wants: 'h200',
    },
    {
      provider: 'aks',
      version: 'v1.34.0',
      id: 'ubuntu',
      product: 'NVIDIA-A100-SXM4-80GB',
      wants: 'a100',
    },
    { provider: 'oke', version: 'v1.32.1', id: 'ol', product: 'NVIDIA-B200', wants: 'b200' },
    { provider: 'lke', version: 'v1.33.0', id: 'talos', product: 'NVIDIA-L40S', wants: 'l40s' },
    { provider: 'kind', version: 'v1.34.0', id: 'rhel', product: 'NVIDIA-L40', wants: 'l40' },
  ])('E-11 $provider with $product', ({ provider, version, id, product, wants }) => {
    const result = fingerprint({
      K8s: { server: { version }, node: { provider } },
      OS: { release: { ID: id } },
      NodeTopology: { label: { [PRODUCT]: `${product}|n1,n2,n3` } },
    });
    expect(result).toMatchObject({
      service: { value: provider },
      k8sVersion: { value: version.slice(1) },
      os: { value: id, source: 'os.release' },
      accelerator: { value: wants },
      gpuNodeCount: { value: 3 },
      nodeCount: { value: 0 },
    });
    expect(result.os).not.toHaveProperty('version');
    expect(result.nodeCount).not.toHaveProperty('source');
  });

  it('E-11 a snapshot without measurements has every dimension, and none is known', () => {
    expect(fingerprintOf(snapshotWith({}))).toEqual({
      service: { value: '' },
      accelerator: { value: '' },
      gpuModel: { value: '' },
      os: { value: '' },
      k8sVersion: { value: '' },
      region: { value: '' },
      nodeCount: { value: 0 },
      gpuNodeCount: { value: 0 },
    });
  });
});

describe('normalization', () => {
  it.each([
    ['ocid1.instance.oc1.phx.abc', 'oke'],
    ['oci://ocid1.instance', 'oke'],
    ['oci', 'oke'],
    ['linode://123', 'lke'],
    ['linode', 'lke'],
    ['ocid1.', 'oke'],
    ...[...SERVICES, 'any', 'EKS', 'AWS', 'awsx', 'x://aws', ' aws'].map((name) => [name, name]),
  ])('E-12 the provider %s is %s', (provider, value) => {
    const { service } = fingerprint({ K8s: { node: { provider } } });
    expect(service).toEqual({ value, source: 'k8s.node.provider' });
  });

  it.each([
    ['aws', 'eks'],
    ['aws:///us-west-2a/i-0', 'eks'],
    ['gce', 'gke'],
    ['gce://project/zone/instance', 'gke'],
    ['azure', 'aks'],
    ['azure:///subscriptions/0', 'aks'],
  ])('E-12 the raw provider %s is %s, with a note', (provider, value) => {
    const { service } = fingerprint({ K8s: { node: { provider } } });
    expect(service).toEqual({ value, source: 'k8s.node.provider', note: 'raw-provider' });
  });

  it.each([
    ['v1.33.2', '1.33.2'],
    ['1.33.2', '1.33.2'],
    ['vv1.33', 'v1.33'],
  ])('E-12 the server version %s is %s', (version, expected) => {
    expect(fingerprint({ K8s: { server: { version } } }).k8sVersion.value).toBe(expected);
  });

  it.each([
    ['NVIDIA GB200', 'gb200'],
    ['NVIDIA-GB300-NVL', 'gb300'],
    ['NVIDIA B200', 'b200'],
    ['NVIDIA H100 80GB HBM3', 'h100'],
    ['nvidia-h100-mega-80gb', 'h100'],
    ['NVIDIA-H200-141GB', 'h200'],
    ['NVIDIA A100-SXM4-80GB', 'a100'],
    ['NVIDIA RTX PRO 6000 Blackwell', 'rtx-pro-6000'],
    ['NVIDIA-RTX-PRO-6000-Blackwell-Server-Edition', 'rtx-pro-6000'],
    ['NVIDIA L40', 'l40'],
    ['NVIDIA\u00A0L40S', 'l40s'],
    ['NVIDIA GH200 480GB', undefined],
    ['NVIDIA A800', undefined],
    ['NVIDIA L4', undefined],
    ['NVIDIA RTX A1000', undefined],
    ['NVIDIA RTX 6000 PRO', undefined],
    ['NVIDIAH100', undefined],
    ['H100NVL', undefined],
    ['', undefined],
  ])('E-12 the product %j is %s', (product, expected) => {
    expect(acceleratorOfProduct(product)).toBe(expected);
  });

  it.each([
    [' Ubuntu ', 'ubuntu'],
    ['RedHatEnterpriseLinux', 'rhel'],
    ['redhat', 'rhel'],
    ['amzn', 'amazonlinux'],
    ['amazon', 'amazonlinux'],
    ['al2', 'amazonlinux'],
    ['al2023', 'amazonlinux'],
    ['amazonlinux', 'amazonlinux'],
  ])('the system %j is %s', (id, value) => {
    const { os } = fingerprint({ OS: { release: { ID: id, VERSION_ID: '2' } } });
    expect(os).toEqual({ value, version: '2', source: 'os.release' });
  });

  it.each(['debian', '', 'any'])('the system %j is unknown, and so is its version', (id) => {
    expect(fingerprint({ OS: { release: { ID: id, VERSION_ID: '12' } } }).os).toEqual({
      value: '',
    });
  });

  it('E-12 several regions are a note and no value', () => {
    const { region } = withLabels({ [`${REGION}.a`]: 'a|n1', [`${REGION}.b`]: 'b|n2' });
    expect(region).toEqual({
      value: '',
      source: `nodeTopology.label.${REGION}`,
      note: 'multi-region',
    });
  });

  it('takes only what is a string where AICR does, and only an exact whole number of nodes', () => {
    const result = fingerprint({
      K8s: { server: { version: 1.33 }, node: { provider: true } },
      OS: { release: { ID: 'ubuntu', VERSION_ID: 24.04 } },
      NodeTopology: { summary: { 'node-count': '6' } },
    });
    expect(result.k8sVersion).toEqual({ value: '' });
    const bare = fingerprint({ K8s: { server: { version: 'v' } } });
    expect(bare.k8sVersion).toEqual({ value: '' });
    expect(result.service).toEqual({ value: '' });
    expect(result.os).toEqual({ value: 'ubuntu', source: 'os.release' });
    expect(result.nodeCount).toEqual({ value: 0 });
    expect(withNodes(2 ** 60).nodeCount).toEqual({ value: 0 });
    expect(withNodes(5000).nodeCount.value).toBe(5000);
  });
});

describe('the accelerator', () => {
  it('of a mixed cluster is a note, whatever one node says', () => {
    const { accelerator, gpuNodeCount } = withLabels({
      [`${PRODUCT}.NVIDIA-H100`]: 'NVIDIA-H100|g1,g2',
      [`${PRODUCT}.NVIDIA-L40`]: 'NVIDIA-L40|g3',
    });
    expect(accelerator).toEqual({ value: '', source: PRODUCT_SOURCE, note: 'multi-gpu' });
    expect(gpuNodeCount.value).toBe(3);
  });

  it('that no recipe knows falls back to the model, and keeps its note without one', () => {
    const label = { [PRODUCT]: 'NVIDIA-GH200|g1' };
    expect(fingerprint({ NodeTopology: { label } }).accelerator).toEqual({
      value: 'h100',
      source: 'gpu.hardware.model',
    });
    expect(fingerprint({ NodeTopology: { label }, GPU: {} }).accelerator).toEqual({
      value: '',
      source: PRODUCT_SOURCE,
      note: 'unknown-sku',
    });
  });

  it.each([
    ['gb300', { value: 'gb300', source: 'gpu.hardware.model' }],
    ['vr200', { value: 'vr200', source: 'gpu.hardware.model' }],
    ['gh200', { value: '', source: 'gpu.hardware.model', note: 'unknown-sku' }],
    ['H100', { value: '', source: 'gpu.hardware.model', note: 'unknown-sku' }],
  ])('without a label is the model %s, if AICR has recipes for it', (model, accelerator) => {
    const result = fingerprint({ GPU: { hardware: { model } }, NodeTopology: {} });
    expect(result.accelerator).toEqual(accelerator);
    expect(result.gpuModel).toEqual({ value: model, source: 'gpu.hardware.model' });
  });

  it('one label whose name only begins like the product is no second product', () => {
    const { accelerator, gpuNodeCount } = withLabels({
      [PRODUCT]: 'NVIDIA-H100|g1',
      [`${PRODUCT}.extra`]: 'yes|g1',
    });
    expect(accelerator.value).toBe('h100');
    expect(gpuNodeCount.value).toBe(1);
  });
});

describe('lossless labels', () => {
  it('win over the folded ones', () => {
    const result = withLabels({ [PRODUCT]: 'NVIDIA-L40|g9', [REGION]: 'x|g9' }, [
      item(PRODUCT, 'NVIDIA-H100', ['g1', 'g2']),
      item(REGION, 'us-west-2', ['g1', 'g2', 'c1']),
    ]);
    expect(result.accelerator.value).toBe('h100');
    expect(result.gpuNodeCount.value).toBe(2);
    expect(result.region.value).toBe('us-west-2');
  });

  it('count the nodes that a truncated list leaves out', () => {
    const list = { 'node-count': 5, 'node-list': 'g1,g2 (+3 more)', truncated: true };
    const { gpuNodeCount } = withLabels({}, [item(PRODUCT, 'NVIDIA-H100', [], list)]);
    expect(gpuNodeCount.value).toBe(5);
  });

  it('name several products and regions', () => {
    const result = withLabels({}, [
      item(PRODUCT, 'NVIDIA-H100', ['g1']),
      item(PRODUCT, 'NVIDIA-L40', ['g2', 'g3']),
      item(REGION, 'a', ['g1']),
      item(REGION, 'b', ['g2']),
    ]);
    expect(result.accelerator.note).toBe('multi-gpu');
    expect(result.region.note).toBe('multi-region');
    expect(result.gpuNodeCount.value).toBe(3);
  });

  it('may refer to the folded list of their own key', () => {
    const reference = { data: { 'node-count': 2, 'node-list-ref': PRODUCT, truncated: false } };
    const items = [{ ...item(PRODUCT, 'NVIDIA-H100', []), ...reference }];
    const folded = { [PRODUCT]: 'NVIDIA-H100|g1,g2' };
    expect(withLabels(folded, items).accelerator.value).toBe('h100');
    expect(withLabels(folded, items).gpuNodeCount.value).toBe(2);
  });

  const good = item(PRODUCT, 'NVIDIA-H100', ['g1', 'g2']);
  it.each([
    ['no key', { ...good, context: { value: 'NVIDIA-H100' } }],
    ['another count', item(PRODUCT, 'NVIDIA-H100', ['g1', 'g2'], { 'node-count': 3 })],
    ['no count', { ...good, data: { 'node-list': 'g1,g2', truncated: false } }],
    [
      'more hidden nodes than JSON could add up',
      item(PRODUCT, 'NVIDIA-H100', [], {
        'node-count': 1_000_000_001,
        'node-list': 'g1 (+1000000000 more)',
        truncated: true,
      }),
    ],
    ['a negative count', item(PRODUCT, 'NVIDIA-H100', ['g1', 'g2'], { 'node-count': -2 })],
    ['no list', { ...good, data: { 'node-count': 2, truncated: false } }],
    ['a mark of truncation too many', item(PRODUCT, 'x', ['g1', 'g2'], { truncated: true })],
    [
      'a mark of truncation too few',
      item(PRODUCT, 'x', [], { 'node-count': 3, 'node-list': 'g1,g2 (+1 more)' }),
    ],
    ['a list and a reference', item(PRODUCT, 'x', ['g1', 'g2'], { 'node-list-ref': PRODUCT })],
    ['no truth value', item(PRODUCT, 'x', ['g1', 'g2'], { truncated: 'false' })],
    [
      'a reference to another key',
      { ...good, data: { 'node-count': 2, 'node-list-ref': REGION, truncated: false } },
    ],
  ])('are not believed if one has %s', (_, bad) => {
    const folded = { [PRODUCT]: 'NVIDIA-H100|g1,g2' };
    expect(withLabels(folded, [good]).accelerator.value).toBe('h100');
    const result = fingerprint({
      NodeTopology: { label: folded, 'label[]': [good, bad] },
      GPU: {},
    });
    expect(result.accelerator).toEqual({ value: '' });
    expect(result.gpuNodeCount).toEqual({ value: 0, source: PRODUCT_SOURCE });
  });

  it('a folded entry that two readings share is no list of either', () => {
    const reference = (key: string, value: string) => ({
      context: { key, value },
      data: { 'node-count': 1, 'node-list-ref': `${PRODUCT}.b`, truncated: false },
    });
    const items = [
      item(PRODUCT, 'a', ['g2']),
      reference(PRODUCT, 'b'),
      { ...item(`${PRODUCT}.b`, 'c', ['g1']) },
    ];
    const { gpuNodeCount } = withLabels({ [`${PRODUCT}.b`]: 'b|g1' }, items);
    expect(gpuNodeCount.value).toBe(0);
    const { gpuNodeCount: own } = withLabels({ [`${PRODUCT}.b`]: 'b|g1' }, items.slice(0, 2));
    expect(own.value).toBe(2);
  });
});

describe('laws', () => {
  it('the order of measurements, subtypes and keys does not matter', () => {
    const types = fc.shuffledSubarray(Object.keys(EKS_H100), { minLength: 4 });
    fc.assert(
      fc.property(types, fc.boolean(), (order, reverse) => {
        const entries = Object.entries<Record<string, unknown>>(EKS_H100).map(
          ([type, subtypes]) => {
            const list = Object.entries(subtypes);
            return [type, Object.fromEntries(reverse ? list.toReversed() : list)] as const;
          },
        );
        const byType = new Map(entries);
        const shuffled = Object.fromEntries(order.map((type) => [type, byType.get(type) ?? {}]));
        expect(fingerprintOf(snapshotWith(shuffled))).toEqual(fingerprint());
      }),
    );
  });

  it('an accelerator is found as a token and never inside one', () => {
    const sku = fc.constantFrom('GB200', 'GB300', 'B200', 'H100', 'H200', 'A100', 'L40', 'L40S');
    const separator = fc.constantFrom(' ', '-', '  ', '\t');
    fc.assert(
      fc.property(sku, separator, (token, between) => {
        const found = acceleratorOfProduct(`NVIDIA${between}${token}${between}80GB`);
        expect(found).toBe(token.toLowerCase());
        expect(isAccelerator(found ?? '')).toBe(true);
        expect(acceleratorOfProduct(`NVIDIA${between}X${token}`)).toBeUndefined();
        expect(acceleratorOfProduct(`NVIDIA${between}${token}X`)).toBeUndefined();
      }),
    );
  });
});
