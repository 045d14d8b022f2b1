import { resolve, sep } from 'node:path';

import { EvidenceError } from '../../errors/evidence-error.ts';
import { parsePointer } from '../../evidence/pointer/pointer.ts';
import type { PointerFile } from '../../evidence/verify/check-pointer.ts';
import { readFileBounded } from '../../io/disk/files.ts';
import { isSamePlace, lookAt } from '../../io/disk/harmless-output.ts';
import { MAX_CONFIG_BYTES } from '../../limits.ts';
import { escapeInvisible } from '../../quote.ts';
import { isOfKind, recognising } from '../../recognise.ts';
import type { Call } from '../call/command.ts';

/** What is verified: the input, or the bundle beside it if the input is a pointer. */
export interface PointedInput {
  readonly bundle: string;
  readonly pointer: PointerFile | undefined;
}

/**
 * @throws EvidenceError USAGE if the input is a pointer, and no bundle is named; POINTER_TO_ITSELF, and what
 *   `readFileBounded` and `parsePointer` throw
 */
export async function pointedInput({ options }: Pick<Call, 'options'>): Promise<PointedInput> {
  const input = options.required('input');
  const bundle = options.text('bundle');
  if (bundle === undefined) {
    await requireNoPointer(input);
    return { bundle: input, pointer: undefined };
  }
  if (isSamePlace(input, bundle)) refuseItself(input);
  const bytes = await readFileBounded(input, MAX_CONFIG_BYTES, 'pointer');
  const file = escapeInvisible(input);
  const pointer = recognising('pointer', { file, bytes }, () => parsePointer(bytes, file));
  return { bundle, pointer: { file, path: resolve(input).split(sep), pointer } };
}

/** As for aicr, a pointer has the name of a YAML file. */
async function requireNoPointer(input: string): Promise<void> {
  if (!/\.ya?ml$/.test(input) || lookAt(input)?.isDirectory() === true) return;
  const bytes = await readFileBounded(input, MAX_CONFIG_BYTES, 'archive');
  if (!isOfKind(bytes, 'pointer')) return;
  throw new EvidenceError('USAGE', {
    at: '--bundle',
    found: 'nothing, and a pointer as INPUT',
    expected: 'the bundle that it points to',
    hint: 'fetch that bundle, and name its archive or directory with --bundle: nothing is fetched here',
  });
}

function refuseItself(input: string): never {
  throw new EvidenceError('POINTER_TO_ITSELF', {
    at: '--bundle',
    found: escapeInvisible(input),
    expected: 'the bundle that the pointer points to',
    hint: 'fetch the bundle, and name its archive or directory with --bundle',
  });
}
