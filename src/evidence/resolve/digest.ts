// The digest that AICR gives of a file: of a resolved recipe, or of the recipe that an overlay becomes.

import { digestOf } from '../../digest.ts';
import { mapOf, textOf } from '../../document/data.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { refusal, refuse } from '../../place.ts';
import { quote } from '../../quote.ts';
import { recognising } from '../../recognise.ts';
import { recipeDifferences } from '../recipe/compare-recipes.ts';
import type { Criteria } from '../recipe/criteria.ts';
import { digestRecipe, type RecipeDigests } from '../recipe/recipe-digest.ts';
import { textOfTyped } from '../recipe/typed-recipe.ts';
import type { ProfileSelection } from './apply-profile.ts';
import type { Catalogue } from './catalogue.ts';
import { readRecipeDocument, type Overlay, type RecipeDocument } from './overlay.ts';
import { requiredFile } from './recipe-files.ts';
import { recipeData } from './recipe-text.ts';
import { resolve } from './resolve.ts';

export interface DigestOptions {
  /** The recipes that an overlay is resolved in, and that have the types of components. */
  readonly catalogue?: Catalogue | undefined;
  /** With which an overlay is resolved. */
  readonly profile?: ProfileSelection | undefined;
}

/**
 * What `aicr evidence digest` prints of a file.
 *
 * @param file how complaints name it
 * @throws EvidenceError USAGE for a profile of a resolved recipe; what `digestRecipe` throws; RECIPE_OVERLAY_UNSUPPORTED, OVERLAY_OTHER and what
 *   `resolve` throws for an overlay
 */
export function digestFile(
  bytes: Uint8Array,
  file: string,
  { catalogue, profile }: DigestOptions,
): RecipeDigests {
  const document = recognising('recipe', { file, bytes }, () => readRecipeDocument(bytes, file));
  if (document.kind === 'RecipeMetadata') {
    return digestOverlay(document, requireRecipes(document, catalogue), profile);
  }
  if (profile !== undefined) refuseProfile(file);
  const { registry } = catalogue ?? {};
  const typeOf = registry && ((name: string) => registry.get(name)?.type);
  const { data, tree } = document;
  return recognising('recipe', { file, bytes }, () => digestRecipe([data, tree], file, typeOf));
}

function requireRecipes({ file }: RecipeDocument, catalogue: Catalogue | undefined): Catalogue {
  if (catalogue !== undefined) return catalogue;
  const hint = 'add --data DIR, e.g. the directory `recipes` of a checkout of AICR';
  const expected = 'a resolved recipe, or the recipes that the overlay is one of';
  refuse({ code: 'RECIPE_OVERLAY_UNSUPPORTED', at: `${file}#/kind`, hint }, 'an overlay', expected);
}

function refuseProfile(file: string): never {
  const hint = 'leave --profile out, or resolve the recipe again with it';
  const expected = 'an overlay: a recipe has its profile since it was resolved';
  refuse({ code: 'USAGE', at: '--profile', hint }, `a resolved recipe, ${file}`, expected);
}

function digestOverlay(
  document: RecipeDocument,
  catalogue: Catalogue,
  profile: ProfileSelection | undefined,
): RecipeDigests {
  const overlay = requireSame(document, catalogue);
  const resolution = resolve(catalogue, requireCriteria(document, overlay), { profile });
  const text = textOfTyped(recipeData(resolution), document.file, 'v3');
  return { digest: digestOf(text), canonical: undefined, findings: resolution.findings };
}

/**
 * The overlay of that name in the recipes. AICR reads only the criteria of the file and takes all else from there, so that a
 * change of the file alone would not show.
 */
function requireSame({ data, file }: RecipeDocument, { recipes, overlays }: Catalogue): Overlay {
  const name = textOf(mapOf(data, 'metadata'), 'name');
  const overlay = overlays.get(name);
  if (overlay === undefined) {
    throw otherOverlay(
      `${file}#/metadata/name`,
      `${quote(name)}, which ${recipes.directory} does not have`,
      `put the file into ${recipes.directory}/overlays`,
    );
  }
  const path = overlay.file.slice(recipes.directory.length + 1);
  const own = readRecipeDocument(requiredFile(recipes, path), overlay.file);
  const [differs] = recipeDifferences(new Map([['', data]]), new Map([['', own.data]]));
  if (differs === undefined) return overlay;
  throw otherOverlay(
    `${file}#${differs.pointer.slice(1)}`,
    `${quote(differs.field)}, which is another in ${overlay.file}`,
    `put the file in the place of ${overlay.file}`,
  );
}

function otherOverlay(at: string, found: string, hint: string): EvidenceError {
  return refusal(
    { code: 'OVERLAY_OTHER', at, hint: `${hint}, or give --data the recipes that it is one of` },
    found,
    'the overlay of that name in the recipes',
  );
}

function requireCriteria({ file }: RecipeDocument, { criteria }: Overlay): Criteria {
  if (criteria !== undefined) return criteria;
  throw new EvidenceError('FIELD_MISSING', {
    at: `${file}#/spec/criteria`,
    found: 'an overlay that no query finds',
    expected: 'criteria: only an overlay that has them becomes a recipe',
    hint: 'give an overlay that inherits from it',
  });
}
