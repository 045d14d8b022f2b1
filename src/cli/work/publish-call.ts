import { requireReference } from '../../artifact-reference.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { STDIN, requireFree } from '../../io/disk/files.ts';
import {
  isWithin,
  requireHarmless,
  wouldBeSamePlace,
  wouldReplace,
} from '../../io/disk/harmless-output.ts';
import { confirm } from '../../io/process/confirm.ts';
import { sandboxFolder } from '../../io/sandbox/sandbox-files.ts';
import { servicePaths } from '../../io/sigstore/service-paths.ts';
import { signingStatePath } from '../../io/sigstore/signing-journal.ts';
import { refuse } from '../../place.ts';
import { quote } from '../../quote.ts';
import type { Call } from '../call/command.ts';
import { SIGNING_FILES } from '../call/signing-flags.ts';
import { attestationPath } from './sign-artifact.ts';
import { requireFolder } from './write-pointer.ts';

/** How a place to push to is written. */
export const TARGET_FORM = 'oci://HOST/REPOSITORY[:TAG]';

export function wantsPointer({ options }: Pick<Call, 'options'>): boolean {
  return options.has('evidence-dir') || options.has('pointer');
}

/** Before anything is signed. */
export async function requirePointerPlace(call: Call): Promise<void> {
  const { options } = call;
  if (wantsPointer(call) && options.has('key')) {
    throw new EvidenceError('USAGE', {
      at: '--key',
      found: 'a key to sign with, and a pointer, which names who signed by identity and issuer',
      expected: 'an identity, or no pointer',
      hint: 'leave out --key to sign as an identity; evidence that a key signed is verified by its digest, so leave out --evidence-dir or --pointer for it',
    });
  }
  const folder = options.text('evidence-dir');
  const file = options.text('pointer');
  if (folder !== undefined) {
    requireFolder(folder, true);
    requireHarmless('--evidence-dir', folder, { open: [], bundle: options.required('bundle') });
  }
  if (file === undefined) return;
  requireOwnPlace(file, call);
  await requireFree(file, options.has('force'));
}

/** Neither the bundle nor what the command reads or leaves beside it. Throws USAGE. */
function requireOwnPlace(file: string, { options, environment }: Call): void {
  const bundle = options.required('bundle');
  const open = [...SIGNING_FILES, 'registry-ca'].flatMap((name) => options.text(name) ?? []);
  requireHarmless('--pointer', file, { open, bundle, variables: servicePaths(environment) });
  const path = attestationPath(bundle);
  const isLeft = [path, signingStatePath(path)].some((each) => wouldBeSamePlace(file, each));
  if (!isLeft && !isWithin(file, sandboxFolder(path))) return;
  throw wouldReplace('--pointer', file, 'where the signature, or the root for it, is kept');
}

/**
 * @param index which of them it is
 * @throws EvidenceError USAGE
 */
export function requireTarget(
  text: string,
  index: number,
  { length }: readonly string[],
): { readonly repository: string; readonly tag?: string } {
  const at = length > 1 ? `TARGET ${index + 1}` : 'TARGET';
  const { repository, tag, digest } = requireReference(text, { code: 'USAGE', at }, TARGET_FORM);
  if (digest === undefined) return tag === undefined ? { repository } : { repository, tag };
  throw new EvidenceError('USAGE', {
    at,
    found: quote(text),
    expected: TARGET_FORM,
    hint: 'leave the digest out: it is computed from the bundle, and printed',
  });
}

/** Asks whether all of it may become public. Throws USAGE. */
export async function requireYes({ options, signal }: Call): Promise<void> {
  if (options.has('yes') || options.has('dry-run')) return;
  const what =
    'evidence that is not redacted: node names, results, logs and all else become public';
  const terminal = { input: process.stdin, output: process.stderr };
  const answer = await confirm(`This is ${what}.\nPublish it?`, terminal, signal);
  if (answer === true) return;
  throw new EvidenceError('USAGE', {
    at: 'BUNDLE',
    found: `${what}; ${answer === undefined ? 'and no terminal on which to ask' : 'and no yes'}`,
    expected: 'the answer y on a terminal, or --yes',
    hint: 'add --yes if all of it may become public; else pack it again without --redact none',
  });
}

export function refusePointer(): never {
  refuse(
    { code: 'USAGE', at: 'BUNDLE', hint: 'add --sign, which signs the artifact too' },
    'a signature that is not about the artifact, to which no pointer can lead',
    '--sign, or no pointer',
  );
}

/** Throws USAGE. */
export function requireOnDisk(source: string): void {
  if (source.startsWith('oci://')) {
    const hint = 'copy what is in a registry with affidavit evidence mirror; or fetch it first';
    refuse({ code: 'USAGE', at: 'BUNDLE', hint }, quote(source), 'a .tar.gz or a directory');
  }
  if (source !== STDIN) return;
  const place = { code: 'USAGE', at: 'BUNDLE', hint: 'write it to a file first' } as const;
  refuse(place, 'standard input', 'a .tar.gz or a directory: it is read more than once');
}
