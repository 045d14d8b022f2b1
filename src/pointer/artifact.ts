// The artifact that holds a bundle, as AICR pushes it: one layer, a tar.gz, that oras unpacks in place.

import { digestOf, hexOf, type Digest } from '../digest.ts';
import { MAX_ARCHIVE_BYTES } from '../limits.ts';
import { AICR_ARTIFACT, OCI_EMPTY, OCI_TAR_GZIP, SIGSTORE_BUNDLE_TYPE } from '../media-types.ts';
import { refuse } from '../place.ts';
import { quote } from '../quote.ts';
import { OCI_HINT } from './descriptor.ts';
import { encodeOciManifest, refuseKind, type OciManifest } from './oci-manifest.ts';
import type { Descriptor, StoredManifest } from './registry.ts';

/** The content of every config of ours. */
export const EMPTY_CONFIG_BYTES: Uint8Array = Buffer.from('{}');

export const EMPTY_CONFIG: Descriptor = {
  mediaType: OCI_EMPTY,
  digest: digestOf(EMPTY_CONFIG_BYTES),
  size: EMPTY_CONFIG_BYTES.length,
};

/** What is made of a bundle. All of it comes from the bundle, so pushing it again gives the same digest. */
export interface ArtifactOf {
  /** The tar.gz. */
  readonly layer: Pick<Descriptor, 'digest' | 'size'>;
  /** Of the tar inside it. */
  readonly tarDigest: Digest;
  readonly predicateType: string;
  /** Of the tool that made the evidence, as the predicate has it. */
  readonly version: string;
}

export function artifactManifest(bundle: ArtifactOf): StoredManifest {
  const { layer, tarDigest, predicateType, version } = bundle;
  const format = /[^/]+\/[^/]+$/.exec(predicateType)?.[0] ?? predicateType;
  const unpacked = new Map([
    ['io.deis.oras.content.digest', tarDigest],
    ['io.deis.oras.content.unpack', 'true'],
    ['org.opencontainers.image.title', '.'],
  ]);
  return encodeOciManifest({
    artifactType: AICR_ARTIFACT,
    config: EMPTY_CONFIG,
    layers: [
      { mediaType: OCI_TAR_GZIP, digest: layer.digest, size: layer.size, annotations: unpacked },
    ],
    subject: undefined,
    annotations: new Map([
      ['org.opencontainers.image.created', '1970-01-01T00:00:00Z'],
      ['org.opencontainers.image.description', `Evidence bundle for an AICR recipe (${format}).`],
      ['org.opencontainers.image.title', 'AICR Recipe Evidence'],
      ['org.opencontainers.image.version', version],
    ]),
  });
}

const IMAGE_CONFIGS: ReadonlySet<string> = new Set([
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
]);

/**
 * The layer with the bundle. Annotations prove nothing and are not asked for.
 *
 * @throws EvidenceError KIND_UNEXPECTED, FIELD_INVALID, LIMIT_EXCEEDED
 */
export function requireArtifact(manifest: OciManifest, file: string): Descriptor {
  if (manifest.artifactType !== AICR_ARTIFACT) refuseOther(manifest, file);
  const { config } = manifest;
  if (config.digest !== EMPTY_CONFIG.digest || config.size !== EMPTY_CONFIG.size) {
    const found = `${config.digest}, ${config.size} bytes`;
    refuseField(`${file}#/config`, found, `the empty config: ${EMPTY_CONFIG.digest}, 2 bytes`);
  }
  return onlyLayer(manifest, file, { mediaType: OCI_TAR_GZIP, maxBytes: MAX_ARCHIVE_BYTES });
}

/** Throws FIELD_INVALID, LIMIT_EXCEEDED. */
export function onlyLayer(
  { layers }: OciManifest,
  file: string,
  { mediaType, maxBytes }: { readonly mediaType: string; readonly maxBytes: number },
): Descriptor {
  const [layer, ...more] = layers;
  if (layer === undefined || more.length > 0) {
    return refuseField(`${file}#/layers`, `${layers.length} layers`, 'exactly one layer');
  }
  if (layer.mediaType !== mediaType) {
    refuseField(`${file}#/layers/0/mediaType`, quote(layer.mediaType), mediaType);
  }
  requireSize(layer, maxBytes, `${file}#/layers/0`);
  return layer;
}

/** Before anything is asked for: whoever serves it may never end. Throws LIMIT_EXCEEDED. */
export function requireSize({ size }: Descriptor, maxBytes: number, at: string): void {
  if (size <= maxBytes) return;
  const place = { code: 'LIMIT_EXCEEDED', at: `${at}/size`, hint: OCI_HINT } as const;
  refuse(place, `${size} bytes`, `at most ${maxBytes} bytes`);
}

function refuseField(at: string, found: string, expected: string): never {
  return refuse({ code: 'FIELD_INVALID', at, hint: OCI_HINT }, found, expected);
}

function refuseOther({ artifactType, config, subject }: OciManifest, file: string): never {
  const expected = `an artifact of the type ${AICR_ARTIFACT}`;
  const type = artifactType ?? config.mediaType;
  if (type !== SIGSTORE_BUNDLE_TYPE || subject === undefined) {
    const isImage = IMAGE_CONFIGS.has(type);
    refuseKind(
      file,
      isImage ? 'a container image' : `an artifact of the type ${quote(type)}`,
      expected,
    );
  }
  const hint = `name what it is attached to, and with --attestation this one: ${subject.digest}`;
  refuseKind(file, 'a signature, which is attached to an artifact', expected, hint);
}

/**
 * The tag that AICR gives an artifact: the name of the recipe, and the start of the digest of the bundle's
 * manifest.json, so that two bundles of a recipe do not take each other's tag.
 */
export function defaultTag(recipe: string, manifest: Digest): string {
  const slug = recipe
    .toLowerCase()
    .replaceAll(/[^a-z0-9_.-]/g, '-')
    .replaceAll(/^[-.]+|[-.]+$/g, '')
    .slice(0, 80);
  return `${slug}${slug === '' ? '' : '-'}${hexOf(manifest).slice(0, 12)}`;
}
