// Why a snapshot shows no value that a recipe could name, and what helps.

import type { Fault, Finding } from '../../errors/evidence-error.ts';
import { quote } from '../../quote.ts';
import { PRODUCT_LABEL, productsOf, stringOf } from './fingerprint.ts';
import type { CountDimension, Dimension, Fingerprint } from './fingerprint.ts';
import { acceleratorOfProduct } from './gpu-sku.ts';
import type { Snapshot } from './snapshot.ts';

/** A cluster as its snapshot shows it, and as redacted evidence claims it where that is withheld. */
export interface ShownCluster {
  readonly snapshot: Snapshot;
  readonly fingerprint: Fingerprint;
}

/** Where a snapshot shows each dimension, and how it has to be taken for that. */
const MEASURED = {
  service: ['K8s.node.provider', 'with rights to list the nodes'],
  accelerator: [
    `NodeTopology.label.${PRODUCT_LABEL} or GPU.hardware.model`,
    'on a node with a GPU and with rights to list the nodes',
  ],
  os: ['OS.release.ID', 'with all collectors'],
  nodes: ['NodeTopology.summary.node-count', 'with rights to list the nodes'],
} as const;

export type MeasuredDimension = keyof typeof MEASURED;

const DIMENSIONS: readonly MeasuredDimension[] = ['service', 'accelerator', 'os', 'nodes'];

type Why = Pick<Fault, 'found' | 'expected' | 'hint'>;

/** What a recipe can demand and the snapshot does not show; never a reason to say it matched. */
export function fingerprintFindings(cluster: ShownCluster): readonly Finding[] {
  return DIMENSIONS.filter((name) => ['', 0].includes(dimensionOf(name, cluster).value)).map(
    (name) => {
      const { found, ...why } = whyUnknown(name, cluster);
      const at = `${cluster.snapshot.file}#/measurements`;
      return { code: 'DIMENSION_UNKNOWN', at, found: `${name}: ${found}`, ...why };
    },
  );
}

/** Why there is none, and what helps. */
export function whyUnknown(name: MeasuredDimension, cluster: ShownCluster): Why {
  const system = stringOf(cluster.snapshot, 'OS', 'release', 'ID');
  if (name === 'os' && system !== '') return withoutRecipes(name, system);
  const { value, source, note } = dimensionOf(name, cluster);
  if (note === 'multi-gpu') return severalProducts(cluster);
  if (note === 'unknown-sku') return unknownProduct(cluster);
  const [expected, how] = MEASURED[name];
  const shown = typeof value === 'string' ? quote(value) : String(value);
  const found = `the snapshot ${source === undefined ? 'does not show it' : `shows ${shown}`}`;
  return { found, expected, hint: `take the snapshot again, ${how}` };
}

function dimensionOf(
  name: MeasuredDimension,
  { fingerprint }: ShownCluster,
): Dimension | (CountDimension & { readonly note?: never }) {
  return name === 'nodes' ? fingerprint.nodeCount : fingerprint[name];
}

/** The evidence alone says it if its redaction withholds the labels. */
function severalProducts({ snapshot }: ShownCluster): Why {
  const products = productsOf(snapshot);
  const names = products.slice(0, 3).map((product) => quote(product, 100));
  const more = products.length > names.length ? [`${products.length - names.length} more`] : [];
  return {
    found:
      products.length > 1
        ? `the nodes have several GPU products: ${[...names, ...more].join(', ')}`
        : 'the evidence says that the nodes have several GPU products',
    expected: 'one GPU product on all nodes',
    hint: 'only a recipe that names no accelerator fits this cluster; another needs a cluster with one GPU product',
  };
}

function unknownProduct({ snapshot, fingerprint }: ShownCluster): Why {
  const { gpuModel, accelerator } = fingerprint;
  if (accelerator.source !== gpuModel.source) {
    return withoutRecipes('accelerator', productsOf(snapshot)[0]);
  }
  const meant = acceleratorOfProduct(gpuModel.value);
  if (meant === undefined) return withoutRecipes('accelerator', gpuModel.value);
  // Of the model of one node, AICR reads no other spelling.
  return {
    found: `the snapshot shows ${quote(gpuModel.value, 100)} as GPU.hardware.model alone`,
    expected: `${quote(meant)} there, or the label ${PRODUCT_LABEL} of the nodes`,
    hint: `take the snapshot again, ${MEASURED.accelerator[1]}`,
  };
}

function withoutRecipes(name: MeasuredDimension, value: string | undefined): Why {
  const shown =
    value === undefined ? 'the evidence claims one' : `the snapshot shows ${quote(value, 100)},`;
  const hint = `only a recipe that names no ${name} fits this cluster; another needs a cluster with one that AICR has recipes for`;
  const found = `${shown} for which AICR has no recipes`;
  return { found, expected: `an ${name} that AICR has recipes for`, hint };
}
