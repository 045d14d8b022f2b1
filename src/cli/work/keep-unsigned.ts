import { EvidenceError } from '../../errors/evidence-error.ts';
import type { PackedEvidence } from '../../evidence/pack/packed-evidence.ts';
import { STDIN, writeTogether } from '../../io/disk/files.ts';
import { lookAt } from '../../io/disk/harmless-output.ts';
import { warn } from '../../io/disk/talk.ts';
import type { LeftSigning } from '../../io/sigstore/signing-journal.ts';
import { commandLine } from '../../shell-words.ts';
import type { Call } from '../call/command.ts';
import { LAYOUT_FLAG } from '../call/layout-flag.ts';
import { spanWords } from '../call/run-flags.ts';
import { SIGNING_FLAGS } from '../call/signing-flags.ts';
import { leftLines, logsLines, signCommand } from './self-check-report.ts';
import { filesOf, isTaken, secondsOf } from './sign-and-write.ts';
import { MOST_UNSIGNED, logsPath, unsignedPath } from './validate-outputs.ts';

interface NotSigned {
  readonly call: Call;
  readonly left: LeftSigning | undefined;
  readonly signal: AbortSignal;
}

/**
 * When signing failed or was interrupted, the work that was done before is kept: the bundle without a
 * signature, beside the file that was to be written. An older one is never replaced. Says which command
 * signs it.
 *
 * @returns what to do next; undefined if it cannot be kept, which is said, and is not why signing failed
 */
export async function keepUnsigned(
  out: string,
  unsigned: PackedEvidence,
  { call, left, signal }: NotSigned,
): Promise<string | undefined> {
  const archive = async (): Promise<string> => await writeFree(out, unsigned, signal);
  try {
    const path = await call.progress('keeping the packed bundle', archive());
    warn(nextSteps(path, { out, unsigned, call, left }));
    return 'sign what was packed with the command after "sign:"';
  } catch (error) {
    if (!(error instanceof EvidenceError) || signal.aborted) throw error;
    warn(`affidavit: the packed bundle is not kept: ${error.message}\n`);
    if (left !== undefined) {
      const again = `the same command with SOURCE_DATE_EPOCH=${secondsOf(unsigned)}`;
      warn(`${leftLines(left, again).join('\n')}\n`);
    }
    return undefined;
  }
}

/** Under the first name that is free; gives it. */
async function writeFree(
  out: string,
  unsigned: PackedEvidence,
  signal: AbortSignal,
): Promise<string> {
  for (let number = 1; ; number += 1) {
    const path = unsignedPath(out, number);
    try {
      await writeTogether(filesOf(path, unsigned, signal), { force: false, signal });
      return path;
    } catch (error) {
      // Whatever it is, e.g. a directory.
      const isFree = [path, logsPath(path)].every((name) => lookAt(name) === undefined);
      if (signal.aborted || isFree || number === MOST_UNSIGNED) throw error;
    }
  }
}

interface Kept extends Pick<NotSigned, 'call' | 'left'> {
  readonly out: string;
  readonly unsigned: PackedEvidence;
}

function nextSteps(path: string, { out, unsigned, call, left }: Kept): string {
  const isToken = call.options.has('identity-token');
  const token = isToken ? ['--identity-token', STDIN] : [];
  return [
    `unsigned: ${commandLine([path])}`,
    ...logsLines(path, unsigned, ['--allow-unsigned', ...spanWords(call.options)]),
    `manifest: ${unsigned.manifestDigest}`,
    `    sign: ${signCommand(path, isTaken(out, call) ? freeBeside(out) : out, [...token, ...signingWords(call), ...spanWords(call.options)])}`,
    ...(isToken ? ['    note: give it a new identity token in standard input'] : []),
    ...(left === undefined ? [] : leftLines(left, 'this command')),
    '',
  ].join('\n');
}

function freeBeside(out: string): string {
  for (let number = 1; ; number += 1) {
    const path = `${out}.signed${number === 1 ? '' : `.${number}`}.tar.gz`;
    if (lookAt(path) === undefined) return path;
  }
}

/** Nobody else may read it in the list of processes, and each login is confirmed anew. */
const NOT_REPEATED: ReadonlySet<string> = new Set(['identity-token', 'yes']);

/** The same flags for signing, and for what is written. */
function signingWords({ options }: Call): readonly string[] {
  const flags = Object.entries({
    ...SIGNING_FLAGS,
    ...LAYOUT_FLAG,
    force: { type: 'switch' as const },
  });
  return flags.flatMap(([name, { type }]) => {
    if (NOT_REPEATED.has(name) || !options.has(name)) return [];
    return type === 'switch' ? [`--${name}`] : [`--${name}`, options.text(name) ?? ''];
  });
}
