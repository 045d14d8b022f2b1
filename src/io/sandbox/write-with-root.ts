import { lstatSync, type Stats } from 'node:fs';

import { writeTogether, type Output, type WriteOptions } from '../disk/files.ts';
import type { StagedFiles } from './sandbox-files.ts';

/** Files, and what they need beside them. All can be made more than once. */
interface Bundle {
  /** The archive last. */
  readonly files: () => readonly Output[];
  /** The root of the sandbox that signed; absent if a service did, which has its root elsewhere. */
  readonly stageRoot?: (() => StagedFiles) | undefined;
}

/**
 * Writes an archive whole or not at all, and with it its logs and the root under which it verifies: in the turn
 * in which the archive gets its name, so that none replaces its like without the others. Two runs with
 * one path may still mix their renames. Each looks afterwards, and one that sees its own beside the
 * other's writes all again: who renames last leaves a whole.
 *
 * @throws EvidenceError as `writeTogether` and `stageSandboxFiles`
 */
export async function writeWithRoot(
  bundle: Bundle,
  options: Omit<WriteOptions, 'onNamed'> & { readonly onNamed: () => void },
): Promise<void> {
  let written = await writeAll(bundle, options);
  while (isMixed(written)) {
    written = await writeAll(bundle, { ...options, force: true });
  }
}

interface Written {
  readonly root: StagedFiles | undefined;
  readonly files: readonly (readonly [path: string, stats: Stats | undefined])[];
}

async function writeAll(
  { files, stageRoot }: Bundle,
  { onNamed, ...options }: Parameters<typeof writeWithRoot>[1],
): Promise<Written> {
  const root = stageRoot?.();
  const undo = (): void => root?.drop();
  options.signal?.addEventListener('abort', undo);
  const named = files();
  let stats: readonly Stats[] = [];
  try {
    await writeTogether(named, {
      ...options,
      onNamed: (all) => {
        stats = all;
        onNamed();
        root?.keep();
      },
    });
    return { root, files: named.map(({ path }, index) => [path, stats[index]]) };
  } catch (error) {
    undo();
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', undo);
  }
}

/** Whether one of them is ours and another is not. Somebody may have taken one away already. */
function isMixed({ root, files }: Written): boolean {
  const ours = files.map(([path, stats]) => {
    const there = lstatSync(path, { throwIfNoEntry: false });
    return there && there.ino === stats?.ino && there.mtimeMs === stats.mtimeMs;
  });
  if (ours.at(-1) === undefined) return false;
  const all = root === undefined ? ours : [...ours, root.isInPlace()];
  return all.includes(true) && all.includes(false);
}
