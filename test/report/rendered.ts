// Markdown as GitHub's readers see it: HTML, by a renderer and a parser that are not ours.
import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import { defaultTreeAdapter as tree, parseFragment, type DefaultTreeAdapterTypes } from 'parse5';

type Parent = DefaultTreeAdapterTypes.ParentNode;
type Child = DefaultTreeAdapterTypes.ChildNode;
type Element = DefaultTreeAdapterTypes.Element;

export function renderHtml(markdown: string): Parent {
  const html = micromark(markdown, {
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
    allowDangerousHtml: true,
  });
  return parseFragment(html);
}

/** Every element, in document order. */
export function elementsOf(parent: Parent): readonly Element[] {
  return parent.childNodes.flatMap((node) =>
    tree.isElementNode(node) ? [node, ...elementsOf(node)] : [],
  );
}

export function textOf(node: Parent | Child): string {
  if (tree.isTextNode(node)) return node.value;
  return 'childNodes' in node ? node.childNodes.map(textOf).join('') : '';
}

/** What stands in code spans and blocks: what a reader copies. */
export function codesOf(parent: Parent): readonly string[] {
  return elementsOf(parent)
    .filter(({ tagName }) => tagName === 'code')
    .map(textOf);
}

/** Fenced blocks, as a reader copies them. */
export function blocksOf(parent: Parent): readonly string[] {
  return elementsOf(parent)
    .filter(({ tagName }) => tagName === 'pre')
    .map((element) => textOf(element).replace(/\n$/, ''));
}

/** The same without what is folded. */
export function unfolded(parent: Parent): Parent {
  const kept = parent.childNodes.filter((node) => node.nodeName !== 'details');
  return {
    ...parent,
    childNodes: kept.map((node) => ('childNodes' in node ? unfolded(node) : node)),
  } as Parent;
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
  /\$/, // mathematics
];

/** Words outside code: here GitHub looks for references. */
export function proseOf(parent: Parent): readonly string[] {
  return parent.childNodes.flatMap((node) => {
    if (tree.isTextNode(node)) return [node.value];
    return tree.isElementNode(node) && node.tagName !== 'code' ? proseOf(node) : [];
  });
}

export function referencesIn(parent: Parent): readonly string[] {
  return proseOf(parent).flatMap((text) =>
    REFERENCES.flatMap((reference) => text.match(reference)?.slice(0, 1) ?? []),
  );
}

/** The elements around the words: the shape that foreign text must not change. */
export function shapeOf(parent: Parent): unknown {
  return parent.childNodes.flatMap((node) =>
    tree.isElementNode(node) && (node.tagName !== 'code' || parent.nodeName === 'pre')
      ? [[node.tagName, node.attrs.map(({ name }) => name), shapeOf(node)]]
      : [],
  );
}
