import { MAX_OCI_MANIFEST_BYTES } from '../limits.ts';
import { EMPTY_CONFIG, EMPTY_CONFIG_BYTES } from './artifact.ts';
import { parseOciManifest } from './oci-manifest.ts';
import type { Descriptor, Repository, StoredManifest } from './registry.ts';

/** The content of a blob from an offset on. */
export type OpenBlob = (blob: Descriptor, offset: number) => AsyncIterable<Uint8Array>;

/**
 * Writes the blobs of a manifest, and then the manifest by its digest. What is there already is not sent again;
 * it is asked for, because some registries take a manifest without its blobs.
 *
 * @param open is not asked for the empty config, which some clients never push
 * @throws EvidenceError what `parseOciManifest` and the repository throw
 */
export async function pushManifest(
  repository: Repository,
  manifest: StoredManifest,
  open: OpenBlob,
): Promise<void> {
  const { layers, config } = parseOciManifest(manifest, manifest.digest);
  for (const blob of [...layers, config]) {
    if (await repository.hasBlob(blob)) continue;
    const isEmpty = blob.digest === EMPTY_CONFIG.digest;
    await repository.writeBlob(blob, (offset) =>
      isEmpty ? bytesFrom(EMPTY_CONFIG_BYTES, offset) : open(blob, offset),
    );
  }
  const there = await repository.readManifest(manifest.digest, MAX_OCI_MANIFEST_BYTES);
  if (there === undefined) await repository.writeManifest(manifest);
}

/** Of what is in memory. */
export async function* bytesFrom(
  bytes: Uint8Array,
  offset: number,
): AsyncGenerator<Uint8Array, void> {
  await Promise.resolve();
  yield bytes.subarray(offset);
}

/** Content from an offset on, of what can only be read from its start. */
export async function* contentFrom(
  content: AsyncIterable<Uint8Array>,
  offset: number,
): AsyncGenerator<Uint8Array, void> {
  let skip = offset;
  for await (const chunk of content) {
    if (skip < chunk.length) yield chunk.subarray(skip);
    skip = Math.max(0, skip - chunk.length);
  }
}
