import type { Dirent } from 'node:fs';
import { opendir } from 'node:fs/promises';

import { EvidenceError } from '../../errors/evidence-error.ts';
import type { ErrorDetail } from '../../errors/evidence-error.ts';
import { escapeInvisible } from '../../quote.ts';
import { unreadable } from './system-error.ts';

/** How many entries may come, and what is said when there are more. */
export interface ListLimit extends Pick<ErrorDetail, 'found' | 'expected' | 'hint'> {
  readonly most: number;
}

/**
 * What is in a directory, sorted by name; a listing without end is given up early.
 *
 * @throws EvidenceError FILE_UNREADABLE with the system's error as its cause; LIMIT_EXCEEDED
 */
export async function listDirectory(
  directory: string,
  { most, ...detail }: ListLimit,
): Promise<readonly Dirent[]> {
  const entries: Dirent[] = [];
  try {
    for await (const entry of await opendir(directory)) {
      if (entries.length >= most) {
        throw new EvidenceError('LIMIT_EXCEEDED', { at: escapeInvisible(directory), ...detail });
      }
      entries.push(entry);
    }
  } catch (error) {
    throw unreadable(error, directory);
  }
  return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
