import type { Digest } from '../../digest.ts';
import { digestOf } from '../../digest.ts';
import { decodeUtf8 } from '../../document/text.ts';
import { pairOf } from '../../document/yaml-pair.ts';
import { readYaml } from '../../document/yaml-reader.ts';
import { DATA_BUILDER } from '../../document/yaml.ts';
import { CANONICAL_BUILDER, canonicalText } from '../aicr/canonical-yaml.ts';
import type { CanonicalRules } from '../aicr/canonical-yaml.ts';
import { parseRecipe } from './recipe.ts';
import type { Recipe } from './recipe.ts';

/** A recipe with what AICR hashes of it, from one reading of its text. */
export interface ReadRecipe {
  readonly recipe: Recipe;
  /** Of the canonical text by the rules of version 3: AICR's `recipe.digest`. */
  readonly digest: Digest;
  /** AICR's canonical text. */
  readonly canonical: (rules: CanonicalRules) => string;
}

/**
 * Reads a resolved recipe, YAML.
 *
 * @param file how complaints name it
 * @throws EvidenceError what `decodeYaml`, `parseRecipe` and `canonicalRecipe` throw
 */
export function readRecipe(bytes: Uint8Array, file: string): ReadRecipe {
  const [data, tree] = readYaml(decodeUtf8(bytes, file), file, RECIPE_BUILDER);
  const recipe = parseRecipe(data, file);
  const canonical = (rules: CanonicalRules): string => canonicalText(tree, file, rules);
  return { recipe, digest: digestOf(canonical('v3')), canonical };
}

const RECIPE_BUILDER = pairOf(DATA_BUILDER, CANONICAL_BUILDER);
