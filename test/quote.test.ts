import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { escapeInvisible, quote } from '../src/quote.ts';
import { propertyRuns } from './property-runs.ts';

/** By characters, whatever that costs. */
function quoteSlowly(text: string, maxCharacters: number): string {
  const characters = [...text];
  const isLong = characters.length > maxCharacters;
  const shown = isLong ? `${characters.slice(0, maxCharacters).join('')}…` : text;
  return escapeInvisible(JSON.stringify(shown));
}

describe('quote', () => {
  it.each([
    ['abc', 3, '"abc"'],
    ['abcd', 3, '"abc…"'],
    ['😀😀😀', 3, '"😀😀😀"'],
    ['😀😀😀😀', 3, '"😀😀😀…"'],
    ['a😀😀😀', 3, '"a😀😀…"'],
    ['ab\u{1F600}'.slice(0, 3), 2, '"ab…"'],
    ['a\u202eb\u0007', 5, String.raw`"a\u202eb\u0007"`],
  ])('of %j with at most %i characters is %j', (text, most, expected) => {
    expect(quote(text, most)).toBe(expected);
  });

  it('never cuts a character in two, and cuts where counting every character would', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));
    const units = fc
      .array(fc.integer({ min: 0xd700, max: 0xe0ff }))
      .map((codes) => String.fromCharCode(...codes));
    fc.assert(
      fc.property(fc.oneof(text, units), fc.integer({ min: 0, max: 8 }), (value, most) => {
        expect(quote(value, most)).toBe(quoteSlowly(value, most));
      }),
      { numRuns: propertyRuns(20, 100) },
    );
  });

  it('shows the head of a text of many megabytes', () => {
    expect(quote('x'.repeat(16 * 1024 * 1024))).toBe(`"${'x'.repeat(200)}…"`);
  });
});
