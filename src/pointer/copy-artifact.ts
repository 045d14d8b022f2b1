// Copies an artifact and what is attached to it, byte for byte, so that every digest stays.

import type { Digest } from '../digest.ts';
import { requireArtifact } from './artifact.ts';
import { attachReferrer, type Pauses } from './attach.ts';
import { requireStored } from './find-attestations.ts';
import { parseOciManifest } from './oci-manifest.ts';
import { contentFrom, pushManifest, type OpenBlob } from './push-manifest.ts';
import { hasTag } from './push.ts';
import type { Descriptor, Repository, StoredManifest } from './registry.ts';

/** Into a layout that is being written nobody else writes. */
export const NO_PAUSES: Pauses = {
  now: () => 0,
  wait: async () => await Promise.resolve(),
  random: () => 0,
};

export interface CopiedArtifact {
  readonly artifact: StoredManifest;
  /** The manifests of what is attached. */
  readonly referrers: readonly StoredManifest[];
  readonly open: OpenBlob;
  readonly tag?: string | undefined;
  /** Takes the tag from another artifact. */
  readonly force?: boolean;
}

/**
 * What is there already is not sent again; interrupted, blobs that nothing refers to are left, or an artifact without
 * a tag.
 *
 * @throws EvidenceError TAG_TAKEN, before anything is sent; what `attachReferrer` and the repository throw
 */
export async function copyArtifact(
  to: Repository,
  { artifact, referrers, open, tag, force = false }: CopiedArtifact,
  pauses: Pauses,
): Promise<void> {
  const isTagged = tag !== undefined && (await hasTag(to, { artifact, tag, force }));
  await pushManifest(to, artifact, open);
  for (const referrer of referrers) {
    await attachReferrer(to, artifact, referrer, { open, pauses });
  }
  if (tag !== undefined && !isTagged) await to.writeManifest(artifact, tag);
}

/** Reads a blob from an offset on. */
export function openFrom(from: Repository): OpenBlob {
  return (blob, offset) => contentFrom(from.readBlob(blob), offset);
}

/**
 * The manifest of an artifact, and its layer, which has the bundle.
 *
 * @throws EvidenceError REGISTRY_LACKS (unjudged); what `parseOciManifest`, `requireArtifact` and the repository throw
 */
export async function readArtifact(
  repository: Repository,
  digest: Digest,
): Promise<{ readonly manifest: StoredManifest; readonly layer: Descriptor }> {
  const manifest = await requireStored(repository, digest);
  const file = `${repository.name}@${digest}`;
  return { manifest, layer: requireArtifact(parseOciManifest(manifest, file), file) };
}
