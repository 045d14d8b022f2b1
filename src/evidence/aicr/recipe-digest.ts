import type { Digest } from '../../digest.ts';
import { digestOf } from '../../digest.ts';
import { canonicalRecipe } from './canonical-yaml.ts';
import type { CanonicalRules } from './canonical-yaml.ts';

/** SHA-256 of the canonical text; AICR's `recipe.digest` has its hexadecimal digits alone. */
export function recipeDigest(bytes: Uint8Array, file: string, rules: CanonicalRules): Digest {
  return digestOf(canonicalRecipe(bytes, file, rules));
}
