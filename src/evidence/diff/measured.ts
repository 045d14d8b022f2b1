// The values of a snapshot, as far as a difference of them says something.
import { scalarText } from '../../document/data.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';

/** Each value by its path. Of nodes the fingerprint says what matters; their lists are of thousands. */
export function measuredOf({
  measurements,
}: Snapshot): readonly (readonly [path: string, value: string])[] {
  return [...measurements].flatMap(([type, subtypes]) =>
    type === 'NodeTopology'
      ? []
      : [...subtypes].flatMap(([subtype, { data }]) =>
          [...data].flatMap(([key, value]) => {
            const path = `${type}.${subtype}.${key}`;
            const text = scalarText(value);
            return text === undefined || FINGERPRINTED.has(path) ? [] : [[path, text] as const];
          }),
        ),
  );
}

/** Already told of as a fact of the cluster, or as a version. */
const FINGERPRINTED: ReadonlySet<string> = new Set([
  'K8s.server.version',
  'K8s.node.provider',
  'OS.release.ID',
  'OS.release.VERSION_ID',
  'GPU.hardware.model',
]);
