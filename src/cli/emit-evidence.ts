import { EVIDENCE_LAYOUT } from '../evidence/layout.ts';
import type { PackedEvidence } from '../evidence/pack/pack-evidence.ts';
import { packEvidence } from '../evidence/pack/pack-evidence.ts';
import type { Validation } from '../evidence/validate/validate.ts';
import { logFiles } from '../io/disk/log-files.ts';
import { writeArchive } from '../io/disk/write-archive.ts';
import { withProgress } from '../io/process/progress.ts';
import type { SigningSession } from '../io/sigstore/signing-session.ts';
import type { Tool } from '../tool.ts';

export interface EmitOptions {
  readonly out: string;
  readonly logs: string | undefined;
  readonly force: boolean;
  readonly allowRetiredApi: boolean;
  readonly tool: Tool;
  readonly signal: AbortSignal;
  /** Called once the archive has its name: an interrupt is too late then. */
  readonly onWritten: () => void;
}

/** Packs, signs, verifies what was signed, and writes one archive: whole or not at all. */
export async function emitEvidence(
  validation: Validation,
  session: SigningSession | undefined,
  options: EmitOptions,
): Promise<PackedEvidence> {
  const { allowRetiredApi, tool, signal } = options;
  const logs =
    options.logs === undefined
      ? []
      : await withProgress('hashing the logs', logFiles(options.logs));
  const inputs = { validation, logs, tool, allowRetiredApi };
  const packed = await withProgress('packing and signing', packEvidence(inputs, session?.signing));
  signal.throwIfAborted();
  const mtime = Math.floor(validation.inputs.now.getTime() / 1000);
  await write(packed, session, { ...options, mtime });
  return packed;
}

/** The root gets its name in the turn in which the archive does: neither replaces its like without the other. */
async function write(
  { files }: PackedEvidence,
  session: SigningSession | undefined,
  { out, force, signal, mtime, onWritten }: EmitOptions & { readonly mtime: number },
): Promise<void> {
  const undo = (): void => session?.dropRoot();
  const onNamed = (): void => {
    onWritten();
    session?.keepRoot();
  };
  signal.addEventListener('abort', undo);
  try {
    await session?.stageRoot();
    const written = writeArchive(out, files, {
      force,
      mtime,
      signal,
      onNamed,
      layout: EVIDENCE_LAYOUT,
    });
    await withProgress('writing the archive', written);
  } catch (error) {
    undo();
    throw error;
  } finally {
    signal.removeEventListener('abort', undo);
  }
}
