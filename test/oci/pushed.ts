// The artifact of testdata/oci with what is attached to it, pushed step by step.
import { EMPTY_CONFIG, EMPTY_CONFIG_BYTES } from '../../src/pointer/artifact.ts';
import { referrersTag } from '../../src/pointer/oci-index.ts';
import type { Descriptor, Repository, StoredManifest } from '../../src/pointer/registry.ts';
import { ARTIFACT, ATTESTATION, INDEX, ociBytes, parsed } from '../pointer/oci.ts';

export const LAYER = ociBytes('evidence.tar.gz');
export const SIGNATURE = ociBytes('attestation.sigstore.json');
export const TAG = referrersTag(ARTIFACT.digest);

type Step = (repository: Repository) => Promise<void>;

export function blob(descriptor: Descriptor, bytes: Uint8Array): Step {
  return async (repository) => {
    await repository.writeBlob(descriptor, async function* content() {
      yield bytes;
    });
  };
}

export function layerOf(manifest: StoredManifest): Descriptor {
  return parsed(manifest).layers[0] ?? EMPTY_CONFIG;
}

export const LAYER_BLOB = layerOf(ARTIFACT);

export const STEPS: readonly Step[] = [
  blob(LAYER_BLOB, LAYER),
  blob(EMPTY_CONFIG, EMPTY_CONFIG_BYTES),
  async (repository) => await repository.writeManifest(ARTIFACT),
  blob(layerOf(ATTESTATION), SIGNATURE),
  async (repository) => await repository.writeManifest(ATTESTATION),
  async (repository) => await repository.writeManifest(INDEX, TAG),
  async (repository) => await repository.writeManifest(ARTIFACT, 'v1'),
];

export async function push(repository: Repository, steps = STEPS): Promise<void> {
  for (const step of steps) await step(repository);
}
