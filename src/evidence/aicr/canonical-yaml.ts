// AICR's canonical text of a recipe: what yaml.v3 writes after it has read the document, without
// comments and with sorted keys. Styles are kept, so `"a"` and `a` differ.

import { compareBytes } from '../../compare-bytes.ts';
import { digestOf, type Digest } from '../../digest.ts';
import { Plain } from '../../document/data.ts';
import { decodeUtf8, pointerToken } from '../../document/text.ts';
import type { YamlBuilder } from '../../document/yaml-entries.ts';
import { readYaml } from '../../document/yaml-reader.ts';
import { DATA_BUILDER } from '../../document/yaml.ts';
import { EvidenceError, orIfRefused } from '../../errors/evidence-error.ts';
import { MAX_RECIPE_VALUES } from '../../limits.ts';
import { isBinary, recognised } from '../../recognise.ts';
import { renderYaml, type Entry, type ScalarNode, type YamlNode } from './yaml-emitter.ts';

/** `legacy` is what predicates v1 and v2 hash; `v3` leaves out `metadata.version`. */
export type CanonicalRules = 'legacy' | 'v3';

/**
 * The canonical text.
 *
 * @throws EvidenceError what `decodeYaml` throws, and DOCUMENT_UNSUPPORTED (invalid) for a document
 *   whose canonical text would not mean the same: yaml.v3 loses line breaks of some blocks
 */
export function canonicalRecipe(bytes: Uint8Array, file: string, rules: CanonicalRules): string {
  const tree = readYaml(decodeRecipe(bytes, file), file, CANONICAL_BUILDER, MAX_RECIPE_VALUES);
  return canonicalText(tree, file, rules);
}

/** The text of a file of recipes. What is no text at all is named for what it is, e.g. a bundle. Throws DOCUMENT_INVALID. */
export function decodeRecipe(bytes: Uint8Array, file: string): string {
  return orIfRefused(
    () => decodeUtf8(bytes, file),
    (error) => {
      throw isBinary(bytes) ? recognised(error, 'recipe', { file, bytes }) : error;
    },
  );
}

/**
 * SHA-256 of the canonical text; AICR's `recipe.digest` has its hexadecimal digits alone.
 *
 * @throws EvidenceError what `canonicalRecipe` throws
 */
export function recipeDigest(bytes: Uint8Array, file: string, rules: CanonicalRules): Digest {
  return digestOf(canonicalRecipe(bytes, file, rules));
}

/**
 * The canonical text of a document that was already read. Throws DOCUMENT_UNSUPPORTED.
 *
 * @param source of which the tree was read, if it was: if that is the text, it reads back as this tree
 */
export function canonicalText(
  node: YamlNode,
  file: string,
  rules: CanonicalRules,
  source?: string,
): string {
  const canonical = rules === 'v3' ? withoutVersion(node) : node;
  const text = renderYaml(canonical);
  if (canonical !== node || text !== source) requireSameAgain(text, canonical, file);
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

/** The tree with the keys of each map sorted, as AICR does before it writes one. */
export function sortedKeys(node: YamlNode): YamlNode {
  if (node.kind === 'scalar') return node;
  if (node.kind === 'list') return { ...node, items: node.items.map(sortedKeys) };
  const entries = node.entries.map(({ key, value }) => ({ key, value: sortedKeys(value) }));
  return { ...node, entries: entries.toSorted(compareKeys) };
}

function compareKeys(a: Entry, b: Entry): number {
  return compareBytes(a.key.value, b.key.value);
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

/** Checks that a verifier gets the same text from our text, and that it says what the document says. */
function requireSameAgain(text: string, node: YamlNode, file: string): void {
  const again = readAgain(text, file);
  if (again !== undefined && isSameTree(again, node)) return;
  const difference = again && firstDifference(again, node);
  if (again !== undefined && difference === undefined && renderYaml(again) === text) return;
  refuseOtherMeaning(difference, file);
}

function refuseOtherMeaning(difference: Difference | undefined, file: string): never {
  const isNull = difference !== undefined && isNullNode(difference.node);
  throw new EvidenceError('DOCUMENT_UNSUPPORTED', {
    at: difference === undefined ? file : `${file}#${difference.pointer}`,
    found: isNull
      ? 'an empty value between brackets, which AICR writes as an empty text'
      : 'a text whose canonical form reads back as something else',
    expected: 'values that AICR writes without loss',
    hint: isNull
      ? 'write null, or put the entry on a line of its own'
      : 'put texts of several lines that begin with a blank, or that fold, in double quotes',
  });
}

/** Whether nothing differs, also not in style: then both have one text. */
function isSameTree(a: YamlNode, b: YamlNode): boolean {
  if (a.kind === 'scalar') return b.kind === 'scalar' && a.value === b.value && a.style === b.style;
  if (a.kind === 'list') {
    return b.kind === 'list' && a.context === b.context && isEach(a.items, b.items, isSameTree);
  }
  return b.kind === 'map' && a.context === b.context && isEach(a.entries, b.entries, isSameEntry);
}

function isSameEntry(a: Entry, b: Entry): boolean {
  return isSameTree(a.key, b.key) && isSameTree(a.value, b.value);
}

function isEach<T>(a: readonly T[], b: readonly T[], isSame: (a: T, b: T) => boolean): boolean {
  if (a.length !== b.length) return false;
  return a.every((item, index) => {
    const other = b[index];
    return other !== undefined && isSame(item, other);
  });
}

function readAgain(text: string, file: string): YamlNode | undefined {
  return orIfRefused(
    () => readYaml(text, file, CANONICAL_BUILDER),
    () => undefined,
  );
}

interface Difference {
  readonly pointer: string;
  /** As the document has it. */
  readonly node: YamlNode;
}

/** Where two trees have different decoded values. Their spelling is compared by their text. */
function firstDifference(again: YamlNode, node: YamlNode, pointer = ''): Difference | undefined {
  if (!isAlike(again, node)) return { pointer, node };
  const others = partsOf(again);
  for (const [index, [key, value]] of partsOf(node).entries()) {
    const other = others[index];
    const place = `${pointer}/${pointerToken(key)}`;
    const difference =
      other?.[0] === key
        ? firstDifference(other[1], value, place)
        : { pointer: place, node: value };
    if (difference !== undefined) return difference;
  }
  return undefined;
}

/** What is below is not looked at. */
function isAlike(a: YamlNode, b: YamlNode): boolean {
  if (a.kind === 'scalar' && b.kind === 'scalar') return isSameScalar(a, b);
  return a.kind === b.kind && partsOf(a).length === partsOf(b).length;
}

function partsOf(node: YamlNode): readonly (readonly [string, YamlNode])[] {
  if (node.kind === 'list') return node.items.map((item, index) => [String(index), item]);
  return node.kind === 'map' ? node.entries.map(({ key, value }) => [key.value, value]) : [];
}

/** A null is no empty text, although both may be written as nothing. */
function isSameScalar(a: ScalarNode, b: ScalarNode): boolean {
  return a.value === b.value && typeOf(a) === typeOf(b);
}

function typeOf(scalar: ScalarNode): string {
  const data = DATA_BUILDER.scalar(scalar);
  return data instanceof Plain ? data.type : 'string';
}

function isNullNode(node: YamlNode): boolean {
  return node.kind === 'scalar' && typeOf(node) === 'null';
}
