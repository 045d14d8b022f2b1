// Which pointers a change adds, edits and removes: what one can take back.

import type { Pointer } from '../evidence/pointer/pointer.ts';

export interface TouchedPointer {
  readonly path: string;
  readonly change: 'added' | 'edited' | 'removed';
  /** Whether what it leads to is pointed to from elsewhere: it was signed. */
  readonly isMoved: boolean;
}

interface PointerFile {
  readonly path: string;
  readonly recipe: string;
  readonly pointer: Pointer | undefined;
}

/** By the recipe: what a change touches of its pointers. */
export function touchedOf(
  changed: readonly (PointerFile & { readonly change: 'added' | 'edited' | 'same' })[],
  gone: readonly PointerFile[],
  groups: ReadonlyMap<string, readonly PointerFile[]>,
): ReadonlyMap<string, readonly TouchedPointer[]> {
  const all = [
    ...changed.flatMap((file) =>
      file.change === 'same' ? [] : [{ ...file, change: file.change }],
    ),
    ...gone.map((file) => ({ ...file, change: 'removed' as const })),
  ];
  const byName = Map.groupBy(all, ({ recipe }) => recipe);
  return new Map(
    [...byName].map(([name, files]) => [
      name,
      files.map(({ path, change, ...file }) => ({
        ...{ path, change },
        isMoved: change === 'removed' && isRelocated({ ...file, path }, groups),
      })),
    ]),
  );
}

/** Signing moves a pointer from where it waits to where it belongs. */
export function isRelocated(
  { recipe, pointer, path }: PointerFile,
  groups: ReadonlyMap<string, readonly PointerFile[]>,
): boolean {
  const digest = pointer?.artifact?.digest;
  if (digest === undefined || pointer?.signer !== undefined) return false;
  const others = groups.get(recipe) ?? [];
  return others.some((other) => other.path !== path && other.pointer?.artifact?.digest === digest);
}
