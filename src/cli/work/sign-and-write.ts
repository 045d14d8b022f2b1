import { encodeArchive, type EncodeOptions } from '../../archive/encode-archive.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { EVIDENCE_LAYOUT } from '../../evidence/layout.ts';
import type { PackedEvidence } from '../../evidence/pack/pack-evidence.ts';
import { signEvidence } from '../../evidence/pack/sign-evidence.ts';
import { writeWithRoot } from '../../io/sandbox/write-with-root.ts';
import type { SigningSession } from '../../io/sigstore/signing-session.ts';
import type { Call } from '../call/command.ts';

interface Signing {
  readonly call: Call;
  /** What is done when services or files fail, before the error ends the program. */
  readonly ifNotSigned?: () => Promise<void>;
}

/** Signs what was packed, verifies what was signed, and writes one archive: completely or not at all. */
export async function signAndWrite(
  out: string,
  unsigned: PackedEvidence,
  session: SigningSession,
  { call, ifNotSigned }: Signing,
): Promise<PackedEvidence> {
  const packed = await signed(unsigned, session, call).catch(async (error: unknown) => {
    // With what a service answered wrongly, it would fail again.
    if (error instanceof EvidenceError && error.code === 'SELF_CHECK_FAILED') session.forget(false);
    if (error instanceof EvidenceError && error.class === 'unjudged') await ifNotSigned?.();
    throw error;
  });
  await writeEvidence(out, packed, call, session.stageRoot);
  session.forget(true);
  return packed;
}

async function signed(
  unsigned: PackedEvidence,
  { signing }: SigningSession,
  { progress, signal }: Call,
): Promise<PackedEvidence> {
  const packed = await progress('signing', signEvidence(unsigned, signing));
  signal.throwIfAborted();
  return packed;
}

/** An archive depends on the evidence alone: the time in it is that of the statement. */
export function encodingOf(
  { attestedAt }: PackedEvidence,
  { signal }: Pick<Call, 'signal'>,
): EncodeOptions {
  const mtime = Math.floor(attestedAt.getTime() / 1000);
  return { mtime, signal, layout: EVIDENCE_LAYOUT };
}

export async function writeEvidence(
  out: string,
  packed: PackedEvidence,
  call: Call,
  stageRoot?: SigningSession['stageRoot'],
): Promise<void> {
  const { options, signal, finish, beforeWriting, progress } = call;
  await beforeWriting();
  const archive = (): AsyncIterable<Uint8Array> =>
    encodeArchive(packed.files, encodingOf(packed, call));
  // An interrupt is too late once the archive has its name.
  const writing = { force: options.has('force'), signal, onNamed: finish };
  const written = writeWithRoot(out, { archive, stageRoot }, writing);
  await progress('writing the archive', written);
}
