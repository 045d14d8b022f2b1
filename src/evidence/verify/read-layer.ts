import { archiveEntries } from '../../archive/archive-entries.ts';
import { collectFiles } from '../../archive/collect.ts';
import type { ReceivedFiles } from '../../archive/entry.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { requireArtifact } from '../../pointer/artifact.ts';
import { parseOciManifest } from '../../pointer/oci-manifest.ts';
import type { Repository, StoredManifest } from '../../pointer/registry.ts';
import { EVIDENCE_LAYOUT } from '../layout.ts';
import type { Passing } from './log-tap.ts';
import { OriginalTap, type MappedOriginals } from './original-tap.ts';

/** A bundle, or why it is none. Either way its bytes are those that the digest names. */
export type ReadLayer =
  | { readonly files: ReceivedFiles; readonly originals: MappedOriginals }
  | { readonly refused: EvidenceError };

/**
 * Reads the bundle of an artifact once, and always to its end: only there is known whether the bytes are right, and
 * before nothing in them says anything.
 *
 * @param passing all that is read passes through it
 * @throws EvidenceError what `parseOciManifest`, `requireArtifact` and `readBlob` throw, LIMIT_EXCEEDED
 */
export async function readLayer(
  repository: Repository,
  manifest: StoredManifest,
  passing: Passing = (entries) => entries,
): Promise<ReadLayer> {
  const file = `${repository.name}@${manifest.digest}`;
  const layer = requireArtifact(parseOciManifest(manifest, file), file);
  const blob = new WholeBlob(repository.readBlob(layer));
  const entries = passing(archiveEntries(blob, `${repository.name}@${layer.digest}`));
  const tap = new OriginalTap();
  const read = await collectFiles(tap.through(entries), EVIDENCE_LAYOUT).then(
    (files) => ({ files, originals: tap.mapped }),
    (error: unknown) => {
      if (error instanceof EvidenceError) return { refused: error };
      throw error;
    },
  );
  await blob.finish();
  return read;
}

/** Goes on after whoever reads it has had enough. */
class WholeBlob implements AsyncIterable<Uint8Array> {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #failure: { readonly error: unknown } | undefined;

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    // It has no `return`, by which a reader would end it.
    return { next: async () => await this.#next() };
  }

  async finish(): Promise<void> {
    while (this.#failure === undefined && (await this.#next()).done !== true);
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async #next(): Promise<IteratorResult<Uint8Array>> {
    try {
      return await this.#pieces.next();
    } catch (error) {
      this.#failure ??= { error };
      throw error;
    }
  }
}
