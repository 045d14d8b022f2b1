// All that is wrong with one document: what a reader refuses is taken out, and it is read again.

import { isDataList, isDataMap, type Data } from '../../document/data.ts';
import { tokenKey } from '../../document/text.ts';
import { DATA_BUILDER } from '../../document/yaml.ts';
import { EvidenceError, faultOf, orIfRefused, withHint } from '../../errors/evidence-error.ts';
import type { Fault } from '../../errors/evidence-error.ts';
import { AICR_V1BETA1 } from '../../media-types.ts';
import type { YamlNode } from '../aicr/yaml-emitter.ts';
import type { RecipeDocument } from '../resolve/overlay.ts';

/** How many faults of one document are shown. */
const MOST = 100;

/** What is refused of a field by itself; after anything else the rest may only look wrong. */
const OF_FIELD = new Set(['FIELD_INVALID', 'FIELD_MISSING', 'FIELD_UNKNOWN', 'RULES_TOO_OLD']);

/** Of lint, the apiVersion alone decides by which rules. */
const RENEW = `correct the name, or write the recipes for a newer AICR, with the apiVersion ${AICR_V1BETA1}`;

export interface ReadAll<T> {
  /** What was read in the end; undefined if the document is refused as a whole. */
  readonly value: T | undefined;
  readonly faults: readonly Fault[];
  /** Where something was taken out. */
  readonly removed: ReadonlySet<string>;
}

export function readAll<T>(
  document: RecipeDocument,
  read: (document: RecipeDocument) => T,
): ReadAll<T> {
  const faults: Fault[] = [];
  const removed = new Set<string>();
  for (let current = document; ;) {
    const result = orIfRefused(
      () => ({ value: read(current) }),
      (error) => error,
    );
    if (!(result instanceof EvidenceError)) return { value: result.value, faults, removed };
    if (!isOfRemoval(result, removed)) {
      faults.push(faultOf(result.code === 'RULES_TOO_OLD' ? withHint(result, RENEW) : result));
    }
    const path = OF_FIELD.has(result.code) ? pathIn(current, result) : undefined;
    const at = `${document.file}#${(path ?? []).map((key) => `/${key}`).join('')}`;
    if (path === undefined || removed.has(at) || removed.size + 1 === MOST) {
      return { value: undefined, faults, removed };
    }
    removed.add(at);
    const tree = without(current.tree, path.map(tokenKey));
    current = { ...current, data: dataOf(tree), tree };
  }
}

/** What was taken out may be missing now, there or in what is around it. */
function isOfRemoval({ at = '' }: EvidenceError, removed: ReadonlySet<string>): boolean {
  return [...removed].some((place) => `${place}/`.startsWith(`${at}/`));
}

/** What has to go: an unknown field alone, else the item of a list that it is in. Undefined: too much. */
function pathIn(
  { file, data }: RecipeDocument,
  { at = '', code }: EvidenceError,
): readonly string[] | undefined {
  if (!at.startsWith(`${file}#/`)) return undefined;
  const isUnknown = code === 'FIELD_UNKNOWN' || code === 'RULES_TOO_OLD';
  const path: string[] = [];
  let item = 0;
  let current: Data | undefined = data;
  for (const key of at.slice(file.length + 2).split('/')) {
    const isItem = isDataList(current);
    current = below(current, key);
    if (current === undefined) break;
    path.push(key);
    if (isItem) item = path.length;
  }
  const kept = isUnknown || item === 0 ? path : path.slice(0, item);
  return kept.length < 2 ? undefined : kept;
}

function below(data: Data | undefined, key: string): Data | undefined {
  if (isDataList(data)) return data[Number(key)];
  return isDataMap(data) ? data.get(tokenKey(key)) : undefined;
}

const NULL: YamlNode = { kind: 'scalar', value: '~', style: 'plain' };

/** An item of a list becomes null, which AICR drops, so that the others keep their places. */
function without(node: YamlNode, [key = '', ...rest]: readonly string[]): YamlNode {
  const isLast = rest.length === 0;
  if (node.kind === 'list') {
    const item = (each: YamlNode): YamlNode => (isLast ? NULL : without(each, rest));
    const items = node.items.map((each, index) => (index === Number(key) ? item(each) : each));
    return { ...node, items };
  }
  if (node.kind !== 'map') return node;
  const entries = node.entries.flatMap((entry) => {
    if (entry.key.value !== key) return [entry];
    return isLast ? [] : [{ ...entry, value: without(entry.value, rest) }];
  });
  return { ...node, entries };
}

function dataOf(node: YamlNode): Data {
  if (node.kind === 'scalar') return DATA_BUILDER.scalar(node);
  if (node.kind === 'list') return node.items.map(dataOf);
  return new Map(node.entries.map(({ key, value }) => [key.value, dataOf(value)]));
}
