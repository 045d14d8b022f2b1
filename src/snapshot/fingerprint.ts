/** One stable fact of a cluster. `value` is "" if the snapshot does not show it. */
export interface Dimension {
  readonly value: string;
  /** Where it was read, e.g. `k8s.node.provider`. */
  readonly source?: string;
  /** Why there is no one value: `multi-region`, `multi-gpu`, `unknown-sku`. */
  readonly note?: string;
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
