// The files of a minimal bundle. docs/format.md, section "Redaction".

import { decodeJson, encodeJson } from '../../document/json.ts';
import { encodeGo } from '../aicr/go-encode.ts';
import { renderYaml } from '../aicr/yaml-emitter.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { SnapshotKeep } from './policy.ts';
import { redactReport } from './redact-report.ts';
import { redactSnapshot } from './redact-snapshot.ts';
import type { Withhold } from './withheld.ts';

/** YAML with sorted keys and two spaces of indentation, as AICR writes a snapshot. */
export function minimalSnapshot(
  snapshot: Snapshot,
  keep: SnapshotKeep,
  withhold?: Withhold,
): Uint8Array {
  const data = encodeGo('any', redactSnapshot(snapshot, keep, withhold));
  return new TextEncoder().encode(renderYaml(data, 2));
}

/** @param bytes a CTRF report. Throws what `decodeJson` throws. */
export function minimalReport(bytes: Uint8Array, file: string, withhold?: Withhold): Uint8Array {
  return new TextEncoder().encode(encodeJson(redactReport(decodeJson(bytes, file), withhold)));
}
