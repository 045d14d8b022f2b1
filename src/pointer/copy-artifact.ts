// Copies an artifact and what is attached to it, byte for byte, so that every digest stays.

import type { Digest } from '../digest.ts';
import { MAX_OCI_INDEX_BYTES } from '../limits.ts';
import { requireArtifact, EMPTY_CONFIG, EMPTY_CONFIG_BYTES } from './artifact.ts';
import { parseOciIndex, referrersTag, withReferrer } from './oci-index.ts';
import { parseOciManifest } from './oci-manifest.ts';
import type { Descriptor, Repository, StoredManifest } from './registry.ts';

type Open = (blob: Descriptor) => AsyncIterable<Uint8Array>;

/** Nothing refers to what is not there yet: blobs come first. What is there already is not sent again. */
export async function copyManifest(
  manifest: StoredManifest,
  to: Repository,
  open: Open,
): Promise<void> {
  const { layers, config } = parseOciManifest(manifest, manifest.digest);
  for (const blob of [...layers, config]) {
    if (await to.hasBlob(blob)) continue;
    await to.writeBlob(blob, (offset) =>
      from(blob.digest === EMPTY_CONFIG.digest ? emptyConfig() : open(blob), offset),
    );
  }
  await to.writeManifest(manifest);
}

/** Adds to the list of referrers that is kept under a tag. For a place where nobody else writes at the same time. */
export async function listReferrer(
  referrer: StoredManifest,
  artifact: Digest,
  to: Repository,
): Promise<void> {
  const tag = referrersTag(artifact);
  const stored = await to.readManifest({ tag }, MAX_OCI_INDEX_BYTES);
  const index = stored && parseOciIndex(stored, `${to.name}:${tag}`);
  const longer = withReferrer(index, referrer);
  if (longer !== undefined) await to.writeManifest(longer, tag);
}

/** The layer of what was fetched by this digest. Throws what reading and `requireArtifact` throw. */
export function layerOf(manifest: StoredManifest, { name }: Repository): Descriptor {
  const file = `${name}@${manifest.digest}`;
  return requireArtifact(parseOciManifest(manifest, file), file);
}

/** Registries make it without being sent it, and some clients never push it. */
async function* emptyConfig(): AsyncGenerator<Uint8Array, void> {
  yield EMPTY_CONFIG_BYTES;
}

async function* from(
  content: AsyncIterable<Uint8Array>,
  offset: number,
): AsyncGenerator<Uint8Array, void> {
  let skip = offset;
  for await (const chunk of content) {
    if (skip < chunk.length) yield chunk.subarray(skip);
    skip = Math.max(0, skip - chunk.length);
  }
}
