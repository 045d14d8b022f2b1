// Markdown as GitHub's readers see it: a tree, by a parser that is not ours.
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';

type Root = ReturnType<typeof fromMarkdown>;

/** Any node of the tree; mdast's own name for it. */
export type Nodes = Root | Root['children'][number];

export function parseMarkdown(source: string): Root {
  return fromMarkdown(source, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
}

/** The node and everything below it, in document order. */
export function nodesOf(node: Nodes): readonly Nodes[] {
  return 'children' in node ? [node, ...node.children.flatMap(nodesOf)] : [node];
}

export function textOf(node: Nodes): string {
  return nodesOf(node)
    .map((inner) => (inner.type === 'text' || inner.type === 'inlineCode' ? inner.value : ''))
    .join('');
}

/** What GitHub makes links or pictures of after the Markdown is read, in text that is not code. */
const REFERENCES: readonly RegExp[] = [
  /@[\p{L}\p{N}_]/u, // a mention, an e-mail address
  /#\d/, // an issue; owner/repo#1
  /\bgh-\d/i,
  /:\/\//,
  /\bwww\./i,
  /(?<![\da-z])[\da-f]{7,40}(?![\da-z])/i, // a commit
  /:(?=[\w+-]{1,60}:)(?:\d?[a-z_][\w+-]*|[+-]1|100|1234):/i, // an emoji
];

/** The references in the text of the nodes; code and fenced blocks are not searched, as on GitHub. */
export function referencesIn(nodes: readonly Nodes[]): readonly string[] {
  return nodes.flatMap((node) =>
    node.type === 'text'
      ? REFERENCES.flatMap((reference) => node.value.match(reference)?.slice(0, 1) ?? [])
      : [],
  );
}
