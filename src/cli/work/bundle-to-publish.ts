import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';

import { archiveEntries } from '../../archive/archive-entries.ts';
import { collectFiles } from '../../archive/collect.ts';
import { encodeArchive } from '../../archive/encode-archive.ts';
import { digestOfHex } from '../../digest.ts';
import type { EvidenceError } from '../../errors/evidence-error.ts';
import { ATTESTATION_FILE, EVIDENCE_LAYOUT } from '../../evidence/layout.ts';
import { artifactOf, signedStatement } from '../../evidence/pack/artifact-of.ts';
import { readUnsigned, type UnsignedEvidence } from '../../evidence/pack/read-unsigned.ts';
import { OriginalTap } from '../../evidence/verify/original-tap.ts';
import { BundleReader, openInput } from '../../io/disk/bundle-source.ts';
import { readAgain } from '../../io/disk/files.ts';
import { unreadable } from '../../io/disk/system-error.ts';
import { refusal } from '../../place.ts';
import { requireArtifact } from '../../pointer/artifact.ts';
import { parseOciManifest } from '../../pointer/oci-manifest.ts';
import type { StoredManifest } from '../../pointer/registry.ts';
import { escapeInvisible } from '../../quote.ts';
import type { Call } from '../call/command.ts';
import { maxRunSpanOf } from '../call/run-flags.ts';
import { secondsOf } from './sign-and-write.ts';

/** Evidence that was verified but for its signature, as an artifact. */
export interface BundleToPublish {
  readonly unsigned: UnsignedEvidence;
  /** Its own; nobody has verified it. */
  readonly attestation: Uint8Array | undefined;
  /** What that one says. */
  readonly signed: ReturnType<typeof signedStatement> | undefined;
  readonly artifact: StoredManifest;
  /** The layer. May be read more than once. */
  readonly open: () => AsyncIterable<Uint8Array>;
  readonly close: () => Promise<void>;
}

/**
 * Verifies a bundle as `evidence sign` does. An archive without a signature is the layer byte for byte; anything else is
 * packed anew, without the signature.
 */
export async function bundleToPublish(source: string, call: Call): Promise<BundleToPublish> {
  const hash = createHash('sha256');
  const isDirectory = await stat(source).then(
    (stats) => stats.isDirectory(),
    (error: unknown) => {
      throw unreadable(error, source);
    },
  );
  const entries = isDirectory
    ? await openInput(source, EVIDENCE_LAYOUT)
    : archiveEntries(hashed(readAgain(source), hash), source);
  const tap = new OriginalTap();
  const files = new Map(await collectFiles(tap.through(entries), EVIDENCE_LAYOUT));
  const attestation = files.get(ATTESTATION_FILE)?.bytes;
  files.delete(ATTESTATION_FILE);
  const reader = new BundleReader(source, EVIDENCE_LAYOUT);
  const unsigned = readUnsigned(files, (path) => reader.open(path), {
    maxRunSpan: maxRunSpanOf(call.options),
    mapped: tap.mapped,
  });
  const { packed } = unsigned;
  const signed = attestation && signedStatement(attestation, ATTESTATION_FILE, packed.statement);
  const isLayer = !isDirectory && attestation === undefined;
  const options = { mtime: secondsOf(packed), layout: EVIDENCE_LAYOUT, signal: call.signal };
  const open = (): AsyncIterable<Uint8Array> =>
    isLayer ? readAgain(source) : encodeArchive(packed.files, options);
  const artifact = await artifactOf(open(), packed.statement);
  const layer = requireArtifact(parseOciManifest(artifact, source), source);
  if (isLayer && layer.digest !== digestOfHex(hash.digest('hex'))) throw changed(source);
  const close = async (): Promise<void> => await reader.close();
  return { unsigned, attestation, signed, artifact, open, close };
}

async function* hashed(
  chunks: AsyncIterable<Uint8Array>,
  hash: ReturnType<typeof createHash>,
): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}

function changed(source: string): EvidenceError {
  const hint = 'wait until nothing writes to the bundle, then run the same command again';
  const place = { code: 'FILE_CHANGED', at: escapeInvisible(source), hint } as const;
  return refusal(place, 'other bytes than a moment before', 'the bundle that was verified');
}
