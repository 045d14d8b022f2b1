// A recipe as AICR has it in its Go types, and what AICR writes of it: `aicr evidence digest -r` hashes
// that text, not the file.

import type { Data } from '../../document/data.ts';
import { AICR_V1BETA2 } from '../../media-types.ts';
import { canonicalText, sortedKeys, type CanonicalRules } from '../aicr/canonical-yaml.ts';
import { decodeGo, type GoDocument } from '../aicr/go-decode.ts';
import { encodeGo } from '../aicr/go-encode.ts';
import { RECIPE_RESULT } from '../aicr/recipe-types.ts';
import type { YamlNode } from '../aicr/yaml-emitter.ts';

/**
 * Reads a resolved recipe into AICR's types. With a profile it is read strictly, as AICR does.
 *
 * @param file how complaints name it
 * @throws EvidenceError FIELD_INVALID, FIELD_UNKNOWN, DOCUMENT_DUPLICATE_KEY, all invalid
 */
export function typeRecipe(tree: YamlNode, file: string): GoDocument {
  const isStrict = topText(tree, 'apiVersion') === AICR_V1BETA2;
  return decodeGo(RECIPE_RESULT, tree, { file, isStrict });
}

/** What AICR writes of it. Throws DOCUMENT_UNSUPPORTED, like `canonicalRecipe`. */
export function textOfTyped(value: Data, file: string, rules: CanonicalRules): string {
  return canonicalText(sortedKeys(encodeGo(RECIPE_RESULT, value)), file, rules);
}

function topText(tree: YamlNode, name: string): string | undefined {
  if (tree.kind !== 'map') return undefined;
  const value = tree.entries.find(({ key }) => key.value === name)?.value;
  return value?.kind === 'scalar' ? value.value : undefined;
}
