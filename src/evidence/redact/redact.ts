// The files of a minimal bundle. docs/format.md, section "Redaction".

import type { Data } from '../../document/data.ts';
import { decodeJson, encodeJson } from '../../document/json.ts';
import { encodeGo } from '../aicr/go-encode.ts';
import { renderYaml, type ScalarNode, type YamlNode } from '../aicr/yaml-emitter.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { SnapshotKeep } from './policy.ts';
import { redactReport } from './redact-report.ts';
import { redactSnapshot } from './redact-snapshot.ts';
import type { Withhold } from './withheld.ts';

/** YAML with sorted keys and two spaces of indentation, as AICR writes a snapshot, and nothing lost of a text. */
export function minimalSnapshot(
  snapshot: Snapshot,
  keep: SnapshotKeep,
  withhold?: Withhold,
): Uint8Array {
  const data = encodeGo('any', redactSnapshot(snapshot, keep, withhold));
  return new TextEncoder().encode(renderYaml(quoted(data), 2));
}

/** What yaml.v3 writes so that it reads back as something else: it loses a line break, adds blanks to it, or merges. */
const LOST = /^[\t\n]|[\u{2028}\u{2029}]|^<<$/u;

function quoted(node: YamlNode): YamlNode {
  switch (node.kind) {
    case 'scalar':
      return quotedScalar(node);
    case 'list':
      return { ...node, items: node.items.map(quoted) };
    case 'map': {
      const entries = node.entries.map(({ key, value }) => {
        return { key: quotedScalar(key), value: quoted(value) };
      });
      return { ...node, entries };
    }
  }
}

function quotedScalar(scalar: ScalarNode): ScalarNode {
  return LOST.test(scalar.value) ? { ...scalar, style: 'double' } : scalar;
}

interface NamedReport {
  readonly file: string;
  /** CTRF. */
  readonly bytes: Uint8Array;
}

/** Throws what `decodeJson` throws. */
export function minimalReport(
  { file, bytes }: NamedReport,
  keep: SnapshotKeep,
  withhold?: Withhold,
): Uint8Array {
  return minimalOf(decodeJson(bytes, file), keep, withhold);
}

/** The same of a report that was read. */
export function minimalOf(report: Data, keep: SnapshotKeep, withhold?: Withhold): Uint8Array {
  return new TextEncoder().encode(encodeJson(redactReport(report, keep, withhold)));
}
