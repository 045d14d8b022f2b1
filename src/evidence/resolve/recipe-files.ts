import type { EvidenceError, Fault } from '../../errors/evidence-error.ts';
import { refuse, refusal } from '../../place.ts';
import { quote } from '../../quote.ts';

/** The files of a directory of recipes, as it was read at once. Nothing else is ever looked up. */
export interface RecipeFiles {
  /** How complaints name it. */
  readonly directory: string;
  /** By their path in it, e.g. `overlays/eks.yaml`. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** What else is there, of a commit: its id in place of its bytes, by which others differ. */
  readonly unread?: ReadonlyMap<string, Uint8Array>;
}

/** The recipes of a commit. */
export interface RecipeTree {
  /** Undefined if it has no such folder. Of two commits, equal files have the same bytes as an object. */
  readonly recipes: RecipeFiles | undefined;
  /** Files that cannot be read. The others are there. */
  readonly faults: readonly Fault[];
}

/** What every directory of AICR's recipes has. */
export const ROOT_OVERLAY = 'overlays/base.yaml';
export const REGISTRY = 'registry.yaml';

/** Whether this file of the directory counts: recipes are YAML, and what they name may be anything. */
export function isRecipeFile(path: string): boolean {
  return path.endsWith('.yaml') || /^(?:components|checks)\//.test(path);
}

/**
 * Says what is wrong with a directory that is none of recipes.
 *
 * @param names what is in it
 * @throws EvidenceError RECIPES_INCOMPLETE, RECIPE_IS_CHART
 */
export function requireRecipes(names: readonly string[], directory: string): void {
  if (names.includes('overlays')) return;
  if (names.includes('Chart.yaml')) refuseChart(directory);
  const some = names.slice(0, 3).map((name) => quote(name, 40));
  const found = `${some.join(', ') || 'nothing'} in it`;
  throw incomplete(directory, found, 'overlays', recipesBeside(names, directory));
}

/** The recipes, if this is the directory around them, or the one of their overlays. */
function recipesBeside(names: readonly string[], directory: string): string | undefined {
  if (names.includes('recipes')) return `${directory}/recipes`;
  if (!names.includes('base.yaml')) return undefined;
  const outer = directory.replace(/\/?overlays$/, '');
  if (outer !== directory) return outer || (directory.startsWith('/') ? '/' : '.');
  return directory === '.' ? '..' : `${directory}/..`;
}

function refuseChart(directory: string): never {
  const hint = 'name the directory `recipes` of a checkout of AICR, or one like it';
  const place = { code: 'RECIPE_IS_CHART', at: `${directory}/Chart.yaml`, hint } as const;
  refuse(place, 'a Helm chart', "AICR's recipes, which name charts");
}

/** A file that every directory of recipes has. Throws RECIPES_INCOMPLETE. */
export function requiredFile({ directory, files }: RecipeFiles, path: string): Uint8Array {
  const bytes = files.get(path);
  if (bytes !== undefined) return bytes;
  throw incomplete(directory, `no ${path}`, path);
}

function incomplete(directory: string, found: string, path: string, meant?: string): EvidenceError {
  const hint =
    meant === undefined
      ? 'name the directory `recipes` of a checkout of AICR, or one like it'
      : `name ${meant}`;
  const expected = `AICR's recipes, with ${path}`;
  return refusal({ code: 'RECIPES_INCOMPLETE', at: directory, hint }, found, expected);
}

/**
 * A file that a recipe names. Only what was read of the directory is there, so no path leads out of it.
 *
 * @throws EvidenceError RECIPE_FILE_MISSING
 */
export function namedFile({ directory, files }: RecipeFiles, path: string, at: string): Uint8Array {
  const bytes = files.get(path);
  if (bytes !== undefined) return bytes;
  const hint = 'add the file, or correct its path';
  refuse({ code: 'RECIPE_FILE_MISSING', at, hint }, quote(path), `a file in ${directory}`);
}
