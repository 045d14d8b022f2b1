import { EVIDENCE_LAYOUT } from '../../evidence/layout.ts';
import type { PackedEvidence } from '../../evidence/pack/pack-evidence.ts';
import { packEvidence } from '../../evidence/pack/pack-evidence.ts';
import type { Validation } from '../../evidence/validate/validate.ts';
import { logFiles } from '../../io/disk/log-files.ts';
import { writeArchive } from '../../io/disk/write-archive.ts';
import type { SigningSession } from '../../io/sigstore/signing-session.ts';
import type { Call } from '../call/command.ts';

export interface EmitOptions {
  readonly out: string;
  readonly logs: string | undefined;
  readonly force: boolean;
  readonly allowRetiredApi: boolean;
  readonly call: Call;
}

/** Packs, signs, verifies what was signed, and writes one archive: whole or not at all. */
export async function emitEvidence(
  validation: Validation,
  session: SigningSession | undefined,
  options: EmitOptions,
): Promise<PackedEvidence> {
  const { allowRetiredApi, call } = options;
  const { tool, signal, progress } = call;
  const logs =
    options.logs === undefined ? [] : await progress('hashing the logs', logFiles(options.logs));
  const inputs = { validation, logs, tool, allowRetiredApi };
  const packed = await progress('packing and signing', packEvidence(inputs, session?.signing));
  signal.throwIfAborted();
  const mtime = Math.floor(validation.inputs.now.getTime() / 1000);
  await write(packed, session, { ...options, mtime });
  return packed;
}

/** The root gets its name in the turn in which the archive does: neither replaces its like without the other. */
async function write(
  { files }: PackedEvidence,
  session: SigningSession | undefined,
  { out, force, call, mtime }: EmitOptions & { readonly mtime: number },
): Promise<void> {
  const { signal, finish, progress } = call;
  const undo = (): void => session?.dropRoot();
  const onNamed = (): void => {
    // An interrupt is too late once the archive has its name.
    finish();
    session?.keepRoot();
  };
  signal.addEventListener('abort', undo);
  try {
    await session?.stageRoot();
    const written = writeArchive(out, files, {
      ...{ force, mtime, signal, onNamed },
      layout: EVIDENCE_LAYOUT,
    });
    await progress('writing the archive', written);
  } catch (error) {
    undo();
    throw error;
  } finally {
    signal.removeEventListener('abort', undo);
  }
}
