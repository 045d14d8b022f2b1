// The statement of recipe evidence: one recipe is its subject. docs/format.md §4.

import type { Digest } from '../../digest.ts';
import type { Json } from '../../document/data.ts';
import { PREDICATE_TYPE_V3 } from '../../media-types.ts';
import { encodeStatement } from '../../statement/statement.ts';

/** The bytes of `statement.intoto.json`, which are signed. */
export function encodeEvidenceStatement(
  recipe: { readonly name: string; readonly digest: Digest },
  predicate: Json,
): Uint8Array {
  const subject = { name: subjectName(recipe.name), digest: recipe.digest };
  return encodeStatement({ subjects: [subject], predicateType: PREDICATE_TYPE_V3, predicate });
}

export function subjectName(recipeName: string): string {
  return `${RECIPE_SUBJECT}${recipeName}`;
}

/** How the name of a recipe begins, and that of no artifact. */
export const RECIPE_SUBJECT = 'recipe:';
