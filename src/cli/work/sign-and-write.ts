import { encodeArchive } from '../../archive/encode-archive.ts';
import { memoryFile, type BundleFile } from '../../archive/entry.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { EVIDENCE_LAYOUT, FOLDER, LOGS_LAYOUT, POINTER_FILE } from '../../evidence/layout.ts';
import { localPointer } from '../../evidence/pack/make-pointer.ts';
import { OWN_TREE } from '../../evidence/pack/own-tree.ts';
import type { PackedEvidence } from '../../evidence/pack/packed-evidence.ts';
import { signEvidence } from '../../evidence/pack/sign-evidence.ts';
import { renderPointer } from '../../evidence/pointer/pointer.ts';
import type { Output } from '../../io/disk/files.ts';
import { lookAt } from '../../io/disk/harmless-output.ts';
import type { TreeToWrite } from '../../io/disk/staged-tree.ts';
import { requireEnded } from '../../io/process/clock.ts';
import { interrupted, unlessAborted } from '../../io/process/interrupt.ts';
import { writeWithRoot } from '../../io/sandbox/write-with-root.ts';
import type { LeftSigning } from '../../io/sigstore/signing-journal.ts';
import type { SigningSession } from '../../io/sigstore/signing-session.ts';
import type { Call } from '../call/command.ts';
import { isDirectoryWanted } from '../call/layout-flag.ts';
import { logsPath } from './validate-outputs.ts';

interface Signing {
  readonly call: Call;
  /**
   * When services or files fail, or the user interrupts it: keeps what is of use, says what is left, and
   * gives the hint for whoever interrupted it; undefined if nothing is left.
   *
   * @param signal ends this too
   */
  readonly ifNotSigned: (
    left: LeftSigning | undefined,
    signal: AbortSignal,
  ) => Promise<string | undefined>;
  /** What is done at once by a second signal, which ends all of it. */
  readonly ifGivenUp: (left: LeftSigning) => void;
}

/** Signs what was packed, verifies what was signed, and writes it: completely or not at all. */
export async function signAndWrite(
  out: string,
  unsigned: PackedEvidence,
  session: SigningSession,
  { call, ifNotSigned, ifGivenUp }: Signing,
): Promise<PackedEvidence> {
  requireEnded(unsigned.facts.lastStop);
  // What no pointer can name is not signed for nothing.
  if (isDirectoryWanted(call.options)) localPointer(unsigned);
  await call.beforeWriting();
  // A sandbox makes no one wait, and its signing cannot go on.
  const lastSignal = session.stageRoot === undefined ? call.waitForEnd() : call.signal;
  const giveUp = (): void => {
    const left = session.left();
    if (left !== undefined) ifGivenUp(left);
  };
  lastSignal.addEventListener('abort', giveUp);
  try {
    return await signOrKeep(out, unsigned, session, { call, ifNotSigned, lastSignal });
  } finally {
    lastSignal.removeEventListener('abort', giveUp);
  }
}

interface Attempt extends Pick<Signing, 'call' | 'ifNotSigned'> {
  readonly lastSignal: AbortSignal;
}

async function signOrKeep(
  out: string,
  unsigned: PackedEvidence,
  session: SigningSession,
  { call, ifNotSigned, lastSignal }: Attempt,
): Promise<PackedEvidence> {
  try {
    const signing = signEvidence(unsigned, session.signing);
    const packed = await call.progress('signing', unlessAborted(signing, call.signal));
    await writeEvidence(out, packed, call, session.stageRoot);
    session.forget(true);
    return packed;
  } catch (error) {
    if (!(error instanceof EvidenceError) || lastSignal.aborted) throw error;
    const taken = isTaken(out, call);
    // With what a service answered wrongly, it would fail again; and so it would where OUT is taken.
    if (error.code === 'SELF_CHECK_FAILED' || taken) session.forget(false);
    if (error.class !== 'unjudged' && error.class !== 'interrupted') throw error;
    const hint = await ifNotSigned(session.left(), lastSignal);
    throw error.class === 'interrupted' ? stopped(hint, taken) : error;
  }
}

function stopped(hint: string | undefined, taken: boolean): EvidenceError {
  return interrupted(hint ?? (taken ? 'name another OUT: a file is there by now' : undefined));
}

/** Whether nothing can be written there: another run may have been faster. */
export function isTaken(out: string, { options }: Pick<Call, 'options'>): boolean {
  return !options.has('force') && lookAt(out) !== undefined;
}

/**
 * The archive or directory, after the logs that are beside it. Archives depend on the evidence alone: the time in
 * them is that of the statement.
 */
export function filesOf(
  out: string,
  packed: PackedEvidence,
  signal: AbortSignal,
  isDirectory = false,
): readonly Output[] {
  const { files, logs } = packed;
  const options = { mtime: secondsOf(packed), signal };
  const bundle = isDirectory
    ? { path: out, tree: treeOf(packed), own: OWN_TREE }
    : { path: out, chunks: encodeArchive(files, { ...options, layout: EVIDENCE_LAYOUT }) };
  if (logs.length === 0) return [bundle];
  const chunks = encodeArchive(logs, { ...options, layout: LOGS_LAYOUT });
  return [{ path: logsPath(out), chunks, isPrivate: true }, bundle];
}

/** As aicr writes it: the bundle, and a pointer beside it. */
function treeOf(packed: PackedEvidence): TreeToWrite['tree'] {
  const pointer = Buffer.from(renderPointer(localPointer(packed)));
  const files = packed.files.map((file): [string, BundleFile] => [`${FOLDER}/${file.path}`, file]);
  return new Map<string, BundleFile>([[POINTER_FILE, memoryFile(POINTER_FILE, pointer)], ...files]);
}

/** The time of the statement, as SOURCE_DATE_EPOCH has it. */
export function secondsOf({ attestedAt }: Pick<PackedEvidence, 'attestedAt'>): number {
  return Math.floor(attestedAt.getTime() / 1000);
}

export async function writeEvidence(
  out: string,
  packed: PackedEvidence,
  call: Call,
  stageRoot?: SigningSession['stageRoot'],
): Promise<void> {
  const { options, signal, finish, beforeWriting, progress } = call;
  await beforeWriting();
  const isDirectory = isDirectoryWanted(options);
  const files = (): readonly Output[] => filesOf(out, packed, signal, isDirectory);
  // An interrupt is too late once the evidence has its name.
  const writing = { force: options.has('force'), signal, onNamed: finish };
  const written = writeWithRoot({ files, stageRoot }, writing);
  await progress(`writing the ${isDirectory ? 'directory' : 'archive'}`, written);
}
