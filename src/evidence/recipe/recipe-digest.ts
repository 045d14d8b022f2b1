import { digestOf, type Digest } from '../../digest.ts';
import { orIfRefused, type EvidenceError, type Finding } from '../../errors/evidence-error.ts';
import { canonicalText } from '../aicr/canonical-yaml.ts';
import { prepareComponents, type TypeOf } from './prepare-components.ts';
import { parseRecipe, type readTrees } from './recipe.ts';
import { textOfTyped, typeRecipe } from './typed-recipe.ts';

export interface RecipeDigests {
  /** What AICR's `evidence digest` says of the recipe, whatever its quotes, brackets and order of keys. */
  readonly digest: Digest;
  /** What AICR's verifier says of this file as `recipe.yaml` of a bundle, or why there is no such digest; undefined for an overlay. */
  readonly canonical: Digest | EvidenceError | undefined;
  readonly findings: readonly Finding[];
}

/**
 * The digest of a resolved recipe as AICR reads it into its types and writes it again.
 *
 * @param trees what `readTrees` gave of it
 * @param typeOf of the registry that fills in the types of components; undefined if there is none
 * @throws EvidenceError what `readTypedRecipe` and `prepareComponents` throw
 */
export function digestRecipe(
  [data, tree]: ReturnType<typeof readTrees>,
  file: string,
  typeOf: TypeOf | undefined,
): RecipeDigests {
  // What no recipe can be is refused in the words of the document.
  parseRecipe(data, file);
  const { value, findings } = typeRecipe(tree, file);
  const prepared = prepareComponents(value, typeOf, file);
  const doubts = parseRecipe(value, file).findings;
  return {
    digest: digestOf(textOfTyped(prepared, file, 'v3')),
    canonical: orIfRefused(
      () => digestOf(canonicalText(tree, file, 'v3')),
      (error) => error,
    ),
    // The version of AICR is not in the digest.
    findings: [...doubts.filter(({ code }) => code !== 'VERSION_DOUBTFUL'), ...findings],
  };
}
