// One byte of a bundle changed, everywhere. docs/decisions/0004 tells how many of these others accept.

import { encode } from '../forge.ts';
import { baseOf, proofsOf, type Kind } from './bases.ts';

/** The lowest bit; the one between upper and lower case; the one outside ASCII. */
const MASKS = [0x01, 0x20, 0x80];

export interface OneByteTally {
  readonly edits: number;
  /** Each edit that a judge accepts. */
  readonly survivors: readonly { readonly offset: number; readonly mask: number }[];
}

/** @param step 1 for all offsets, 7 for every seventh */
export function tryOneByteEdits(kind: Kind, step: number): OneByteTally {
  const good = encode(baseOf(kind).bundle);
  const offsets = Array.from({ length: Math.ceil(good.length / step) }, (_, index) => index * step);
  const edits = offsets.flatMap((offset) => MASKS.map((mask) => ({ offset, mask })));
  const survivors = edits.filter(({ offset, mask }) => {
    const edited = Buffer.from(good);
    edited[offset] = (edited[offset] ?? 0) ^ mask;
    return proofsOf(edited).some((proof) => !(proof instanceof Error));
  });
  return { edits: edits.length, survivors };
}
