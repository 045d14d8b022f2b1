// Copies an artifact and what is attached to it, byte for byte, so that every digest stays.

import { requireArtifact } from './artifact.ts';
import { attachReferrer, type Pauses } from './attach.ts';
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
  readonly tag: string | undefined;
  /** Takes the tag from another artifact. */
  readonly force: boolean;
}

/**
 * What is there already is not sent again; interrupted, blobs that nothing refers to are left, or an artifact without
 * a tag.
 *
 * @throws EvidenceError TAG_TAKEN, before anything is sent; what `attachReferrer` and the repository throw
 */
export async function copyArtifact(
  to: Repository,
  { artifact, referrers, open, tag, force }: CopiedArtifact,
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

/** The layer of what was fetched by this digest. Throws what `parseOciManifest` and `requireArtifact` throw. */
export function layerOf(manifest: StoredManifest, { name }: Repository): Descriptor {
  const file = `${name}@${manifest.digest}`;
  return requireArtifact(parseOciManifest(manifest, file), file);
}
