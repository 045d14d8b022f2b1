import type { Fault } from '../../errors/evidence-error.ts';
import { faultAt } from '../../place.ts';
import { quote } from '../../quote.ts';
import { pointerPath, type Pointer } from './pointer.ts';

const AT_ATTESTATION = 'attestations/0';

/**
 * Whether a pointer lies where AICR has it. A signed one may still wait in the place of unsigned ones, if it may lie flat.
 *
 * @param place its path below the directory of evidence, or the end of it
 */
export function misplaced(
  pointer: Pointer,
  place: readonly string[],
  { file, mayBeFlat }: { readonly file: string; readonly mayBeFlat: boolean },
): readonly Fault[] {
  const flat = `${pointer.recipe}.yaml`;
  const isFlat =
    mayBeFlat && place.length === 1 && (pointer.signer === undefined || place[0] === flat);
  const wanted = isFlat ? [flat] : pointerPath(pointer).split('/');
  const fields = ['recipe', `${AT_ATTESTATION}/signer`, `${AT_ATTESTATION}/bundle/digest`];
  const first = wanted.findIndex((part, index) => part !== place[index]);
  if (first === -1 && wanted.length === place.length) return [];
  const field = wanted.length === 1 && !isFlat ? AT_ATTESTATION : (fields[first] ?? 'recipe');
  const hint =
    'have the pointer made again by whoever signed the evidence: nobody else can have one in this folder';
  const found = quote(place.join('/'));
  const expected = wanted.join('/');
  return [faultAt({ code: 'POINTER_PATH_OTHER', at: `${file}#/${field}`, hint }, found, expected)];
}
