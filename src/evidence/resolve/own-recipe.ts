// The recipe that a directory of recipes has for the criteria and the profile of another one.

import { compareBytes } from '../../compare-bytes.ts';
import { digestOf, type Digest } from '../../digest.ts';
import { EvidenceError, orIfRefused, type Finding } from '../../errors/evidence-error.ts';
import { quote } from '../../quote.ts';
import type { Criteria } from '../recipe/criteria.ts';
import type { NamedFile } from '../recipe/recipe-component.ts';
import { readTypedRecipe } from '../recipe/recipe.ts';
import type { Recipe, RecipeOfBytes, TypedRecipe } from '../recipe/recipe.ts';
import type { Catalogue } from './catalogue.ts';
import { DIMENSIONS } from './criteria.ts';
import { namedFiles } from './named-files.ts';
import { queryOf } from './query.ts';
import type { RecipeFiles } from './recipe-files.ts';
import { recipeText } from './recipe-text.ts';
import { refuseWhereSet, resolve } from './resolve.ts';

export interface OwnRecipe {
  readonly recipe: TypedRecipe;
  /** What the recipe only names. */
  readonly files: readonly NamedFile[];
  /** CRITERIA_WITHOUT_OVERLAY: what of the criteria chose nothing there. */
  readonly findings: readonly Finding[];
}

/** Recipes that somebody has at hand, to compare a recipe with. */
export interface OwnRecipes {
  /**
   * Throws RECIPE_OTHER if the recipe asks for what they do not have, what `resolve` throws, and RECIPE_FILE_MISSING.
   *
   * @param alike the same recipe with its bytes: if it resolves to these, they are not read again
   */
  readonly resolveLike: (recipe: Recipe, alike?: RecipeOfBytes) => OwnRecipe;
  /** The files that a recipe names there. Throws RECIPE_FILE_MISSING. */
  readonly filesOf: (recipe: TypedRecipe) => readonly NamedFile[];
  /** Of all their files, by path and bytes. */
  readonly digest: () => Digest;
}

/** Recipes that are kept resolved: evidence of one recipe mostly comes together. */
const MOST_KEPT = 8;

export function ownRecipes(catalogue: Catalogue): OwnRecipes {
  const kept = new Map<string, OwnRecipe>();
  return {
    resolveLike: (recipe, alike) => {
      const { file, criteria, profile } = recipe;
      const asked = JSON.stringify([file, criteria, profile?.selection]);
      const own = kept.get(asked) ?? resolveLike(recipe, catalogue, alike);
      kept.delete(asked);
      kept.set(asked, own);
      const [oldest] = kept.keys();
      if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
      return own;
    },
    filesOf: (recipe) => namedFiles(recipe, catalogue.recipes),
    digest: () => digestOfFiles(catalogue.recipes),
  };
}

/**
 * The same recipes for evidence of one of them: what asks for other criteria is of another recipe.
 *
 * @param nodes for which it may ask
 */
export function ownRecipesOf(
  own: OwnRecipes,
  criteria: Criteria,
  nodes: ReadonlySet<number>,
): OwnRecipes {
  return {
    ...own,
    resolveLike: (recipe, alike) => {
      requireCriteria(recipe, criteria, nodes);
      return own.resolveLike(recipe, alike);
    },
  };
}

/** Throws RECIPE_OTHER. */
function requireCriteria(
  { file, criteria }: Recipe,
  wanted: Criteria,
  nodes: ReadonlySet<number>,
): void {
  const other = ([...DIMENSIONS, 'nodes'] as const).find((name) =>
    name === 'nodes' ? !nodes.has(criteria.nodes) : criteria[name] !== wanted[name],
  );
  if (other === undefined) return;
  throw new EvidenceError('RECIPE_OTHER', {
    at: `${file}#/criteria/${other}`,
    found: quote(String(criteria[other])),
    expected: `${quote(String(wanted[other]))}, as the recipe that is judged has it`,
    hint: 'have evidence made of this recipe, with its own criteria',
  });
}

function digestOfFiles({ files }: RecipeFiles): Digest {
  const rows = [...files].map(([path, bytes]) => JSON.stringify([path, digestOf(bytes)]));
  return digestOf(rows.toSorted(compareBytes).join('\n'));
}

/** Resolves a recipe again. Of the other one nothing but criteria and profile is used. */
function resolveLike(
  { file, criteria, profile }: Recipe,
  catalogue: Catalogue,
  alike: RecipeOfBytes | undefined,
): OwnRecipe {
  const { recipes } = catalogue;
  const [name = '', value = ''] = profile?.selection.split('=') ?? [];
  const selection = profile && { name, value };
  const asked = new Map(DIMENSIONS.map((each) => [each, criteria[each]]));
  const resolution = orIfRefused(
    () => resolve(catalogue, queryOf(asked, criteria.nodes, catalogue), { profile: selection }),
    (error) => refuseAsked(error, file, recipes.directory),
  );
  const text = Buffer.from(recipeText(resolution));
  const [recipe, files] = orIfRefused(
    () => {
      const typed = readTypedRecipe(text, recipes.directory, alike);
      return [typed, namedFiles(typed, recipes)] as const;
    },
    (error) => refuseWhereSet(error, resolution),
  );
  const findings = resolution.findings.flatMap((finding) => {
    if (finding.code !== 'CRITERIA_WITHOUT_OVERLAY') return [];
    const hint = 'compare the criteria with those of your overlays: this one chose nothing there';
    return [{ ...finding, at: placeOf(file, finding.at), hint }];
  });
  return { recipe, files, findings };
}

/** What somebody's flags would be to blame for, the recipe is, which has nobody's flags. */
function refuseAsked(error: EvidenceError, file: string, directory: string): never {
  if (error.at?.startsWith('--') !== true) throw error;
  throw new EvidenceError('RECIPE_OTHER', {
    at: placeOf(file, error.at),
    found: error.found,
    expected: error.expected,
    hint: `your recipes in ${quote(directory)} have none for it: have evidence made of them as they are now, or name others`,
    cause: error,
  });
}

/** @param flag that of `recipe resolve`, e.g. `--os` */
function placeOf(file: string, flag = ''): string {
  const name = flag.slice('--'.length);
  return `${file}#/${name === 'profile' ? 'metadata/selectedProfile' : `criteria/${name}`}`;
}
