import { Plain, scalarText, type Data } from '../../document/data.ts';
import {
  acceptHeader,
  parseFlatMetadata,
  timestampDoubts,
  versionDoubts,
} from '../../document/header.ts';
import type { AcceptedHeader } from '../../document/header.ts';
import { ObjectReader } from '../../document/object-reader.ts';
import { decodeYaml } from '../../document/yaml.ts';
import type { Finding } from '../../errors/evidence-error.ts';
import { faultAt, refuse } from '../../place.ts';
import { quote } from '../../quote.ts';
import { recognising } from '../../recognise.ts';
import { requireFewEntries, requireFewSubtypes } from './snapshot-limits.ts';
import type { Subtype } from './subtype.ts';

/** What was measured on a cluster. The document's own `fingerprint` block is a claim and is not read. */
export interface Snapshot extends AcceptedHeader {
  /** As it was named to `parseSnapshot`; the start of every `at`. */
  readonly file: string;
  /** The document as it was read. */
  readonly data: Data;
  readonly metadata: ReadonlyMap<string, string>;
  /** By type, then by subtype. */
  readonly measurements: ReadonlyMap<string, ReadonlyMap<string, Subtype>>;
}

/** Reads a snapshot, YAML. Throws what `decodeYaml` and `parseSnapshot` throw. */
export function readSnapshot(bytes: Uint8Array, file: string): Snapshot {
  return recognising('snapshot', { file, bytes }, () =>
    parseSnapshot(decodeYaml(bytes, file), file),
  );
}

/**
 * Reads a snapshot.
 *
 * @param file how complaints name it
 * @throws EvidenceError KIND_UNEXPECTED, API_VERSION_UNKNOWN, FIELD_MISSING, FIELD_INVALID,
 *   DOCUMENT_DUPLICATE_KEY (keys of JSON that differ in case alone), LIMIT_EXCEEDED, all invalid
 */
export function parseSnapshot(data: Data, file: string): Snapshot {
  const document = new ObjectReader(data, file);
  const header = acceptHeader(document, 'Snapshot');
  const metadata = parseFlatMetadata(document);
  requireFewSubtypes(document);
  const measured = document.list('measurements', parseMeasurement);
  const again = repeated(measured, ({ type }) => type);
  return {
    file,
    data,
    ...header,
    metadata,
    measurements: new Map(measured.map(({ type, subtypes }) => [type, subtypes])),
    findings: [
      ...header.findings,
      ...measured.flatMap((each) => [
        ...each.findings,
        ...(again.has(each) ? [duplicate(each.at, each.type, 'the last one is used')] : []),
      ]),
      ...document.ignored(['fingerprint']),
    ],
  };
}

/** The items whose name came before. */
function repeated<T>(items: readonly T[], nameOf: (item: T) => string): ReadonlySet<T> {
  const names = new Set<string>();
  const again = new Set<T>();
  for (const item of items) {
    const name = nameOf(item);
    if (names.has(name)) again.add(item);
    names.add(name);
  }
  return again;
}

/** Doubts about the time and the tool of the snapshot. */
export function snapshotDoubts(snapshot: Snapshot, now: Date): readonly Finding[] {
  const { metadata, file } = snapshot;
  return [
    ...timestampDoubts(metadata.get('timestamp'), now, `${file}#/metadata/timestamp`),
    ...versionDoubts(metadata.get('version'), `${file}#/metadata/version`),
  ];
}

export function subtypeOf(snapshot: Snapshot, type: string, subtype: string): Subtype | undefined {
  return snapshot.measurements.get(type)?.get(subtype);
}

/** The container images of the cluster: last part of the name, and tag, in the measured order. */
export function imagesOf(snapshot: Snapshot): readonly { name: string; tag: string }[] {
  const images = subtypeOf(snapshot, 'K8s', 'image')?.data ?? new Map<string, Data>();
  return [...images].map(([name, tag]) => ({ name, tag: scalarText(tag) ?? '' }));
}

interface Measurement {
  readonly type: string;
  readonly at: string;
  readonly subtypes: ReadonlyMap<string, Subtype>;
  readonly findings: readonly Finding[];
}

/**
 * If a subtype comes twice, AICR reads the first one; of a type, the last one. We do the same, and say
 * so.
 */
function parseMeasurement(data: Data, at: string): Measurement {
  const measurement = new ObjectReader(data, at);
  const type = measurement.text('type');
  const listed = measurement.optionalList('subtypes', parseSubtype);
  const again = repeated(listed, ({ name }) => name);
  const kept = listed.filter((each) => !again.has(each));
  if (type === 'NodeTopology') kept.forEach(requireNodeCount);
  for (const each of kept) requireFewEntries(`${type}.${each.name}`, each.subtype, each.at);
  return {
    type,
    at,
    subtypes: new Map(kept.map(({ name, subtype }) => [name, subtype])),
    findings: [...again].map((each) =>
      duplicate(each.at, `${type}.${each.name}`, 'the first one is used'),
    ),
  };
}

interface NamedSubtype {
  readonly name: string;
  readonly at: string;
  readonly subtype: Subtype;
}

/** Fewer nodes than none: a statement that said so would be no statement of this format. */
function requireNodeCount({ name, at, subtype }: NamedSubtype): void {
  const count = subtype.data.get('node-count');
  if (name !== 'summary' || !(count instanceof Plain) || !/^-[0-9]/.test(count.text)) return;
  const hint = 'take the snapshot again with rights to list the nodes; nobody may edit it by hand';
  const expected = 'a number of nodes, 0 or more';
  refuse({ code: 'FIELD_INVALID', at: `${at}/data/node-count`, hint }, quote(count.text), expected);
}

function parseSubtype(data: Data, at: string): NamedSubtype {
  const reader = new ObjectReader(data, at);
  const name = reader.optionalText('subtype') ?? '';
  const subtype = {
    data: reader.optionalMap('data'),
    items: reader.optionalList('items', (item, itemAt) => {
      const entry = new ObjectReader(item, itemAt);
      return { context: entry.optionalMap('context'), data: entry.optionalMap('data') };
    }),
  };
  return { name, at, subtype };
}

function duplicate(at: string, name: string, which: string): Finding {
  const hint = `take the snapshot again; ${which}`;
  const found = `${quote(name)} a second time`;
  return faultAt({ code: 'MEASUREMENT_DUPLICATE', at, hint }, found, 'each type and subtype once');
}
