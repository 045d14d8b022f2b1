// OCI image manifests, which artifacts are too: https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md

import { digestOf } from '../digest.ts';
import { dataMap, plain, type DataMap } from '../document/data.ts';
import { decodeJson, encodeCompactJson } from '../document/json.ts';
import { ObjectReader } from '../document/object-reader.ts';
import { EvidenceError } from '../errors/evidence-error.ts';
import { MAX_OCI_MANIFEST_BYTES } from '../limits.ts';
import { OCI_INDEX, OCI_MANIFEST } from '../media-types.ts';
import { refuse } from '../place.ts';
import { quote } from '../quote.ts';
import {
  OCI_HINT,
  annotationsData,
  descriptorData,
  readAnnotations,
  readDescriptor,
  readType,
} from './descriptor.ts';
import type { Descriptor, StoredManifest } from './registry.ts';

export interface OciManifest {
  readonly artifactType: string | undefined;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  /** To what it is attached. */
  readonly subject: Descriptor | undefined;
  readonly annotations: ReadonlyMap<string, string>;
}

/** What a registry may serve, by its type. */
export const MANIFEST_KINDS: ReadonlyMap<string, string> = new Map([
  [OCI_MANIFEST, 'a single manifest'],
  [OCI_INDEX, 'an index, which lists manifests'],
  ['application/vnd.docker.distribution.manifest.v2+json', "a container image in Docker's format"],
  ['application/vnd.docker.distribution.manifest.list.v2+json', "a list of Docker's images"],
]);

/**
 * Reads a manifest strictly. Fields that the format does not know are skipped, as it demands.
 *
 * @param file how complaints name it
 * @throws EvidenceError what `decodeJson` throws; KIND_UNEXPECTED, SCHEMA_VERSION_UNKNOWN, FIELD_MISSING,
 *   FIELD_INVALID
 */
export function parseOciManifest(stored: StoredManifest, file: string): OciManifest {
  const limits = { mediaType: OCI_MANIFEST, maxBytes: MAX_OCI_MANIFEST_BYTES };
  const reader = readOci(stored, file, limits, ['manifests']);
  return {
    artifactType: reader.has('artifactType') ? readType(reader, 'artifactType') : undefined,
    config: readDescriptor(reader.data('config'), reader.pointer('config')),
    layers: reader.list('layers', readDescriptor),
    subject: reader.has('subject')
      ? readDescriptor(reader.data('subject'), reader.pointer('subject'))
      : undefined,
    annotations: readAnnotations(reader),
  };
}

/** Its only spelling here: compact JSON, one order of keys, annotations sorted, no line break. */
export function encodeOciManifest(manifest: OciManifest): StoredManifest {
  const { artifactType, config, layers, subject, annotations } = manifest;
  return encodeOci(
    OCI_MANIFEST,
    dataMap({
      schemaVersion: plain('integer', '2'),
      mediaType: OCI_MANIFEST,
      artifactType,
      config: descriptorData(config),
      layers: layers.map(descriptorData),
      subject: subject && descriptorData(subject),
      annotations: annotationsData(annotations),
    }),
  );
}

export function encodeOci(mediaType: string, data: DataMap): StoredManifest {
  const bytes = Buffer.from(encodeCompactJson(data));
  return { bytes, mediaType, digest: digestOf(bytes) };
}

/**
 * What manifests and indexes have in common.
 *
 * @param foreign fields of the other one: with both, one program would read a manifest and another an index
 */
export function readOci(
  stored: StoredManifest,
  file: string,
  { mediaType, maxBytes }: { readonly mediaType: string; readonly maxBytes: number },
  foreign: readonly string[],
): ObjectReader {
  if (stored.mediaType !== mediaType) {
    const found = MANIFEST_KINDS.get(stored.mediaType) ?? quote(stored.mediaType);
    refuseKind(file, found, MANIFEST_KINDS.get(mediaType) ?? mediaType);
  }
  const { length } = stored.bytes;
  if (length > maxBytes) {
    const place = { code: 'LIMIT_EXCEEDED', at: file, hint: OCI_HINT } as const;
    refuse(place, `${length} bytes`, `at most ${maxBytes} bytes`);
  }
  const reader = new ObjectReader(decodeJson(stored.bytes, file), file);
  const invalid = { code: 'FIELD_INVALID', hint: OCI_HINT } as const;
  if (reader.integer('schemaVersion') !== 2) {
    reader.refuse('schemaVersion', { ...invalid, code: 'SCHEMA_VERSION_UNKNOWN', expected: '2' });
  }
  if (reader.has('mediaType') && reader.string('mediaType') !== mediaType) {
    reader.refuse('mediaType', { ...invalid, expected: `${mediaType}, as which it was served` });
  }
  for (const name of foreign.filter((each) => reader.has(each))) {
    const expected = `no such field in ${MANIFEST_KINDS.get(mediaType) ?? mediaType}`;
    reader.refuse(name, { ...invalid, found: name, expected });
  }
  return reader;
}

/** Throws KIND_UNEXPECTED. */
export function refuseKind(file: string, found: string, expected: string, hint = NAME_IT): never {
  throw new EvidenceError('KIND_UNEXPECTED', { at: file, found, expected, hint });
}

const NAME_IT =
  'name the artifact of the evidence, by the digest that was printed when it was pushed';
