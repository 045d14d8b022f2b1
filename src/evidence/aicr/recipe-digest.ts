import { digestOf, hexOf } from '../../digest.ts';
import { canonicalRecipe } from './canonical-yaml.ts';
import type { CanonicalRules } from './canonical-yaml.ts';

/** SHA-256 of the canonical text in 64 hexadecimal digits, as AICR's `recipe.digest` has it. */
export function recipeDigest(bytes: Uint8Array, file: string, rules: CanonicalRules): string {
  return hexOf(digestOf(canonicalRecipe(bytes, file, rules)));
}
