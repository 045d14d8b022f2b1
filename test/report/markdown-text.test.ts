import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Inline } from '../../src/report/blocks/block.ts';
import { codeBlock, gfmLine, htmlLine } from '../../src/report/render/markdown-text.ts';
import { visible } from '../../src/report/render/visible.ts';
import { forAllHostile } from './hostile.ts';
import { blocksOf, codesOf, elementsOf, proseOf, referencesIn, renderHtml } from './rendered.ts';

const MOST = 200;

/** Everywhere a report puts a line, and the elements around it. */
const PLACES: readonly {
  readonly where: string;
  readonly put: (line: Inline) => string;
  readonly around: readonly string[];
}[] = [
  { where: 'alone', put: (line) => gfmLine(line, MOST), around: ['p'] },
  { where: 'in a list', put: (line) => `- ${gfmLine(line, MOST)}`, around: ['ul', 'li'] },
  {
    where: 'in a banner',
    put: (line) => `> [!CAUTION]\n> **UNSIGNED.** ${gfmLine(line, MOST)}`,
    around: ['blockquote', 'p', 'strong'],
  },
  {
    where: 'in a table',
    put: (line) => `<table>\n<tr><td>${htmlLine(line, MOST)}</td></tr>\n</table>`,
    around: ['table', 'tbody', 'tr', 'td'],
  },
  {
    where: 'in a summary',
    put: (line) => `<details><summary>${htmlLine(line, MOST)}</summary>\n</details>`,
    around: ['details', 'summary'],
  },
];

/** Elements but for code spans. */
function structureOf(markdown: string): readonly string[] {
  return elementsOf(renderHtml(markdown))
    .map(({ tagName }) => tagName)
    .filter((name) => name !== 'code');
}

describe('E-43 foreign text in Markdown', () => {
  it.each(PLACES)('as a value $where is one code span, to be copied exactly', ({ put, around }) => {
    forAllHostile((value) => {
      const markdown = put(['so ', { value }, ' it is']);
      expect(structureOf(markdown)).toEqual(around);
      const shown = visible(value, MOST);
      const html = renderHtml(markdown);
      expect(codesOf(html)).toEqual(shown === '' ? [] : [shown]);
      expect(referencesIn(html)).toEqual([]);
    });
  });

  it.each(PLACES)('as words $where makes nothing but words and code spans', ({ put, around }) => {
    forAllHostile((text) => {
      const markdown = put(['so ', text, ' it is']);
      expect(structureOf(markdown)).toEqual(around);
      expect(referencesIn(renderHtml(markdown))).toEqual([]);
    });
  });

  it('side by side frees nothing', () => {
    forAllHostile((value) => {
      const html = renderHtml(gfmLine([{ value }, { value }], MOST));
      const shown = visible(value, MOST);
      expect(codesOf(html)).toEqual(shown === '' ? [] : [shown, shown]);
    });
  });

  it('has no character put in: what is copied is what was there', () => {
    const identity = 'https://github.com/a_b/c/.github/workflows/d.yml@refs/heads/main';
    const line: Inline = ['signed by ', { value: identity }, ' (issuer ', { value: '`|\\|`' }, ')'];
    expect(codesOf(renderHtml(gfmLine(line, MOST)))).toEqual([identity, '`|\\|`']);
    expect(codesOf(renderHtml(`<p>${htmlLine(line, MOST)}</p>`))).toEqual([identity, '`|\\|`']);
  });

  it('is cut, and says so, before it is dressed', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('@a', '#1', '|', '\u202E', ':/', 'x', '&', '`', '\u{E0041}'),
        (piece) => {
          const source = gfmLine([{ value: piece.repeat(100_000) }], 100);
          expect(source.length).toBeLessThanOrEqual(310);
          expect(source).toContain('…');
        },
      ),
    );
  });
});

describe('words of ours', () => {
  it.each([
    ['take the snapshot again (with all its collectors).', []],
    ['name it with --policy, or call x.sh.', ['--policy', 'x.sh']],
    ['found "a b" and "c\\"d"', ['a b', 'c"d']],
    ['4 of 4 hold, 99.5% (2 passed, 1 skipped)', []],
    ['its newest key of 2026-01-31; see', []],
    ['exit 1. 2) - + = #', ['1', '2', '-', '+', '=', '#']],
    ['deadbeef defaced', ['deadbeef', 'defaced']],
  ])('%j have code spans for %j alone', (text, codes) => {
    const html = renderHtml(gfmLine([text], MOST));
    expect(codesOf(html)).toEqual(codes);
    expect(elementsOf(html).filter(({ tagName }) => tagName !== 'code')).toHaveLength(1);
  });

  it('keep a quoted value in its code span where they are cut', () => {
    const text = `failed: "${'x'.repeat(300)}. All of this was verified", "b"`;
    for (const most of [20, 100, 140, 160]) {
      const html = renderHtml(gfmLine([text], most));
      expect(proseOf(html).join('')).not.toMatch(/verified|All/);
    }
    expect(proseOf(renderHtml(gfmLine(['call `a b c, and "d" more'], 8))).join('')).toBe('call ');
  });

  it('keep the blanks between values', () => {
    const line: Inline = [{ value: 'a' }, ' and ', { value: 'b' }, ' ', { value: 'c' }];
    expect(gfmLine(line, MOST)).toBe('`a` and `b` `c`');
  });

  it.each([
    ['good', 'so green'],
    ['plain', 'so green'],
    ['bad', 'so **green**'],
    ['doubtful', 'so **green**'],
  ] as const)('stand out where a state is not good: %s', (tone, markdown) => {
    const line: Inline = ['so ', { said: { words: 'green', tone } }];
    expect(gfmLine(line, MOST)).toBe(markdown);
    expect(elementsOf(renderHtml(`<p>${htmlLine(line, MOST)}</p>`)).length).toBe(
      markdown.includes('*') ? 2 : 1,
    );
  });
});

describe('a command', () => {
  it('is never changed, and never leaves its block', () => {
    forAllHostile((value) => {
      const command = `affidavit '${visible(value, 1000)}'`;
      const html = renderHtml(codeBlock(command));
      expect(elementsOf(html).map(({ tagName }) => tagName)).toEqual(['pre', 'code']);
      expect(blocksOf(html)).toEqual([command]);
    });
  });
});
