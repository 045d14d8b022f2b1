// The pointers that there are once a change is merged.

import type { PointerFiles } from './pointers.ts';

/** What the change leaves as it was is as the tip of the base has it; the rest is as head has it. */
export function mergedPointers(
  mergeBase: PointerFiles,
  tip: PointerFiles,
  head: PointerFiles,
): PointerFiles {
  const paths = new Set([...tip.files.keys(), ...head.files.keys()]);
  const files = [...paths].flatMap((path) => {
    const isLeft = head.files.get(path)?.id === mergeBase.files.get(path)?.id;
    const file = (isLeft ? tip : head).files.get(path);
    return file === undefined ? [] : [[path, file] as const];
  });
  return { files: new Map(files), faults: head.faults };
}
