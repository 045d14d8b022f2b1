import { EVIDENCE_LAYOUT } from '../../evidence/layout.ts';
import type { PointerFile } from '../../evidence/verify/check-pointer.ts';
import { readFileBounded } from '../../io/disk/files.ts';
import { isBundleItself } from '../../io/disk/folders.ts';
import { isSamePlace, lookAt } from '../../io/disk/harmless-output.ts';
import { MAX_CONFIG_BYTES } from '../../limits.ts';
import { refuse } from '../../place.ts';
import { escapeInvisible } from '../../quote.ts';
import { isOfKind } from '../../recognise.ts';
import type { Call } from '../call/command.ts';
import { artifactPlace } from './artifact-place.ts';
import type { NamedArtifact } from './named-artifact.ts';

/** What is verified: a bundle on disk, perhaps with a pointer to it, or an artifact. */
export type NamedInput =
  | { readonly bundle: string; readonly pointer: PointerFile | undefined }
  | { readonly artifact: NamedArtifact };

/** Those that say nothing of a bundle on disk. */
export const PLACES = ['location', 'allow-tag', 'registry', 'registry-ca'] as const;
const OF_ARTIFACTS = ['attestation', ...PLACES] as const;

/**
 * @throws EvidenceError USAGE, POINTER_TO_ITSELF, and what `namedArtifact` and `readPointerFile` throw
 */
export async function namedInput(call: Call, input: string): Promise<NamedInput> {
  const { options } = call;
  const bundle = options.text('bundle');
  const artifact = bundle === undefined ? await artifactOf(call, input) : undefined;
  if (artifact !== undefined) return { artifact };
  requireNone(options, bundle === undefined ? 'INPUT' : '--bundle');
  if (bundle === undefined) return { bundle: input, pointer: undefined };
  if (isSamePlace(input, bundle)) refuseItself(input);
  const { readPointerFile } = await import('./named-artifact.ts');
  return { bundle, pointer: await readPointerFile(input) };
}

/** What the input is, or what it leads to as a pointer; undefined: a bundle on disk. */
export async function artifactOf(
  call: Call,
  input: string,
  at = 'INPUT',
): Promise<NamedArtifact | undefined> {
  // A file more does not make a layout of a bundle: it is one too many in it.
  if (isBundleItself(input, EVIDENCE_LAYOUT)) return undefined;
  if ((await artifactPlace(input)) === undefined && !(await isPointer(input))) return undefined;
  const { namedArtifact } = await import('./named-artifact.ts');
  return await namedArtifact(input, call, { at, allowTag: call.options.has('allow-tag') });
}

/** As for aicr, a pointer has the name of a YAML file. */
export function isYaml(path: string): boolean {
  return /\.ya?ml$/.test(path) && lookAt(path)?.isDirectory() !== true;
}

export async function isPointer(input: string): Promise<boolean> {
  if (!isYaml(input)) return false;
  return isOfKind(await readFileBounded(input, MAX_CONFIG_BYTES, 'archive'), 'pointer');
}

export function requireNone(
  options: Call['options'],
  from: string,
  flags: readonly string[] = OF_ARTIFACTS,
): void {
  const flag = flags.find((name) => options.has(name));
  if (flag === undefined) return;
  const hint = `leave out --${flag}: nothing is fetched`;
  const expected = 'an artifact, e.g. oci://HOST/REPOSITORY@sha256:HEX';
  refuse({ code: 'USAGE', at: `--${flag}`, hint }, `a bundle on disk, as ${from}`, expected);
}

function refuseItself(input: string): never {
  const hint = 'fetch the bundle, and name its archive or directory with --bundle';
  const expected = 'the bundle that the pointer points to';
  refuse({ code: 'POINTER_TO_ITSELF', at: '--bundle', hint }, escapeInvisible(input), expected);
}
