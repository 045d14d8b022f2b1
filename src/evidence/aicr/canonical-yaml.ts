// AICR's canonical text of a recipe: the document as yaml.v3 writes it again, without comments and with
// sorted keys. Styles are kept, so `"a"` and `a` differ.

import { digestOf, type Digest } from '../../digest.ts';
import { decodeUtf8 } from '../../document/text.ts';
import type { YamlBuilder } from '../../document/yaml-entries.ts';
import { readYaml } from '../../document/yaml-reader.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { renderYaml, type Entry, type YamlNode } from './yaml-emitter.ts';

/** `legacy` is what predicates v1 and v2 hash; `v3` leaves out `metadata.version`. */
export type CanonicalRules = 'legacy' | 'v3';

/**
 * The canonical text.
 *
 * @throws EvidenceError what `decodeYaml` throws, and DOCUMENT_UNSUPPORTED (invalid) for a document
 *   whose canonical text would not mean the same: yaml.v3 loses line breaks of some blocks
 */
export function canonicalRecipe(bytes: Uint8Array, file: string, rules: CanonicalRules): string {
  return canonicalText(readYaml(decodeUtf8(bytes, file), file, CANONICAL_BUILDER), file, rules);
}

/**
 * SHA-256 of the canonical text; AICR's `recipe.digest` has its hexadecimal digits alone.
 *
 * @throws EvidenceError what `canonicalRecipe` throws
 */
export function recipeDigest(bytes: Uint8Array, file: string, rules: CanonicalRules): Digest {
  return digestOf(canonicalRecipe(bytes, file, rules));
}

/** The canonical text of a document that is read already. Throws DOCUMENT_UNSUPPORTED. */
export function canonicalText(node: YamlNode, file: string, rules: CanonicalRules): string {
  const canonical = rules === 'v3' ? withoutVersion(node) : node;
  const text = renderYaml(canonical);
  requireSameAgain(text, canonical, file);
  return text;
}

/** The tree of a document with the style of each scalar, its keys sorted. */
export const CANONICAL_BUILDER: YamlBuilder<YamlNode> = {
  scalar: (scalar) => ({ kind: 'scalar', ...scalar }),
  isKey: () => true,
  list: (items, context) => ({ kind: 'list', items, context }),
  map: (values, keyStyles, context) => {
    const entries = [...values].map(([key, value], index): Entry => {
      const style = keyStyles[index] ?? 'plain';
      return { key: { kind: 'scalar', value: key, style }, value };
    });
    return { kind: 'map', entries: entries.toSorted(compareKeys), context };
  },
};

/** By the bytes of the key: UTF-16 units would put U+FFFD behind U+1F600. */
function compareKeys(a: Entry, b: Entry): number {
  return Buffer.compare(Buffer.from(a.key.value), Buffer.from(b.key.value));
}

/** Without `metadata.version`, and without `metadata` if nothing else was in it. */
function withoutVersion(root: YamlNode): YamlNode {
  if (root.kind !== 'map') return root;
  const entries = root.entries.flatMap((entry): readonly Entry[] => {
    const { key, value } = entry;
    if (key.value !== 'metadata' || value.kind !== 'map') return [entry];
    const kept = value.entries.filter((field) => field.key.value !== 'version');
    if (kept.length === value.entries.length) return [entry];
    return kept.length === 0 ? [] : [{ key, value: { ...value, entries: kept } }];
  });
  return { ...root, entries };
}

/** The text that we hash is what a verifier hashes again, and it says what the document says. */
function requireSameAgain(text: string, node: YamlNode, file: string): void {
  const again = readAgain(text, file);
  if (again !== undefined && renderYaml(again) === text && isSame(again, node)) return;
  throw new EvidenceError('DOCUMENT_UNSUPPORTED', {
    at: file,
    found: 'a text whose canonical form reads back as something else',
    expected: 'texts that AICR writes without loss',
    hint: 'put texts of several lines that begin with a blank, or that fold, in double quotes',
  });
}

function readAgain(text: string, file: string): YamlNode | undefined {
  try {
    return readYaml(text, file, CANONICAL_BUILDER);
  } catch (error) {
    if (error instanceof EvidenceError) return undefined;
    throw error;
  }
}

/** Whether two trees hold the same values; how they are written is compared by their text. */
function isSame(a: YamlNode, b: YamlNode): boolean {
  return JSON.stringify(a, withoutStyle) === JSON.stringify(b, withoutStyle);
}

function withoutStyle(key: string, value: unknown): unknown {
  return key === 'style' || key === 'context' ? undefined : value;
}
