import { lstatSync, type Stats } from 'node:fs';

import { writeWhole, type WriteOptions } from '../disk/files.ts';
import type { StagedFiles } from './sandbox-files.ts';

/** An archive, and what it needs beside it. Both can be made more than once. */
interface Pair {
  readonly archive: () => AsyncIterable<Uint8Array>;
  /** The root of the sandbox that signed; absent if a service did, which has its root elsewhere. */
  readonly stageRoot?: (() => StagedFiles) | undefined;
}

/**
 * Writes an archive whole or not at all, and with it the root under which it verifies: in the turn in
 * which the archive gets its name, so that neither replaces its like without the other. Two runs with
 * one path may still mix their renames. Each looks afterwards, and one that sees its own beside the
 * other's writes both again: who renames last leaves a pair.
 *
 * @throws EvidenceError as `writeWhole` and `stageSandboxFiles`
 */
export async function writeWithRoot(
  path: string,
  pair: Pair,
  options: Omit<WriteOptions, 'onNamed'> & { readonly onNamed: () => void },
): Promise<void> {
  let written = await writeBoth(path, pair, options);
  while (isMixed(path, written)) {
    written = await writeBoth(path, pair, { ...options, force: true });
  }
}

interface Written {
  readonly root: StagedFiles | undefined;
  readonly file: Stats | undefined;
}

async function writeBoth(
  path: string,
  { archive, stageRoot }: Pair,
  { onNamed, ...options }: Parameters<typeof writeWithRoot>[2],
): Promise<Written> {
  const root = stageRoot?.();
  const undo = (): void => root?.drop();
  options.signal?.addEventListener('abort', undo);
  let file: Stats | undefined;
  try {
    await writeWhole(path, archive(), {
      ...options,
      onNamed: (stats) => {
        file = stats;
        onNamed();
        root?.keep();
      },
    });
    return { root, file };
  } catch (error) {
    undo();
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', undo);
  }
}

/** Whether one of the two is ours and the other is not. Somebody may have taken the archive away already. */
function isMixed(path: string, { root, file }: Written): boolean {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (root === undefined || there === undefined) return false;
  const isOurs = there.ino === file?.ino && there.mtimeMs === file.mtimeMs;
  return isOurs !== root.isInPlace();
}
