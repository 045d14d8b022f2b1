import { trimBlanks } from '../../document/blanks.ts';
import { scalarText, type DataMap } from '../../document/data.ts';
import { acceleratorOfProduct, isAccelerator } from './gpu-sku.ts';
import { itemReadings, nodesIn, splitFolded, wholeNumber } from './label-reading.ts';
import type { LabelReading } from './label-reading.ts';
import { readProvider } from './provider.ts';
import { subtypeOf, type Snapshot } from './snapshot.ts';

/**
 * Why there is no one value. Or `raw-provider`: the snapshot has the cloud provider's own name, and the
 * value is the service that it means.
 */
export type Note = 'multi-gpu' | 'multi-region' | 'raw-provider' | 'unknown-sku';

/** One stable fact of a cluster. `value` is "" if the snapshot does not show it. */
export interface Dimension {
  readonly value: string;
  /** Where it was read, e.g. `k8s.node.provider`. */
  readonly source?: string;
  readonly note?: Note;
}

export interface OsDimension extends Dimension {
  readonly version?: string;
}

/** `value` is 0 if the snapshot does not show it. */
export interface CountDimension {
  readonly value: number;
  readonly source?: string;
}

/** AICR's fingerprint, field by field as its predicate has them. docs/format.md §5. */
export interface Fingerprint {
  readonly service: Dimension;
  readonly accelerator: Dimension;
  readonly gpuModel: Dimension;
  readonly os: OsDimension;
  readonly k8sVersion: Dimension;
  readonly region: Dimension;
  readonly nodeCount: CountDimension;
  readonly gpuNodeCount: CountDimension;
}

export const REGION_LABEL = 'topology.kubernetes.io/region';
export const PRODUCT_LABEL = 'nvidia.com/gpu.product';
const LABELS: ReadonlySet<string> = new Set([REGION_LABEL, PRODUCT_LABEL]);
const PRODUCT_SOURCE = labelSource(PRODUCT_LABEL);
const MODEL_SOURCE = 'gpu.hardware.model';

/** The names in `/etc/os-release` of each operating system for which AICR has recipes. */
const OS_NAMES: ReadonlyMap<string, string> = new Map([
  ['ubuntu', 'ubuntu'],
  ['rhel', 'rhel'],
  ['redhatenterpriselinux', 'rhel'],
  ['redhat', 'rhel'],
  ['cos', 'cos'],
  ['amazonlinux', 'amazonlinux'],
  ['amzn', 'amazonlinux'],
  ['amazon', 'amazonlinux'],
  ['al2', 'amazonlinux'],
  ['al2023', 'amazonlinux'],
  ['ol', 'ol'],
  ['talos', 'talos'],
]);

/** How a dimension that was read from a label names it. */
export function labelSource(label: string): string {
  return `nodeTopology.label.${label}`;
}

const NOT_SHOWN: Dimension = { value: '' };

function shownAt(source: string, value: string): Dimension {
  return value === '' ? NOT_SHOWN : { value, source };
}

/** The fingerprint of a snapshot, computed as AICR does; nothing is taken from a claim. */
export function fingerprintOf(snapshot: Snapshot): Fingerprint {
  const labels = labelsOf(snapshot);
  const model = stringOf(snapshot, 'GPU', 'hardware', 'model');
  return {
    service: serviceOf(stringOf(snapshot, 'K8s', 'node', 'provider')),
    accelerator: acceleratorOf(labels, model),
    gpuModel: shownAt(MODEL_SOURCE, model),
    os: osOf(snapshot),
    k8sVersion: shownAt(
      'k8s.server.version',
      stringOf(snapshot, 'K8s', 'server', 'version').replace(/^v/, ''),
    ),
    region: regionOf(labels),
    nodeCount: nodeCountOf(snapshot),
    gpuNodeCount: labels ? { value: gpuNodesIn(labels), source: PRODUCT_SOURCE } : { value: 0 },
  };
}

/**
 * The labels of all nodes. Lossless readings are preferred; if they contradict themselves, there are
 * none.
 */
interface Labels {
  readonly data: DataMap;
  readonly lossless: readonly LabelReading[] | undefined;
}

function labelsOf(snapshot: Snapshot): Labels | undefined {
  const labels = subtypeOf(snapshot, 'NodeTopology', 'label');
  if (labels === undefined) return undefined;
  const lossless = labels.items.length > 0 ? (itemReadings(labels, LABELS) ?? []) : undefined;
  return { data: labels.data, lossless };
}

