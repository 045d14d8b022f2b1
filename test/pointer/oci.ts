// The manifests of testdata/oci, and what a test changes in them.
import { readFileSync } from 'node:fs';

import { digestOf } from '../../src/digest.ts';
import { OCI_INDEX, OCI_MANIFEST } from '../../src/media-types.ts';
import { parseOciManifest, type OciManifest } from '../../src/pointer/oci-manifest.ts';
import type { StoredManifest } from '../../src/pointer/registry.ts';

export type Json = Record<string, unknown>;

export function ociBytes(name: string): Buffer {
  return readFileSync(new URL(`../../testdata/oci/${name}`, import.meta.url));
}

export function stored(bytes: Uint8Array | string, mediaType = OCI_MANIFEST): StoredManifest {
  return { bytes: Buffer.from(bytes), mediaType, digest: digestOf(bytes) };
}

export const ARTIFACT = stored(ociBytes('artifact.json'));
export const ATTESTATION = stored(ociBytes('attestation.json'));
export const INDEX = stored(ociBytes('index.json'), OCI_INDEX);

/** The same manifest, or index, with one thing changed. */
export function changed(
  { bytes, mediaType }: StoredManifest,
  change: (manifest: Json) => unknown,
): StoredManifest {
  const manifest = JSON.parse(Buffer.from(bytes).toString()) as Json;
  change(manifest);
  return stored(JSON.stringify(manifest), mediaType);
}

export function parsed(manifest: StoredManifest): OciManifest {
  return parseOciManifest(manifest, 'm');
}

/** A map inside, by its keys. */
export function inside(manifest: unknown, ...path: readonly (string | number)[]): Json {
  return path.reduce<unknown>((at, key) => (at as Json)[key], manifest) as Json;
}
