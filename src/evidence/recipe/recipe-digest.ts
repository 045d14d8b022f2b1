import { digestOf, type Digest } from '../../digest.ts';
import { acceptHeader } from '../../document/header.ts';
import { ObjectReader } from '../../document/object-reader.ts';
import { orIfRefused, type EvidenceError, type Finding } from '../../errors/evidence-error.ts';
import { recognising } from '../../recognise.ts';
import { canonicalText } from '../aicr/canonical-yaml.ts';
import { normalFormDoubts } from './normal-form.ts';
import { prepareComponents, type TypeOf } from './prepare-components.ts';
import { readTrees, requireNoOverlay, requireRecipe } from './recipe.ts';
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
 * @param typeOf of the registry that fills in the types of components; undefined if there is none
 * @throws EvidenceError what `readRecipe` throws of a document and its header, and FIELD_INVALID,
 *   FIELD_MISSING, FIELD_UNKNOWN
 */
export function digestRecipe(
  bytes: Uint8Array,
  file: string,
  typeOf: TypeOf | undefined,
): RecipeDigests {
  return recognising('recipe', { file, bytes }, () => digestsOf(bytes, file, typeOf));
}

function digestsOf(bytes: Uint8Array, file: string, typeOf: TypeOf | undefined): RecipeDigests {
  const [data, tree] = readTrees(bytes, file);
  const document = new ObjectReader(data, file);
  requireNoOverlay(document);
  const header = acceptHeader(document, 'RecipeResult');
  requireRecipe(document);
  const { value, findings } = typeRecipe(tree, file);
  const prepared = prepareComponents(value, typeOf, file);
  return {
    digest: digestOf(textOfTyped(prepared, file, 'v3')),
    canonical: orIfRefused(
      () => digestOf(canonicalText(tree, file, 'v3')),
      (error) => error,
    ),
    findings: [...header.findings, ...findings, ...normalFormDoubts(data, file)],
  };
}
