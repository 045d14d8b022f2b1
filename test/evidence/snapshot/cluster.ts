import { parseSnapshot, type Snapshot } from '../../../src/evidence/snapshot/snapshot.ts';
import { AICR_V1 } from '../../../src/media-types.ts';
import { dataFrom } from '../../document/data-from.ts';

/** Data by type and subtype; `items` of a subtype under `<subtype>[]`. */
export type Measured = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** A snapshot document with these measurements. */
export function snapshotDocument(measured: Measured): { readonly measurements: readonly object[] } {
  const measurements = Object.entries(measured).map(([type, subtypes]) => ({
    type,
    subtypes: Object.entries(subtypes)
      .filter(([subtype]) => !subtype.endsWith('[]'))
      .map(([subtype, data]) => {
        const items = subtypes[`${subtype}[]`];
        return items === undefined ? { subtype, data } : { subtype, data, items };
      }),
  }));
  const header = { kind: 'Snapshot', apiVersion: AICR_V1, metadata: {} };
  return { ...header, measurements };
}

export function snapshotWith(measured: Measured): Snapshot {
  return parseSnapshot(dataFrom(snapshotDocument(measured)), 'snapshot.yaml');
}

/** A cluster that shows every dimension. */
export const EKS_H100 = {
  K8s: { server: { version: 'v1.33.4-eks-e386d34' }, node: { provider: 'eks' } },
  GPU: { hardware: { model: 'h100' } },
  OS: { release: { ID: 'ubuntu', VERSION_ID: '24.04' } },
  NodeTopology: {
    summary: { 'node-count': 6 },
    label: {
      'topology.kubernetes.io/region': 'us-west-2|c1,c2,g1,g2',
      'nvidia.com/gpu.product': 'NVIDIA-H100-80GB-HBM3|g1,g2',
    },
  },
} as const;
