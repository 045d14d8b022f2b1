import { isRecipeFile, type RecipeTree } from '../../evidence/resolve/recipe-files.ts';
import { MAX_RECIPE_BYTES, MAX_RECIPES_BYTES } from '../../limits.ts';
import type { TreeEntry } from './git-object.ts';
import { readCommitFiles } from './read-files.ts';
import type { Repository } from './repository.ts';

/**
 * Reads the recipes of a commit as `readRecipeFiles` reads those of a directory.
 *
 * @param folder from the root of the repository, e.g. `recipes`
 * @param except folders in it that hold no recipes, e.g. `evidence`
 * @throws EvidenceError what `listTree` and `readCommitFiles` throw
 */
export async function readRecipeTree(
  repository: Repository,
  commit: string,
  folder: string,
  except: readonly string[] = [],
): Promise<RecipeTree> {
  const tree = await repository.listTree(commit, folder);
  if (tree === undefined) return { recipes: undefined, faults: [] };
  // AICR reads what begins with a dot like all others.
  const all = tree.entries.filter(
    (entry) => !except.some((each) => entry.path.startsWith(`${each}/`)),
  );
  const entries = all.filter(isMeant);
  const limits = { each: MAX_RECIPE_BYTES, all: MAX_RECIPES_BYTES, what: 'a file of recipes' };
  const { files, faults } = await readCommitFiles(repository, { commit, folder }, entries, limits);
  const bytes = [...files].map(([path, file]) => [path, file.bytes] as const);
  const unread = all
    .filter((entry) => !isMeant(entry))
    .map(({ path, id }) => [path, Buffer.from(id)] as const);
  const recipes = { directory: folder || '.', files: new Map(bytes), unread: new Map(unread) };
  return { recipes, faults };
}

/** Also what may stand in the place of a folder: recipes of nobody knows where. */
function isMeant({ kind, path }: TreeEntry): boolean {
  return kind !== 'file' || isRecipeFile(path);
}
