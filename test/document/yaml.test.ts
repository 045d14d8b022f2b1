import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';

import { Plain, isDataList, type Data } from '../../src/document/data.ts';
import { decodeYaml } from '../../src/document/yaml.ts';
import { MAX_DOCUMENT_VALUES, MAX_NESTING } from '../../src/limits.ts';
import { propertyRuns } from '../property-runs.ts';
import { refusalOf } from './refusal.ts';

const encoder = new TextEncoder();

const CHARACTERS = [...'ab 1.-:#?,[]{}\'"\\|>%@`&*!~\n\té😀='];

function decode(text: string): Data {
  return decodeYaml(encoder.encode(text), 'recipe.yaml');
}

function refusal(text: string) {
  return refusalOf(() => decode(text));
}

/** Maps become objects and scalars JavaScript values, to be compared with another reader. */
function toValue(data: Data): unknown {
  if (typeof data === 'string') return data;
  if (data instanceof Plain) return parse(data.text);
  if (isDataList(data)) return data.map(toValue);
  return Object.fromEntries([...data].map(([key, field]) => [key, toValue(field)]));
}

function valueOf(text: string): unknown {
  return toValue(decode(text));
}

function nested(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth);
}

describe('decodeYaml', () => {
  it('reads what another YAML writer writes, with the same value', () => {
    const text = fc.string({ unit: fc.constantFrom(...CHARACTERS) });
    const tree = fc.letrec((tie) => ({
      node: fc.oneof({ maxDepth: 4 }, text, fc.integer(), fc.boolean(), tie('list'), tie('map')),
      list: fc.array(tie('node'), { maxLength: 4 }),
      map: fc.dictionary(text, tie('node'), { maxKeys: 4 }),
    }));
    const options = fc.record({
      lineWidth: fc.constantFrom(0, 20, 80),
      indent: fc.constantFrom(2, 4),
      indentSeq: fc.boolean(),
      collectionStyle: fc.constantFrom('any' as const, 'flow' as const),
    });
    let read = 0;
    fc.assert(
      fc.property(tree.map, options, (map, how) => {
        const written = stringify(map, how);
        if (refusal(written) !== undefined) return;
        read += 1;
        expect(valueOf(written)).toEqual(parse(written));
      }),
      { numRuns: 1000, seed: 1 },
    );
    expect(read).toBeGreaterThan(850);
  });

  it('throws nothing but its own errors, whatever the text', () => {
    const piece = fc.constantFrom(
      ...[
        'a',
        ' ',
        '\n',
        '\n  ',
        '- ',
        '? ',
        ': ',
        ':',
        '#',
        '"',
        "'",
        '\\',
        '|',
        '>-\n',
        '&',
        '!',
      ],
      ...['[', ']', '{', '}', ',', '---', '...', '\t', '\r', '%', '<<', '~', '1', '\u{FEFF}', '@'],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 15 }), (pieces) => {
        expect(() => refusal(pieces.join(''))).not.toThrow();
      }),
      { numRuns: propertyRuns(300, 1500) },
    );
  });

  it.each([
    ['a: 1\nb:\n  - x\n  - y: z\n', { a: 1, b: ['x', { y: 'z' }] }],
    ['a:\n- x\n- - y\n  - z\n', { a: ['x', ['y', 'z']] }],
    ['# c\n---\n# d\na: b # e\n# f\n...\n# g\n', { a: 'b' }],
    ['a: one\n  two\n\n  three\nb: x\n', { a: 'one two\nthree', b: 'x' }],
    ['a: "one\n  two\\\n  three"\n', { a: 'one twothree' }],
    [`a: 'it''s\n\n  so'\n`, { a: "it's\nso" }],
    ['a: |\n  x\n   y\n\nb: >-\n  p\n  q\n\n  r\n', { a: 'x\n y\n', b: 'p q\nr' }],
    ['a: |2-\n    x\nb: |+\n  y\n\n', { a: '  x', b: 'y\n\n' }],
    ['{"a": [1, true, null], b: {c: d}, e,}\n', { a: [1, true, null], b: { c: 'd' }, e: null }],
    ['a: [\n  x, # c\n  y\n]\n', { a: ['x', 'y'] }],
    ['? a\n: b\n? |-\n  c\n:\n- d\n', { a: 'b', c: ['d'] }],
    ['a:\nb: ~\nc:\n  -\n  - x\n', { a: null, b: null, c: [null, 'x'] }],
    ['url: http://x:1/y#z\nt: a#b -c\n', { url: 'http://x:1/y#z', t: 'a#b -c' }],
    [
      String.raw`a: "\x41\u00e9\U0001F600\L\N\_\e\0"` + '\n',
      { a: 'Aé😀\u2028\u0085\u00a0\u001b\0' },
    ],
  ])('reads %j', (text, expected) => {
    expect(valueOf(text)).toEqual(expected);
    expect(valueOf(text.replaceAll('\n', '\r\n'))).toEqual(expected);
  });

  it('E-10 takes no, on and dates for strings, and 0o17, 1e3 and ~ for what YAML 1.2 says', () => {
    const data = decode('[no, on, 2026-09-19, 1_000, 1:30, 0o17, 1e3, ~, .inf, "1", 012, 0x1F]');
    expect(data).toEqual([
      ...['no', 'on', '2026-09-19', '1_000', '1:30'],
      ...[new Plain('integer', '0o17'), new Plain('float', '1e3'), new Plain('null', '~')],
      ...[new Plain('float', '.inf'), '1', new Plain('integer', '012')],
      new Plain('integer', '0x1F'),
    ]);
  });

  it('E-10 keeps the text of every number: integers beyond 2^53, and 24.10', () => {
    expect(decode('[9007199254740993, 12345678901234567890, 24.10, -0]')).toEqual([
      new Plain('integer', '9007199254740993'),
      new Plain('integer', '12345678901234567890'),
      new Plain('float', '24.10'),
      new Plain('integer', '-0'),
    ]);
  });

  it('keeps __proto__ as a key, and keys as they are written', () => {
    const data = decode('__proto__: a\n1.10: b\nno: c\n');
    expect(data).toEqual(
      new Map([
        ['__proto__', 'a'],
        ['1.10', 'b'],
        ['no', 'c'],
      ]),
    );
  });

  it.each([
    ['spec:\n  a: &x 1\n', 'an anchor', 'spec:\n  a: "&x 1"\n'],
    ['a: *x\n', 'an alias', 'a: "*x"\n'],
    ['a: !!str 1\n', 'a tag', 'a: "!!str 1"\n'],
    ['a: [!x y]\n', 'a tag', 'a: [x y]\n'],
    ['a:\n  <<: b\n', 'a merge key', 'a:\n  "<<": b\n'],
    ['%YAML 1.2\n---\na: 1\n', 'a directive', '---\na: 1\n'],
    ['a: 1\n---\nb: 2\n', 'a second document', 'a: 1\n\nb: 2\n'],
    ['a: 1\n...\nb: 2\n', 'a second document', 'a: 1\n...\n'],
    ['? [a]\n: b\n', 'a key that is no text', '? a\n: b\n'],
    ['~: b\n', 'a key that is no text', '"~": b\n'],
  ])('refuses %j as a feature that is not read', (text, found, accepted) => {
    const error = refusal(text);
    expect(error?.code).toBe('DOCUMENT_UNSUPPORTED');
    expect(error?.found).toContain(found);
    expect(refusal(accepted)).toBeUndefined();
  });

  it.each([
    ['a: 1\nb: 2\na: 3\n', 'recipe.yaml#/a', '(line 3, column 2)'],
    ['x:\n  - {k: 1, "k": 2}\n', 'recipe.yaml#/x/0/k', '(line 2, column 15)'],
    ['a/b:\n  "1": x\n  1: y\n', 'recipe.yaml#/a~1b/1', '(line 3, column 4)'],
  ])('refuses the duplicate key in %j', (text, at, place) => {
    const error = refusal(text);
    expect(error).toMatchObject({ code: 'DOCUMENT_DUPLICATE_KEY', at });
    expect(error?.found).toContain(place);
  });

  it.each([
    ['', 'an empty file'],
    ['# only a comment\n', 'without content'],
    ['---\n', 'without content'],
    ['\u{FEFF}a: 1\n', 'byte order mark'],
    ['a: b\u{85}c\n', String.raw`"\u0085"`],
    ['a: b\u{2028}c\n', String.raw`"\u2028"`],
    ['a: b\u{7}c\n', String.raw`"\u0007"`],
    ['a: b\rc: d\n', String.raw`"\r"`],
    ['a:\n\tb: c\n', 'a tab'],
    ['a:\tb\n', 'a tab'],
    ['a: b\tc\n', 'a tab'],
    ['a: |\n  \tb\n', 'a tab'],
    ['a: 1\n  b: 2\n', '":" (line 2, column 4)'],
    ['a:\n  b: 1\n c: 2\n', 'text at column 2'],
    ['a: - b\n', '"-"'],
    ['a: b: c\n', '":"'],
    ['a: 1\nb\n', 'the end of the line'],
    ['- a\nb: c\n', '"b"'],
    ['a: ]\n', '"]"'],
    ['a: @b\n', '"@"'],
    ['a: "b\n', 'never closed'],
    [String.raw`a: "\/"` + '\n', 'an escape that does not exist'],
    [String.raw`a: "\ud83d\ude00"` + '\n', 'an escape that does not exist'],
    [String.raw`a: "\U00110000"` + '\n', 'an escape that does not exist'],
    ['a: "x" y\n', '"y"'],
    ['a: "x"#y\n', '"#"'],
    ['a: [1, 2\n', 'the end of the document between brackets'],
    ['a: [1 , , 2]\n', '","'],
    ['a: {b:}\n', 'between brackets'],
    ['a: [x?y]\n', 'between brackets'],
    ['a: {b: >c}\n', '">"'],
    ['"a\n b": c\n', 'of several lines'],
    [`${'k'.repeat(1025)}: v\n`, 'of great length'],
    ['a: |\n  b', 'without a line break'],
    ['a: |\n    \n  b\n', 'indented less than it should be'],
    ['a: |x\n', '"|"'],
  ])('refuses %j', (text, found) => {
    const error = refusal(text);
    expect(error?.code).toBe('DOCUMENT_INVALID');
    expect(error?.at?.split('#')[0]).toBe('recipe.yaml');
    expect(error?.found).toContain(found);
  });

  it('refuses nesting beyond the limit, in brackets, in lists and by indentation', () => {
    expect(refusal(`${nested(MAX_NESTING)}\n`)).toBeUndefined();
    const steps = Array.from({ length: 200 }, (_, depth) => `${' '.repeat(depth)}k:\n`);
    for (const text of [
      nested(MAX_NESTING + 1),
      '['.repeat(100_000),
      '{a: '.repeat(100_000),
      '- '.repeat(100_000),
      steps.join(''),
    ]) {
      expect(refusal(text)?.code).toBe('DOCUMENT_UNSUPPORTED');
    }
  });

  it('refuses a document of very many tiny values', () => {
    const text = `[${'[],'.repeat(MAX_DOCUMENT_VALUES / 2)}]`;
    expect(refusal(text)?.code).toBe('LIMIT_EXCEEDED');
  });

  it('refuses an alias bomb before anything grows', () => {
    const lines = ['a: &a [x, x, x, x]', 'b: &b [*a, *a, *a, *a]', 'c: [*b, *b, *b, *b]'];
    expect(refusal(lines.join('\n'))?.code).toBe('DOCUMENT_UNSUPPORTED');
  });

  it('reads one text of millions of characters', () => {
    const long = 'x y '.repeat(1_000_000).trim();
    expect(valueOf(`a: ${long}\nb: "${long}"\n`)).toEqual({ a: long, b: long });
  });
});