/** Only what the document has as a string, as in AICR: a number may have lost its text before. */
export function stringOf(snapshot: Snapshot, type: string, subtype: string, key: string): string {
  const data = subtypeOf(snapshot, type, subtype)?.data.get(key);
  return typeof data === 'string' ? data : '';
}

function serviceOf(provider: string): Dimension {
  const { service, isRaw } = readProvider(provider);
  const shown = shownAt('k8s.node.provider', service);
  return isRaw ? { ...shown, note: 'raw-provider' } : shown;
}

/** For an unknown system the version is unknown too: alone it would say nothing. */
function osOf(snapshot: Snapshot): OsDimension {
  const id = trimBlanks(stringOf(snapshot, 'OS', 'release', 'ID')).toLowerCase();
  const value = OS_NAMES.get(id);
  if (value === undefined) return NOT_SHOWN;
  const version = stringOf(snapshot, 'OS', 'release', 'VERSION_ID');
  return { value, ...(version === '' ? {} : { version }), source: 'os.release' };
}

function nodeCountOf(snapshot: Snapshot): CountDimension {
  const data = subtypeOf(snapshot, 'NodeTopology', 'summary')?.data.get('node-count');
  const value = wholeNumber(data);
  return value === undefined ? { value: 0 } : { value, source: 'nodeTopology.summary.node-count' };
}

function regionOf(labels: Labels | undefined): Dimension {
  const regions = labelValues(labels, REGION_LABEL);
  const source = labelSource(REGION_LABEL);
  if (regions.length > 1) return { value: '', source, note: 'multi-region' };
  return shownAt(source, regions[0] ?? '');
}

/** The label of all nodes first: it shows a mixed cluster, which one node's model cannot. */
function acceleratorOf(labels: Labels | undefined, model: string): Dimension {
  const labelled = labelledAccelerator(labels);
  if (labelled.value !== '' || labelled.note === 'multi-gpu' || model === '') return labelled;
  if (isAccelerator(model)) return { value: model, source: MODEL_SOURCE };
  if (labelled.note !== undefined) return labelled;
  return { value: '', source: MODEL_SOURCE, note: 'unknown-sku' };
}

function labelledAccelerator(labels: Labels | undefined): Dimension {
  const products = labelValues(labels, PRODUCT_LABEL);
  if (products.length > 1) return { value: '', source: PRODUCT_SOURCE, note: 'multi-gpu' };
  const [product] = products;
  if (product === undefined) return NOT_SHOWN;
  const value = acceleratorOfProduct(product);
  if (value !== undefined) return { value, source: PRODUCT_SOURCE };
  return { value: '', source: PRODUCT_SOURCE, note: 'unknown-sku' };
}

/** The GPU products that the labels of the nodes name. */
export function productsOf(snapshot: Snapshot): readonly string[] {
  return labelValues(labelsOf(snapshot), PRODUCT_LABEL);
}

/** The values of a label on the nodes of the cluster. */
function labelValues(labels: Labels | undefined, label: string): readonly string[] {
  if (labels === undefined) return [];
  if (labels.lossless !== undefined) {
    const readings = labels.lossless;
    return [...new Set(readings.filter(({ key }) => key === label).map(({ value }) => value))];
  }
  const split = [...labels.data].filter(([key]) => key.startsWith(`${label}.`));
  if (split.length > 1) return split.map(([, data]) => splitFolded(scalarText(data) ?? '').value);
  const folded = labels.data.get(label);
  return typeof folded === 'string' && folded !== '' ? [splitFolded(folded).value] : [];
}

/** Distinct nodes that carry the product label; lossless readings count truncated lists in full. */
function gpuNodesIn(labels: Labels): number {
  if (labels.lossless !== undefined) {
    return labels.lossless
      .filter(({ key }) => key === PRODUCT_LABEL)
      .reduce((sum, { count }) => sum + count, 0);
  }
  const nodes = new Set<string>();
  for (const [key, data] of labels.data) {
    if (key !== PRODUCT_LABEL && !key.startsWith(`${PRODUCT_LABEL}.`)) continue;
    for (const node of nodesIn(splitFolded(scalarText(data) ?? '').nodeList)) {
      nodes.add(trimBlanks(node));
    }
  }
  nodes.delete('');
  return nodes.size;
}
