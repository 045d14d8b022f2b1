// Copies an artifact and what is attached to it, byte for byte, so that every digest stays.

import type { Digest } from '../digest.ts';
import { MAX_OCI_INDEX_BYTES } from '../limits.ts';
import { refuse } from '../place.ts';
import { requireArtifact } from './artifact.ts';
import { attachReferrer, type Pauses } from './attach.ts';
import { requireStored } from './find-attestations.ts';
import { parseOciManifest } from './oci-manifest.ts';
import { contentFrom, pushManifest, type OpenBlob } from './push-manifest.ts';
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
  readonly force?: boolean | undefined;
}

/**
 * What is there already is not sent again; interrupted, blobs that nothing refers to are left, or an artifact without
 * a tag.
 *
 * @throws EvidenceError TAG_TAKEN, before anything is sent, and before the tag is written; what `attachReferrer` and the repository throw
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
  if (tag === undefined || isTagged) return;
  // All this took a while, and somebody else may have taken it.
  if (!(await hasTag(to, { artifact, tag, force }))) await to.writeManifest(artifact, tag);
}

/**
 * Whether the tag leads to this artifact already.
 *
 * @throws EvidenceError TAG_TAKEN
 */
export async function hasTag(
  repository: Repository,
  { artifact, tag, force = false }: { artifact: StoredManifest; tag: string; force?: boolean },
): Promise<boolean> {
  const tagged = await repository.readManifest({ tag }, MAX_OCI_INDEX_BYTES);
  if (tagged === undefined || tagged.digest === artifact.digest) return tagged !== undefined;
  if (force) return false;
  const hint = 'choose another tag, or take this one from it with --force';
  const place = { code: 'TAG_TAKEN', at: `${repository.name}:${tag}`, hint } as const;
  return refuse(place, `the artifact ${tagged.digest}`, `no artifact, or ${artifact.digest}`);
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
