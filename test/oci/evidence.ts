// Evidence in a registry of a test, as others push it too.
import { digestOf } from '../../src/digest.ts';
import { OCI_INDEX } from '../../src/media-types.ts';
import { artifactManifest } from '../../src/pointer/artifact.ts';
import { attestationManifest } from '../../src/pointer/attestation-manifest.ts';
import { referrersTag } from '../../src/pointer/oci-index.ts';
import type { StoredManifest } from '../../src/pointer/registry.ts';
import type { TestRegistry } from './call.ts';

type Stores = Pick<TestRegistry, 'manifests' | 'blobs'>;

export function put({ manifests }: Stores, { bytes, mediaType, digest }: StoredManifest): void {
  manifests.set(`evidence@${digest}`, { bytes: Buffer.from(bytes), mediaType });
}

/** A bundle as a layer. Nobody asks for the config. */
export function pushBundle(registry: Stores, layer: Buffer): StoredManifest {
  const manifest = artifactManifest({
    layer: { digest: digestOf(layer), size: layer.length },
    tarDigest: digestOf('nobody looks at it'),
    predicateType: 'https://aicr.run/recipe-evidence/v3',
    version: 'v1.0.0',
  });
  registry.blobs.set(digestOf(layer), layer);
  put(registry, manifest);
  return manifest;
}

/** Listed by the API of the registry, if it has one. */
export function attach(
  registry: Stores,
  subject: StoredManifest,
  sigstoreBundle: Buffer,
): StoredManifest {
  const manifest = attestationManifest(subject, sigstoreBundle, 'attestation');
  registry.blobs.set(digestOf(sigstoreBundle), sigstoreBundle);
  put(registry, manifest);
  return manifest;
}

/** Listed under the tag alone. */
export function list(
  { manifests }: Stores,
  subject: StoredManifest,
  referrers: readonly StoredManifest[],
): void {
  const entries = referrers.map(({ digest, mediaType, bytes }) => ({
    ...{ mediaType, digest, size: bytes.length },
  }));
  const text = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: entries });
  manifests.set(`evidence:${referrersTag(subject.digest)}`, {
    bytes: Buffer.from(text),
    mediaType: OCI_INDEX,
  });
}
