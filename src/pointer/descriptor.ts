// OCI descriptors: https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md

import { compareBytes } from '../compare-bytes.ts';
import { digestOf, isDigest, type Digest } from '../digest.ts';
import { dataMap, plain, type Data, type DataMap } from '../document/data.ts';
import { ObjectReader } from '../document/object-reader.ts';
import { decodeBase64 } from '../trust/base64.ts';
import type { Descriptor, StoredManifest } from './registry.ts';

export const OCI_HINT = 'have the artifact pushed again, or name another one by its digest';

/** RFC 6838 §4.2, and the parameters that older Sigstore bundles have. */
const MEDIA_TYPE =
  /^\w[\w!#$&^.+-]{0,126}\/\w[\w!#$&^.+-]{0,126}(?:;[\w.-]{1,30}=[\w.+-]{1,30}){0,3}$/;

/**
 * Reads one strictly; what the format does not know is skipped, as it demands. Throws FIELD_MISSING,
 * FIELD_INVALID, DOCUMENT_DUPLICATE_KEY.
 */
export function readDescriptor(data: Data | undefined, at: string): Descriptor {
  const reader = new ObjectReader(data, at);
  const digest = readDigest(reader);
  const size = reader.integer('size');
  if (reader.has('urls')) {
    invalid(reader, 'urls', 'no other place of the content: only the registry is asked for it');
  }
  requireTrueData(reader, digest, size);
  const annotations = readAnnotations(reader);
  const artifactType = reader.has('artifactType') ? readType(reader, 'artifactType') : undefined;
  return {
    mediaType: readType(reader, 'mediaType'),
    digest,
    size,
    ...(annotations.size > 0 && { annotations }),
    ...(artifactType !== undefined && { artifactType }),
  };
}

export function readType(reader: ObjectReader, name: string): string {
  const type = reader.string(name);
  return MEDIA_TYPE.test(type) ? type : invalid(reader, name, 'a media type');
}

/** An absent map is an empty one. Keys are anybody's, so two that differ in case alone are two: a plain map has no twins. */
export function readAnnotations(reader: ObjectReader): ReadonlyMap<string, string> {
  const plainMap = new Map(reader.optionalMap('annotations'));
  const map = new ObjectReader(plainMap, reader.pointer('annotations'));
  return new Map(map.names().map((name) => [name, map.string(name)]));
}

function readDigest(reader: ObjectReader): Digest {
  const digest = reader.string('digest');
  if (isDigest(digest)) return digest;
  return invalid(reader, 'digest', 'sha256: and 64 lower-case hexadecimal digits');
}

/** A copy of the content: oras writes that of the empty config. It is compared, and never used. */
function requireTrueData(reader: ObjectReader, digest: Digest, size: number): void {
  if (!reader.has('data')) return;
  const place = { code: 'FIELD_INVALID', at: reader.pointer('data'), hint: OCI_HINT } as const;
  const content = decodeBase64(reader.string('data'), place);
  if (content.length === size && digestOf(content) === digest) return;
  const found = `${content.length} bytes with the digest ${digestOf(content)}`;
  reader.refuse('data', { ...place, found, expected: `the ${size} bytes of ${digest}` });
}

function invalid(reader: ObjectReader, name: string, expected: string): never {
  return reader.refuse(name, { code: 'FIELD_INVALID', expected, hint: OCI_HINT });
}

/** In the order in which Go's programs write the fields. */
export function descriptorData(descriptor: Descriptor): DataMap {
  const { mediaType, digest, size, annotations, artifactType } = descriptor;
  return dataMap({
    mediaType,
    digest,
    size: plain('integer', String(size)),
    annotations: annotationsData(annotations ?? new Map()),
    artifactType,
  });
}

/** Sorted; undefined if there are none. */
export function annotationsData(annotations: ReadonlyMap<string, string>): DataMap | undefined {
  if (annotations.size === 0) return undefined;
  return new Map([...annotations].toSorted(([one], [other]) => compareBytes(one, other)));
}

/** What leads to these bytes. */
export function descriptorOf({ mediaType, digest, bytes }: StoredManifest): Descriptor {
  return { mediaType, digest, size: bytes.length };
}
