import { encodeArchive } from '../../archive/encode-archive.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import type { PackedEvidence } from '../../evidence/pack/pack-evidence.ts';
import { STDIN, writeWhole } from '../../io/disk/files.ts';
import { commandLine, pathWord } from '../../shell-words.ts';
import type { Call } from '../call/command.ts';
import { SIGNING_FLAGS } from '../call/signing-flags.ts';
import { encodingOf } from './sign-and-write.ts';

/** More of them beside one file mean that something else is wrong. */
const MOST = 1000;

/**
 * When signing failed, the work that was done before is kept: the bundle without a signature, beside the
 * file that was to be written. An older one is never replaced. Says which command signs it.
 */
export async function keepUnsigned(
  out: string,
  unsigned: PackedEvidence,
  call: Call,
): Promise<void> {
  const { signal, beforeWriting } = call;
  await beforeWriting();
  const write = async (path: string): Promise<boolean> => {
    try {
      const archive = encodeArchive(unsigned.files, encodingOf(unsigned, call));
      await writeWhole(path, archive, { force: false, signal });
      return true;
    } catch (error) {
      if (error instanceof EvidenceError && error.code === 'OUTPUT_EXISTS') return false;
      throw error;
    }
  };
  for (let number = 1; number <= MOST; number += 1) {
    const path = `${out}.unsigned${number === 1 ? '' : `.${number}`}.tar.gz`;
    if (await write(path)) {
      process.stderr.write(nextSteps(path, out, unsigned, call));
      return;
    }
  }
}

function nextSteps(path: string, out: string, unsigned: PackedEvidence, call: Call): string {
  const words = ['affidavit', 'evidence', 'sign', pathWord(path), '--emit-evidence', pathWord(out)];
  const isToken = call.options.has('identity-token');
  if (isToken) words.push('--identity-token', STDIN);
  return [
    `unsigned: ${commandLine([path])}`,
    `manifest: ${unsigned.manifestDigest}`,
    `    sign: ${commandLine([...words, ...signingWords(call)])}`,
    ...(isToken ? ['    note: give it a new identity token in standard input'] : []),
    '',
  ].join('\n');
}

/** Nobody else may read it in the list of processes, and each login is confirmed anew. */
const NOT_REPEATED: ReadonlySet<string> = new Set(['identity-token', 'yes']);

/** The same flags for signing, and `--force`. */
function signingWords({ options }: Call): readonly string[] {
  const flags = Object.entries({ ...SIGNING_FLAGS, force: { type: 'switch' as const } });
  return flags.flatMap(([name, { type }]) => {
    if (NOT_REPEATED.has(name) || !options.has(name)) return [];
    return type === 'switch' ? [`--${name}`] : [`--${name}`, options.text(name) ?? ''];
  });
}
