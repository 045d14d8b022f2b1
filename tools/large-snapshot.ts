// A snapshot of many nodes, as AICR writes it: for the benchmark, and for the test that counts the work.

/** Of every node: the label is the same on all, so its list names all of them, twice. */
const COMMON_LABELS = 70;
/** Of each node: the values differ, so each has an entry and an item with one name. */
const OWN_LABELS = ['kubernetes.io/hostname', 'aicr.run/serial', 'topology.aicr.run/port'] as const;

/** The lines of a snapshot, all labels in `data` and in `items`. */
export function largeSnapshot(nodes: number): string {
  const names = Array.from({ length: nodes }, (_, node) => nameOf(node));
  const all = names.join(',');
  const common = Array.from({ length: COMMON_LABELS }, (_, index) => commonLabel(index));
  const data = [
    ...common.map(([key, value]) => `${key}: ${value}|${all}`),
    ...OWN_LABELS.flatMap((key) => names.map((name, node) => ownEntry(key, name, node))),
  ];
  const items = [
    ...common.map(([key, value]) => itemOf(key, value, all, nodes)),
    ...OWN_LABELS.flatMap((key) =>
      names.map((name, node) => itemOf(key, ownValue(key, node), name, 1)),
    ),
  ];
  return [
    HEAD(nodes, data.length),
    ...data.map((line) => `      ${line}`),
    '    items:',
    ...items,
    '',
  ].join('\n');
}

const HEAD = (nodes: number, labels: number): string => `apiVersion: aicr.run/v1
kind: Snapshot
metadata:
  source-node: ${nameOf(0)}
  timestamp: "2026-06-10T01:00:00Z"
  version: v1.0.0
measurements:
- type: K8s
  subtypes:
  - subtype: server
    data:
      version: v1.33.4-eks-e386d34
  - subtype: node
    data:
      provider: eks
- type: GPU
  subtypes:
  - subtype: hardware
    data:
      gpu-count: 8
      model: h100
- type: OS
  subtypes:
  - subtype: release
    data:
      ID: ubuntu
      VERSION_ID: "24.04"
- type: NodeTopology
  subtypes:
  - subtype: summary
    data:
      label-count: ${labels}
      node-count: ${nodes}
      taint-count: 0
  - subtype: label
    data:`;

function nameOf(node: number): string {
  const part = (shift: number): number => Math.floor(node / shift) % 250;
  return `ip-10-${part(62_500)}-${100 + part(250)}-${part(1)}.us-west-2.compute.internal`;
}

function commonLabel(index: number): readonly [key: string, value: string] {
  if (index === 0) return ['nvidia.com/gpu.product', 'NVIDIA-H100-80GB-HBM3'];
  if (index === 1) return ['topology.kubernetes.io/region', 'us-west-2'];
  return [`nvidia.com/feature-${index}.present`, 'yes-of-all'];
}

function ownValue(key: string, node: number): string {
  return key === 'kubernetes.io/hostname' ? nameOf(node) : `value-${node}`;
}

function ownEntry(key: string, name: string, node: number): string {
  const value = ownValue(key, node);
  return `${key}.${value}: ${value}|${name}`;
}

function itemOf(key: string, value: string, list: string, count: number): string {
  return `    - context:
        key: ${key}
        value: ${value}
      data:
        node-count: ${count}
        node-list: ${list}
        truncated: false`;
}
