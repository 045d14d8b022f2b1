import type { Dirent } from 'node:fs';
import { opendir } from 'node:fs/promises';

import type { EvidenceError } from '../../errors/evidence-error.ts';
import { unreadable } from './system-error.ts';

/** How many entries may come, and what is thrown when there are more. */
export interface ListLimit {
  readonly most: number;
  readonly tooMany: () => EvidenceError;
}

/**
 * What is in a directory, sorted by name; a listing without end is given up early.
 *
 * @throws EvidenceError FILE_UNREADABLE with the system's error as its cause, and what `tooMany` makes
 */
export async function listDirectory(
  directory: string,
  { most, tooMany }: ListLimit,
): Promise<readonly Dirent[]> {
  const entries: Dirent[] = [];
  try {
    for await (const entry of await opendir(directory)) {
      if (entries.length >= most) throw tooMany();
      entries.push(entry);
    }
  } catch (error) {
    throw unreadable(error, directory);
  }
  return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
