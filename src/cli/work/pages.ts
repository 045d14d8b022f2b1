import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { unreadable } from '../../io/disk/system-error.ts';
import type { PageReader } from '../../report/explain.ts';
import type { Call } from '../call/command.ts';

/** The pages are read when they are asked for: joined to the program, they would make every start slower. */
export function pagesOf({ root }: Pick<Call, 'root'>): PageReader {
  return async (page) => {
    const path = join(root, 'docs', `${page}.md`);
    return await readFile(path, 'utf8').catch((error: unknown) => {
      throw unreadable(error, path);
    });
  };
}
