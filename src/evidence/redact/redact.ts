// The files of a minimal bundle. docs/format.md, section "Redaction".

import { decodeJson, encodeJson } from '../../document/json.ts';
import { encodeGo } from '../aicr/go-encode.ts';
import { renderYaml } from '../aicr/yaml-emitter.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { SnapshotKeep } from './policy.ts';
import { redactReport } from './redact-report.ts';
import { redactSnapshot } from './redact-snapshot.ts';
import type { Redacted, WithheldPart } from './withheld.ts';

/** A file of a minimal bundle, and what it has not of the one that it was made of. */
export interface RedactedFile {
  readonly bytes: Uint8Array;
  readonly withheld: readonly WithheldPart[];
}

/** YAML with sorted keys and two spaces of indentation, as AICR writes a snapshot. */
export function minimalSnapshot(snapshot: Snapshot, keep: SnapshotKeep): RedactedFile {
  return fileOf(redactSnapshot(snapshot, keep), (data) => renderYaml(encodeGo('any', data), 2));
}

/** @param bytes a CTRF report. Throws what `decodeJson` throws. */
export function minimalReport(bytes: Uint8Array, file: string): RedactedFile {
  return fileOf(redactReport(decodeJson(bytes, file)), encodeJson);
}

function fileOf(
  { data, withheld }: Redacted,
  encode: (data: Redacted['data']) => string,
): RedactedFile {
  return { bytes: new TextEncoder().encode(encode(data)), withheld };
}
