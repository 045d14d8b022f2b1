// The list of what is attached to an artifact: an OCI index, as the Referrers API gives it and as clients keep it
// under a tag where a registry has no such API.
// https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#referrers-tag-schema

import type { Digest } from '../digest.ts';
import { dataMap, isDataList, isNull, plain, type Data, type DataMap } from '../document/data.ts';
import { faultOf, orIfRefused, type Fault } from '../errors/evidence-error.ts';
import { MAX_OCI_INDEX_BYTES } from '../limits.ts';
import { OCI_INDEX } from '../media-types.ts';
import { refuse } from '../place.ts';
import { OCI_HINT, descriptorData, descriptorOf, readDescriptor } from './descriptor.ts';
import { encodeOci, parseOciManifest, readOci } from './oci-manifest.ts';
import type { Descriptor, ReferrerList, StoredManifest } from './registry.ts';

export interface OciIndex extends ReferrerList {
  /** All of it, as it was. */
  readonly fields: DataMap;
}

const EMPTY: DataMap = dataMap({
  schemaVersion: plain('integer', '2'),
  mediaType: OCI_INDEX,
  manifests: [],
});

/** The tag under which clients list what is attached to this. */
export function referrersTag(subject: Digest): string {
  return subject.replace(':', '-');
}

/**
 * Reads an index strictly, but for its entries: each that cannot be read is told of, and skipped.
 *
 * @param file how complaints name it
 * @throws EvidenceError what `decodeJson` throws; KIND_UNEXPECTED, SCHEMA_VERSION_UNKNOWN, FIELD_MISSING,
 *   FIELD_INVALID
 */
export function parseOciIndex(stored: StoredManifest, file: string): OciIndex {
  const limits = { mediaType: OCI_INDEX, maxBytes: MAX_OCI_INDEX_BYTES };
  const reader = readOci(stored, file, limits, ['config', 'layers']);
  // Go writes null for a list that it never began.
  const list = isNull(reader.data('manifests')) ? [] : reader.list('manifests', readEntry);
  return {
    manifests: list.flatMap(({ descriptor }) => descriptor ?? []),
    unread: list.flatMap(({ fault }) => fault ?? []),
    fields: new Map(reader.names().map((name) => [name, reader.data(name) ?? []])),
  };
}

interface Entry {
  readonly descriptor?: Descriptor;
  readonly fault?: Fault;
}

function readEntry(data: Data, at: string): Entry {
  return orIfRefused<Entry, Entry>(
    () => ({ descriptor: readDescriptor(data, at) }),
    (error) => ({ fault: faultOf(error) }),
  );
}

/**
 * The index with one more entry, and everything else as it is; undefined if that is listed already. The
 * first entry makes a new index.
 *
 * @throws EvidenceError LIMIT_EXCEEDED, and what `parseOciManifest` throws
 */
export function withReferrer(
  index: OciIndex | undefined,
  referrer: StoredManifest,
): StoredManifest | undefined {
  if (index?.manifests.some(({ digest }) => digest === referrer.digest) === true) return undefined;
  const { artifactType, config, annotations } = parseOciManifest(referrer, referrer.digest);
  const entry = descriptorData({
    ...descriptorOf(referrer),
    annotations,
    artifactType: artifactType ?? config.mediaType,
  });
  const fields = index?.fields ?? EMPTY;
  const list = fields.get('manifests');
  const manifests = [...(isDataList(list) ? list : []), entry];
  const encoded = encodeOci(OCI_INDEX, new Map([...fields, ['manifests', manifests]]));
  if (encoded.bytes.length <= MAX_OCI_INDEX_BYTES) return encoded;
  const place = { code: 'LIMIT_EXCEEDED', at: referrer.digest, hint: OCI_HINT } as const;
  return refuse(place, `a list of ${encoded.bytes.length} bytes`, `at most ${MAX_OCI_INDEX_BYTES}`);
}
