import { encodeArchive } from '../../archive/encode-archive.ts';
import { EVIDENCE_LAYOUT } from '../../evidence/layout.ts';
import { packEvidence, type PackedEvidence } from '../../evidence/pack/pack-evidence.ts';
import type { Validation } from '../../evidence/validate/validate.ts';
import { logFiles } from '../../io/disk/log-files.ts';
import { writeWithRoot } from '../../io/sandbox/write-with-root.ts';
import type { SigningSession } from '../../io/sigstore/signing-session.ts';
import type { Call } from '../call/command.ts';

/** Packs, signs, verifies what was signed, and writes one archive: completely or not at all. */
export async function emitEvidence(
  out: string,
  validation: Validation,
  session: SigningSession | undefined,
  call: Call,
): Promise<PackedEvidence> {
  const { options, signal, finish, beforeWriting, progress } = call;
  const directory = options.text('logs');
  const logs =
    directory === undefined ? [] : await progress('hashing the logs', logFiles(directory));
  const inputs = { validation, logs, allowRetiredApi: options.has('allow-retired-api') };
  const packed = await progress('packing and signing', packEvidence(inputs, session?.signing));
  await beforeWriting();
  const mtime = Math.floor(validation.inputs.now.getTime() / 1000);
  const encoding = { mtime, signal, layout: EVIDENCE_LAYOUT };
  const archive = (): AsyncIterable<Uint8Array> => encodeArchive(packed.files, encoding);
  // An interrupt is too late once the archive has its name.
  const writing = { force: options.has('force'), signal, onNamed: finish };
  const written = writeWithRoot(out, { archive, stageRoot: session?.stageRoot }, writing);
  await progress('writing the archive', written);
  return packed;
}
