import { join } from 'node:path';

import { EvidenceError, noneIfRefused } from '../../errors/evidence-error.ts';
import { parsePointer, type Pointer } from '../../evidence/pointer/pointer.ts';
import { MAX_CONFIG_BYTES, MAX_ENTRIES } from '../../limits.ts';
import { refuse } from '../../place.ts';
import { escapeInvisible } from '../../quote.ts';
import { readFileBounded, writeWhole, type WriteOptions } from './files.ts';
import { lookAt } from './harmless-output.ts';
import { listDirectory } from './open-file.ts';

/** A pointer of a tree, and where it is. */
interface FoundPointer {
  readonly path: string;
  readonly pointer: Pointer;
}

/** The signed pointers of one recipe: `FOLDER/SOURCE/*.yaml`. One that cannot be read is none. */
export async function readPointers(folder: string): Promise<readonly FoundPointer[]> {
  const pointers: FoundPointer[] = [];
  for (const source of await namesIn(folder, 'directory')) {
    for (const name of await namesIn(join(folder, source), 'file')) {
      const path = join(folder, source, name);
      const shown = escapeInvisible(path);
      // Whoever may add files to the tree could stop everybody else by one that is too large, or of another kind.
      const pointer = await readPointer(path, shown).catch(noneIfRefused);
      if (pointer !== undefined) pointers.push({ path: shown, pointer });
    }
  }
  return pointers;
}

export async function readPointer(path: string, shown: string): Promise<Pointer> {
  return parsePointer(await readFileBounded(path, MAX_CONFIG_BYTES, 'pointer'), shown);
}

/** Pointers are added and never changed, unless it is forced. The same one may be there already. */
export async function addPointer(
  path: string,
  text: string,
  options: Pick<WriteOptions, 'force' | 'signal'>,
): Promise<void> {
  const bytes = Buffer.from(text);
  try {
    await writeWhole(path, [bytes], options);
  } catch (error) {
    if (!(error instanceof EvidenceError) || error.code !== 'OUTPUT_EXISTS') throw error;
    if (bytes.equals(await readFileBounded(path, MAX_CONFIG_BYTES, 'pointer'))) return;
    const hint =
      'a committed one stays, and leads to an older signature: keep it, and remove an unsigned one of the same artifact beside its folder; one that was never committed: remove it and run this again';
    const expected = 'no pointer, or this one: what is committed is not changed';
    refuse({ code: 'OUTPUT_EXISTS', at: escapeInvisible(path), hint }, 'another pointer', expected);
  }
}

async function namesIn(folder: string, kind: 'file' | 'directory'): Promise<readonly string[]> {
  if (lookAt(folder)?.isDirectory() !== true) return [];
  const entries = await listDirectory(folder, {
    most: MAX_ENTRIES,
    found: `more than ${MAX_ENTRIES} entries`,
    expected: `at most ${MAX_ENTRIES} in a directory of evidence`,
    hint: "check that --evidence-dir is AICR's recipes/evidence",
  });
  const wanted = entries.filter((entry) =>
    kind === 'file' ? entry.isFile() && entry.name.endsWith('.yaml') : entry.isDirectory(),
  );
  return wanted.map(({ name }) => name);
}
