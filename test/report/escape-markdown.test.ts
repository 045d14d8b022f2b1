import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Markdown } from '../../src/report/escape-markdown.ts';
import { code, codeBlock, gfm, join, row, text } from '../../src/report/escape-markdown.ts';
import { visible } from '../../src/report/visible.ts';
import { forAllHostile } from './hostile.ts';
import { nodesOf, parseMarkdown, referencesIn, textOf } from './markdown-tree.ts';

/** Everywhere a report puts a value: the kind of block, and the kinds of node around the text. */
const PLACES: readonly {
  readonly where: string;
  readonly put: (value: Markdown) => Markdown;
  readonly around: readonly string[];
}[] = [
  { where: 'alone', put: (value) => gfm`${value}`, around: ['root', 'paragraph'] },
  { where: 'in a sentence', put: (value) => gfm`so ${value} it is`, around: ['root', 'paragraph'] },
  { where: 'in a heading', put: (value) => gfm`## ${value}`, around: ['root', 'heading'] },
  {
    where: 'in a list',
    put: (value) => gfm`- ${value}`,
    around: ['root', 'list', 'listItem', 'paragraph'],
  },
  {
    where: 'in a quote',
    put: (value) => gfm`> ${value}`,
    around: ['root', 'blockquote', 'paragraph'],
  },
  {
    where: 'in a table',
    put: (value) => join([row([gfm`a`]), row([gfm`---`]), row([value])], '\n'),
    around: ['root', 'table', 'tableRow', 'tableCell', 'tableRow', 'tableCell'],
  },
];

/** What the value became beside text: nodes, and references that GitHub would find in it. */
function complaints(source: string, around: readonly string[], value: string): readonly string[] {
  const nodes = nodesOf(parseMarkdown(source));
  const kinds = nodes.map(({ type }) => type).filter((type) => type !== 'text');
  // An empty value leaves an empty block, which may be no block at all.
  const allowed = visible(value, 200) === '' ? around.slice(0, kinds.length) : around;
  const extra = kinds.join() === allowed.join() ? [] : kinds;
  return [...extra, ...referencesIn(nodes)];
}

describe('E-43 foreign text in Markdown', () => {
  it.each(PLACES)('is nothing but text $where', ({ put, around }) => {
    forAllHostile((value) => {
      expect(complaints(put(text(value)).source, around, value)).toEqual([]);
    });
  });

  it('reads as it was written, but for what nobody can see', () => {
    forAllHostile((value) => {
      const read = textOf(parseMarkdown(gfm`so ${value} it is`.source)).replaceAll('\u200B', '');
      const [, shown = ''] = /^so (.*) it is$/su.exec(read) ?? [];
      const whole = visible(value, 200);
      if (shown === whole) return;
      expect(shown.endsWith('…')).toBe(true);
      expect(whole.startsWith(shown.slice(0, -1).trimEnd())).toBe(true);
    });
  });

  it('is a code span or text, and never more, where it can be copied', () => {
    forAllHostile((value) => {
      for (const { put, around } of PLACES) {
        const nodes = nodesOf(parseMarkdown(put(code(value)).source));
        const kinds = nodes.map(({ type }) => type);
        const structure = kinds.filter((type) => type !== 'text' && type !== 'inlineCode');
        expect(structure).toEqual(around);
        const spans = nodes.flatMap((node) => (node.type === 'inlineCode' ? [node.value] : []));
        expect(spans.filter((span) => span !== visible(value, 200))).toEqual([]);
      }
    });
  });

  it('copies exactly out of a code span', () => {
    const identity = 'https://github.com/a_b/c/.github/workflows/d.yml@refs/heads/main';
    expect(textOf(parseMarkdown(code(identity).source))).toBe(identity);
  });

  it('never leaves a fenced block', () => {
    forAllHostile((value) => {
      const root = parseMarkdown(codeBlock(value, 1000).source);
      expect(root.children.map(({ type }) => type)).toEqual(['code']);
      expect(root.children[0]).toMatchObject({ value: visible(value, 1000) });
    });
  });

  it('is escaped by the template, whether or not anybody thinks of it', () => {
    expect(gfm`- ${'<b>@team</b> | #1'}`.source).toBe(
      '- &lt;b&gt;@&#8203;team&lt;/b&gt; &#124; \\#&#8203;1',
    );
  });

  it('is not escaped twice', () => {
    expect(gfm`${gfm`**${'*'}**`}`.source).toBe(String.raw`**\***`);
  });

  it('never touches other foreign text, with which it could become a reference', () => {
    const [at, team] = ['@', 'team'];
    expect(() => gfm`${at}${team}`).toThrow(TypeError);
    expect(gfm`${at} ${team}`.source).toBe('@&#8203; team');
  });

  it('is cut, and says so, however its escapes grow', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('@a', '#1', '|', '\u202E', ':/', 'x', '&', '\u{E0041}'),
        (piece) => {
          const { source } = text(piece.repeat(100_000), 100);
          expect(source.length).toBeLessThanOrEqual(200);
          expect(source.endsWith('…')).toBe(true);
        },
      ),
    );
  });
});
