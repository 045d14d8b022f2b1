// What of each recipe is otherwise since its older evidence came, by the history of the base, or of head if there is none.
import { otherwiseSince } from '../../gate/changed-recipes.ts';
import type { Otherwise } from '../../gate/resolved-recipe.ts';
import { firstNamings } from '../../io/git/first-namings.ts';
import type { Repository } from '../../io/git/repository.ts';
import { readRecipesOf, type Change } from './gate-change.ts';
import type { Pointed } from './gate-judges.ts';

/**
 * The commit that brought a piece shows what it was made with. A later change may have had other health checks, and
 * evidence of its own for them: once that is gone, the older one is no better than before. By the path of the pointer.
 *
 * @throws EvidenceError GIT_OBJECT_MISSING for a clone without the history of the base, GIT_FAILED
 */
export async function otherwiseSinceBrought(
  repository: Repository,
  { base, head: { commit: tip }, recipes, folders }: Change,
  pieces: readonly Pointed[],
): Promise<ReadonlyMap<string, Otherwise>> {
  const since = new Map<string, Otherwise>();
  const head = recipes.head.recipes;
  if (head === undefined || pieces.length === 0) return since;
  const brought = await firstNamings(repository, base?.commit ?? tip, folders.evidence);
  const commits = Map.groupBy(pieces, ({ artifact }) => brought.get(artifact.digest));
  const comparedWith = otherwiseSince(head);
  for (const [commit, own] of commits) {
    // What the base never had the change brings.
    if (commit === undefined) continue;
    const tree = await readRecipesOf(repository, commit, folders);
    const otherwise = comparedWith(
      tree.recipes,
      own.map(({ recipe }) => recipe),
    );
    for (const { path, recipe } of own) {
      const of = otherwise.get(recipe.name);
      if (of !== undefined) since.set(path, of);
    }
  }
  return since;
}
