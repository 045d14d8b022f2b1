import type { Dirent } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';

import { isRecipeFile, requireRecipes } from '../../evidence/resolve/recipe-files.ts';
import type { RecipeFiles } from '../../evidence/resolve/recipe-files.ts';
import { MAX_ENTRIES, MAX_RECIPE_BYTES, MAX_RECIPES_BYTES } from '../../limits.ts';
import { refuse } from '../../place.ts';
import { escapeInvisible } from '../../quote.ts';
import { kindOf, listDirectory, openFound, readUnchanged } from './open-file.ts';
import { tooLarge, withFile, wrongKind } from './open-file.ts';

const HINT = 'name a directory that has recipes and nothing else';

/**
 * Reads a directory of AICR's recipes: `--data DIR`. What begins with a dot is read too, as AICR does, but for
 * `.git`. Links are not followed, so that nothing outside of the directory is read.
 *
 * @throws EvidenceError FILE_UNREADABLE, also of a link; FILE_CHANGED, LIMIT_EXCEEDED, RECIPES_INCOMPLETE, RECIPE_IS_CHART
 */
export async function readRecipeFiles(directory: string): Promise<RecipeFiles> {
  const named = escapeInvisible(directory).replace(/(?<=.)\/+$/, '');
  await requireNoFile(directory, named);
  const walk = new Walk(directory);
  const top = await walk.list('');
  requireRecipes(
    top.map(({ name }) => name),
    named,
  );
  await walk.add('', top);
  return { directory: named, files: walk.files };
}

async function requireNoFile(path: string, at: string): Promise<void> {
  const stats = await stat(path).catch(() => undefined);
  if (stats?.isFile() !== true) return;
  const hint =
    'name the recipes around the file: the directory that has overlays and registry.yaml';
  refuse({ code: 'FILE_UNREADABLE', at, hint }, 'a file', 'a directory of recipes');
}

class Walk {
  readonly files = new Map<string, Uint8Array>();
  readonly #root: string;
  #entries = 0;
  #bytes = 0;

  constructor(root: string) {
    this.#root = root;
  }

  async list(folder: string): Promise<readonly Dirent[]> {
    const entries = await listDirectory(join(this.#root, folder), {
      most: MAX_ENTRIES - this.#entries,
      found: `more than ${MAX_ENTRIES} entries`,
      expected: `at most ${MAX_ENTRIES} entries in a directory of recipes`,
      hint: HINT,
    });
    this.#entries += entries.length;
    return entries.filter(({ name }) => name !== '.git');
  }

  async add(folder: string, entries: readonly Dirent[]): Promise<void> {
    for (const entry of entries) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) await this.add(path, await this.list(path));
      else if (!entry.isFile()) throw wrongKind(join(this.#root, path), kindOf(entry));
      else if (isRecipeFile(path)) this.files.set(path, await this.#read(path));
    }
  }

  async #read(path: string): Promise<Uint8Array> {
    const place = join(this.#root, path);
    return await withFile(openFound(place), async (file) => {
      const { size } = file.stats;
      this.#bytes += size;
      if (size > MAX_RECIPE_BYTES) {
        throw tooLarge(place, MAX_RECIPE_BYTES, 'a file of recipes', HINT);
      }
      if (this.#bytes > MAX_RECIPES_BYTES) {
        throw tooLarge(this.#root, MAX_RECIPES_BYTES, 'all files of recipes together', HINT);
      }
      const chunks: Uint8Array[] = [];
      for await (const chunk of readUnchanged(file, place)) chunks.push(chunk);
      return Buffer.concat(chunks);
    });
  }
}
