// Writes an artifact to a repository. Nothing refers to what is not there yet: blobs come first, tags last.

import { digestOf } from '../digest.ts';
import type { Pauses } from './attach.ts';
import { attestationManifest } from './attestation-manifest.ts';
import { copyArtifact } from './copy-artifact.ts';
import { bytesFrom, type OpenBlob } from './push-manifest.ts';
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
  { artifact, open, sigstoreBundles, tag, force }: PushedEvidence,
  pauses: Pauses,
): Promise<readonly StoredManifest[]> {
  const attached = sigstoreBundles.map((bytes) =>
    attestationManifest(artifact, bytes, 'attestation'),
  );
  const bundles = new Map(sigstoreBundles.map((bytes) => [digestOf(bytes), bytes]));
  const openAll: OpenBlob = (blob, offset) => {
    const bundle = bundles.get(blob.digest);
    return bundle === undefined ? open(blob, offset) : bytesFrom(bundle, offset);
  };
  await copyArtifact(
    repository,
    { artifact, referrers: attached, open: openAll, tag, force },
    pauses,
  );
  return attached;
}
