import { scalarText } from '../../document/data.ts';
import type { Data, DataMap } from '../../document/data.ts';
import { timestampDoubts, versionDoubts } from '../../document/header-doubts.ts';
import { acceptHeader, parseFlatMetadata } from '../../document/header.ts';
import { ObjectReader } from '../../document/object-reader.ts';
import { unknownFields } from '../../document/unknown-fields.ts';
import type { Finding } from '../../errors/fault.ts';
import { quote } from '../../quote.ts';

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

/** What was measured on a cluster. The document's own `fingerprint` block is a claim and is not read. */
export interface Snapshot {
  /** As it was named to `parseSnapshot`; the start of every `at`. */
  readonly file: string;
  /** As the document has it; "" if it has none. */
  readonly apiVersion: string;
  /** The apiVersion is retired or missing: evidence of the snapshot has to be asked for. */
  readonly retired: boolean;
  readonly metadata: ReadonlyMap<string, string>;
  /** By type, then by subtype. */
  readonly measurements: ReadonlyMap<string, ReadonlyMap<string, Subtype>>;
  readonly findings: readonly Finding[];
}

/** Reads a snapshot. Throws KIND_UNEXPECTED, API_VERSION_UNKNOWN, FIELD_MISSING, FIELD_INVALID. */
export function parseSnapshot(data: Data, file: string): Snapshot {
  const document = new ObjectReader(data, file);
  const header = acceptHeader(document, 'Snapshot');
  const metadata = parseFlatMetadata(document);
  const findings = [...header.findings];
  const measurements = new Map<string, ReadonlyMap<string, Subtype>>();
  document.list('measurements', (item, at) => {
    const measurement = new ObjectReader(item, at);
    const type = measurement.text('type');
    const subtypes = parseSubtypes(measurement, type, findings);
    if (measurements.has(type)) findings.push(duplicate(at, type, 'the last one is used'));
    measurements.set(type, subtypes);
  });
  findings.push(...unknownFields(document, ['fingerprint']));
  const { apiVersion, retired } = header;
  return { file, apiVersion, retired, metadata, measurements, findings };
}

/** What is doubtful about when and by what the snapshot was taken. */
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

/** The container images of the cluster: last part of the name, and tag, sorted as measured. */
export function imagesOf(snapshot: Snapshot): readonly { name: string; tag: string }[] {
  const images = subtypeOf(snapshot, 'K8s', 'image')?.data ?? new Map<string, Data>();
  return [...images].map(([name, tag]) => ({ name, tag: scalarText(tag) ?? '' }));
}

/** Of a subtype that comes twice AICR reads the first, of a type the last: so do we, and say so. */
function parseSubtypes(
  measurement: ObjectReader,
  type: string,
  findings: Finding[],
): ReadonlyMap<string, Subtype> {
  const subtypes = new Map<string, Subtype>();
  measurement.optionalList('subtypes', (item, at) => {
    const subtype = new ObjectReader(item, at);
    const name = subtype.optionalText('subtype') ?? '';
    const parsed = parseSubtype(subtype);
    if (subtypes.has(name)) {
      findings.push(duplicate(at, `${type}.${name}`, 'the first one is used'));
      return;
    }
    subtypes.set(name, parsed);
  });
  return subtypes;
}

function parseSubtype(subtype: ObjectReader): Subtype {
  return {
    data: subtype.optionalMap('data'),
    items: subtype.optionalList('items', (item, at) => {
      const entry = new ObjectReader(item, at);
      return { context: entry.optionalMap('context'), data: entry.optionalMap('data') };
    }),
  };
}

function duplicate(at: string, name: string, which: string): Finding {
  return {
    code: 'MEASUREMENT_DUPLICATE',
    at,
    found: `${quote(name)} a second time`,
    expected: 'each type and subtype once',
    hint: `take the snapshot again; ${which}`,
  };
}
