import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { trimBlanks } from '../../src/document/blanks.ts';

it('trims what Unicode calls White_Space, and nothing else', () => {
  const blanks = '\t\n\v\f\r \u0085\u00A0\u1680\u2003\u2028\u2029\u202F\u205F\u3000';
  expect(trimBlanks(`${blanks}a b${blanks}`)).toBe('a b');
  expect(trimBlanks(blanks)).toBe('');
  expect(trimBlanks('\u{FEFF}a\u200B')).toBe('\u{FEFF}a\u200B');
});

it('trims as JavaScript does, apart from U+FEFF and U+0085', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      fc.pre(!/[\u{FEFF}\u0085]/u.test(text));
      expect(trimBlanks(text)).toBe(text.trim());
    }),
  );
});

it('needs no time for a long run of blanks in the middle', () => {
  const text = `a${' '.repeat(1_000_000)}b`;
  expect(trimBlanks(text)).toBe(text);
});
