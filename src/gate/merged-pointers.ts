// The pointers that there are once a change is merged.

import { faultKey, type Fault } from '../errors/evidence-error.ts';
import type { PointerFiles } from './pointers.ts';

/** What the change leaves as it was is as the tip of the base has it; the rest is as head has it. */
export function mergedPointers(
  mergeBase: PointerFiles,
  tip: PointerFiles,
  head: PointerFiles,
): PointerFiles {
  const faults = merged([mergeBase, tip, head].map(faultsOf), faultKey);
  const files = merged([mergeBase.files, tip.files, head.files], ({ id }) => id);
  return { files, faults: [...faults.values()] };
}

function faultsOf({ faults }: PointerFiles): ReadonlyMap<string, Fault> {
  return new Map(faults.map((fault) => [faultKey(fault), fault]));
}

/** @param sides merge base, tip and head */
function merged<T>(
  [before, tip, head]: readonly ReadonlyMap<string, T>[],
  idOf: (each: T) => string,
): ReadonlyMap<string, T> {
  const idIn = (side: ReadonlyMap<string, T> | undefined, name: string): string | undefined => {
    const each = side?.get(name);
    return each === undefined ? undefined : idOf(each);
  };
  const names = new Set([...(tip?.keys() ?? []), ...(head?.keys() ?? [])]);
  return new Map(
    [...names].flatMap((name) => {
      const isLeft = idIn(head, name) === idIn(before, name);
      const each = (isLeft ? tip : head)?.get(name);
      return each === undefined ? [] : [[name, each] as const];
    }),
  );
}
