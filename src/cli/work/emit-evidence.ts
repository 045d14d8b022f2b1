import { encodeArchive } from '../../archive/encode-archive.ts';
import { EVIDENCE_LAYOUT } from '../../evidence/layout.ts';
import { packEvidence, type PackedEvidence } from '../../evidence/pack/pack-evidence.ts';
import type { Validation } from '../../evidence/validate/validate.ts';
import { writeWhole } from '../../io/disk/files.ts';
import { logFiles } from '../../io/disk/log-files.ts';
import type { StagedFiles } from '../../io/sandbox/sandbox-files.ts';
import type { SigningSession } from '../../io/sigstore/signing-session.ts';
import type { Call } from '../call/command.ts';

/** Packs, signs, verifies what was signed, and writes one archive: completely or not at all. */
export async function emitEvidence(
  out: string,
  validation: Validation,
  session: SigningSession | undefined,
  call: Call,
): Promise<PackedEvidence> {
  const { options, signal, progress } = call;
  const directory = options.text('logs');
  const logs =
    directory === undefined ? [] : await progress('hashing the logs', logFiles(directory));
  const inputs = { validation, logs, allowRetiredApi: options.has('allow-retired-api') };
  const packed = await progress('packing and signing', packEvidence(inputs, session?.signing));
  signal.throwIfAborted();
  const mtime = Math.floor(validation.inputs.now.getTime() / 1000);
  const archive = encodeArchive(packed.files, { mtime, signal, layout: EVIDENCE_LAYOUT });
  await write(out, archive, session, call);
  return packed;
}

/**
 * Root and archive get their names in the same turn of the event loop: neither replaces an old file
 * without the other.
 */
async function write(
  out: string,
  archive: AsyncIterable<Uint8Array>,
  session: SigningSession | undefined,
  { options, signal, finish, progress }: Call,
): Promise<void> {
  let root: StagedFiles | undefined;
  const undo = (): void => root?.drop();
  const onNamed = (): void => {
    // An interrupt is too late once the archive has its name.
    finish();
    root?.keep();
  };
  signal.addEventListener('abort', undo);
  try {
    root = await session?.stageRoot?.();
    const written = writeWhole(out, archive, { force: options.has('force'), signal, onNamed });
    await progress('writing the archive', written);
  } catch (error) {
    undo();
    throw error;
  } finally {
    signal.removeEventListener('abort', undo);
  }
}
