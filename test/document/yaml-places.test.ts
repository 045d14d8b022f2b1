import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { locateIn } from '../../src/document/yaml-places.ts';
import { propertyRuns } from '../property-runs.ts';

const TEXT = `# a comment
kind: Recipe  # another
"meta data": {name: 'x', "tags": [a, bc]}
spec:
  base:
  list:
    -   one
    - name: two
      value: ">= 1"
    -
      name: three
    - - 5
  text: |
    several
    lines
? explicit
: value
`;

/** The text from the place on, to the end of the line. */
function at(text: string, pointer: string, isKey = false): string {
  const { line, column } = locateIn(text)(pointer, { isKey });
  return (text.split(/\r?\n/)[line - 1] ?? '').slice(column - 1);
}

describe('locateIn', () => {
  it.each([
    ['', false, '# a comment'],
    ['/kind', false, 'Recipe  # another'],
    ['/kind', true, 'kind: Recipe  # another'],
    ['/meta data/name', false, `'x', "tags": [a, bc]}`],
    ['/meta data/tags', false, `"tags": [a, bc]}`],
    ['/meta data/tags/1', false, 'bc]}'],
    ['/spec/base', false, 'base:'],
    ['/spec/list', false, 'list:'],
    ['/spec/list/0', false, 'one'],
    ['/spec/list/1', false, 'name: two'],
    ['/spec/list/1/value', false, '">= 1"'],
    ['/spec/list/2', false, '-'],
    ['/spec/list/2/name', false, 'three'],
    ['/spec/list/3/0', false, '5'],
    ['/spec/text', false, 'text: |'],
    ['/explicit', false, '? explicit'],
    // What is not there is where it would be.
    ['/spec/list/1/severity', false, 'name: two'],
    ['/nothing', false, '# a comment'],
  ])('finds %s (key: %s)', (pointer, isKey, expected) => {
    expect(at(TEXT, pointer, isKey)).toBe(expected);
    expect(at(TEXT.replaceAll('\n', '\r\n'), pointer, isKey)).toBe(expected);
  });

  it.each([
    ['a: 1\nb:\t2\n', { line: 2, column: 3 }],
    ['a: "\nb: 1\n', { line: 1, column: 4 }],
    ['a: \u0007\n', { line: 1, column: 4 }],
    ['b: 1\na: 1\na: 2\n', { line: 3, column: 1 }],
  ])('stops in %j where the reader does', (text, spot) => {
    expect(locateIn(text)('/a', { isKey: true })).toEqual(spot);
  });

  it('names a place in any text', () => {
    const piece = fc.constantFrom(
      ...'a b: - [ ] { } , " \' # | ? \n é \u{1F600} 1 :'.split(' '),
      ' ',
      '\n',
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 30 }),
        fc.constantFrom('', '/a', '/0/a'),
        (pieces, pointer) => {
          const text = pieces.join('');
          const { line, column } = locateIn(text)(pointer);
          const row = text.split('\n')[line - 1];
          expect(row).toBeDefined();
          expect(column).toBeLessThanOrEqual((row?.length ?? 0) + 1);
        },
      ),
      { numRuns: propertyRuns(300, 2000) },
    );
  });

  it('finds each value of a document by its pointer', () => {
    const leaf = fc.integer({ min: 100, max: 999 }).map(String);
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie('tree'), { minLength: 1, maxLength: 4 }),
        fc.dictionary(fc.constantFrom('a', 'b c', 'd/e', 'f~'), tie('tree'), { minKeys: 1 }),
      ),
    }));
    fc.assert(
      fc.property(tree, fc.boolean(), (data, isFlow) => {
        const text = isFlow ? JSON.stringify(data) : block(data, '');
        const locate = locateIn(text);
        for (const [pointer, value] of leaves(data, '')) {
          if (pointer === '') continue;
          const { line, column } = locate(pointer);
          const found = (text.split('\n')[line - 1] ?? '').slice(column - 1);
          expect(found.replace(/^"/, '').slice(0, 3)).toBe(value);
        }
      }),
      { numRuns: propertyRuns(200, 1500) },
    );
  });
});

/** Block style, with a comment before each entry. */
function block(data: unknown, indent: string): string {
  if (typeof data !== 'object' || data === null) return `${String(data)}\n`;
  const rows = Array.isArray(data)
    ? data.map((item: unknown) => ['-', item] as const)
    : Object.entries(data).map(([key, value]) => [`${key}:`, value as unknown] as const);
  return rows
    .map(([start, value]) => {
      const isLeaf = typeof value !== 'object';
      return `${indent}# note\n${indent}${start}${isLeaf ? ' ' : '\n'}${block(value, `${indent}  `)}`;
    })
    .join('');
}

function leaves(data: unknown, pointer: string): readonly (readonly [string, string])[] {
  if (typeof data !== 'object' || data === null) return [[pointer, String(data)]];
  return Object.entries(data).flatMap(([key, value]) =>
    leaves(value, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  );
}
