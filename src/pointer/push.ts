// Writes an artifact to a repository. Nothing refers to what is not there yet: blobs come first, tags last.

import { MAX_OCI_INDEX_BYTES } from '../limits.ts';
import { refuse } from '../place.ts';
import { attachReferrer, type Pauses } from './attach.ts';
import { attestationManifest } from './attestation-manifest.ts';
import { pushManifest, type OpenBlob } from './push-manifest.ts';
import type { Repository, StoredManifest } from './registry.ts';

export interface PushedEvidence {
  readonly artifact: StoredManifest;
  /** The layer, from an offset on. May be called more than once. */
  readonly open: OpenBlob;
  /** Sigstore bundles to attach; nobody verifies them here. */
  readonly sigstoreBundles: readonly Uint8Array[];
  readonly tag: string | undefined;
  /** Takes the tag from another artifact. */
  readonly force?: boolean;
}

/**
 * Pushes an artifact, attaches its signatures, and gives it its tag. What is there already is not sent again;
 * interrupted, blobs that nothing refers to are left, or an artifact without a tag.
 *
 * @returns the manifests that attach the signatures
 * @throws EvidenceError TAG_TAKEN, before anything is sent; what `attachReferrer`, `attestationManifest` and
 *   the repository throw
 */
export async function pushEvidence(
  repository: Repository,
  { artifact, open, sigstoreBundles, tag, force = false }: PushedEvidence,
  pauses: Pauses,
): Promise<readonly StoredManifest[]> {
  const attached = sigstoreBundles.map((bytes) => ({
    bytes,
    referrer: attestationManifest(artifact, bytes, 'attestation'),
  }));
  const isTagged = tag !== undefined && (await hasTag(repository, { artifact, tag, force }));
  await pushManifest(repository, artifact, open);
  for (const { bytes, referrer } of attached) {
    const openBundle = (_: unknown, offset: number): AsyncIterable<Uint8Array> =>
      inMemory(bytes, offset);
    await attachReferrer(repository, artifact, referrer, { open: openBundle, pauses });
  }
  if (tag !== undefined && !isTagged) await repository.writeManifest(artifact, tag);
  return attached.map(({ referrer }) => referrer);
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

async function* inMemory(bytes: Uint8Array, offset: number): AsyncGenerator<Uint8Array, void> {
  await Promise.resolve();
  yield bytes.subarray(offset);
}
