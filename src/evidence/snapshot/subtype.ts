import type { DataMap } from '../../document/data.ts';

/** A repeated record of a subtype, e.g. one label with its nodes. */
export interface SnapshotItem {
  readonly context: DataMap;
  readonly data: DataMap;
}

/** E.g. `server` of K8s. The maps are the document's own: a snapshot may have 48 MiB. */
export interface Subtype {
  readonly data: DataMap;
  readonly items: readonly SnapshotItem[];
}
