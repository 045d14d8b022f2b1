// The names of nodes become n1, n2, … in their order: how many there are, and which are the same, stays.

import { compareBytes } from '../../compare-bytes.ts';
import { trimBlanks } from '../../document/blanks.ts';
import { nodesIn } from '../snapshot/label-reading.ts';

/** A list of names with commas between, with other names. */
export type Rename = (nodeList: string) => string;

/** Names for the nodes in all of these lists together. Lists that were renamed already stay as they are. */
export function nodeNames(nodeLists: Iterable<string>): Rename {
  const names = new Set<string>();
  for (const list of nodeLists) for (const node of nodesIn(list)) names.add(nameOf(node));
  names.delete('');
  const numbered = [...names].map((_, index) => `n${index + 1}`);
  if (numbered.every((name) => names.has(name))) return (nodeList) => nodeList;
  const sorted = [...names].toSorted(compareBytes);
  const renamed = new Map(sorted.map((name, index) => [name, `n${index + 1}`]));
  return (nodeList) =>
    nodeList.replaceAll(/[^,]+/g, (node) => {
      const name = nameOf(node);
      return node.replace(name, renamed.get(name) ?? name);
    });
}

/** Without the end of a truncated list, ` (+N more)`. */
function nameOf(node: string): string {
  return trimBlanks(node.replace(/\(\+\d{1,9} more\)$/, ''));
}
