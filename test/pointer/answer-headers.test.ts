import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { lastIn, nextPageIn, startIn } from '../../src/pointer/answer-headers.ts';
import { propertyRuns } from '../property-runs.ts';

const ANY = fc.string({ unit: 'binary' });
const RUNS = { numRuns: propertyRuns(200, 6000) };

const target = fc.stringMatching(/^[\w/?&=%.:~+-]{0,20}$/);
const rel = fc.constantFrom('next', 'NEXT', 'first', 'prev', 'prev next', 'nextish', 'x-next');
/** With other parameters around it, in the forms of RFC 8288. */
const link = fc
  .tuple(target, rel, fc.boolean(), fc.constantFrom('', '; title="a, b"', ';a=b'))
  .map(([to, name, isQuoted, more]) => ({
    ...{ to, name },
    text: `<${to}>${more}; rel=${isQuoted || name.includes(' ') ? `"${name}"` : name}${more}`,
  }));

describe('the header Link', () => {
  it('names the first of its links that is the next page', () => {
    fc.assert(
      fc.property(fc.array(link, { maxLength: 5 }), (links) => {
        const next = links.find(({ name }) => /^(?:prev )?next$/i.test(name));
        expect(nextPageIn(links.map(({ text }) => text).join(', '))).toBe(next?.to);
      }),
      RUNS,
    );
  });

  it('names nothing that is not in it, whatever it says', () => {
    fc.assert(
      fc.property(ANY, (text) => {
        for (const each of [text, `<${text}>; rel="next"`, `<x>; rel="${text}"`]) {
          const next = nextPageIn(each);
          expect(next === undefined || each.includes(`<${next}>`)).toBe(true);
        }
      }),
      RUNS,
    );
  });

  it.each([
    '<x>',
    '<x>; rel="prev"',
    '<x; rel="next"',
    'x>; rel="next"',
    '<x>; param="rel=next"',
    '',
  ])('without a next page has none: %s', (text) => {
    expect(nextPageIn(text)).toBeUndefined();
  });
});

const offset = fc.nat(2 ** 40);

describe('a range', () => {
  it('of a part begins where it says', () => {
    fc.assert(
      fc.property(offset, offset, fc.option(offset, { nil: '*' as const }), (from, to, size) => {
        expect(startIn(`bytes ${from}-${to}/${size}`)).toBe(from);
      }),
      RUNS,
    );
  });

  it('of an upload ends where it says', () => {
    fc.assert(
      fc.property(offset, fc.constantFrom('', 'bytes='), (to, unit) => {
        expect(lastIn(`${unit}0-${to}`)).toBe(to);
      }),
      RUNS,
    );
  });

  it('of anything else is none', () => {
    fc.assert(
      fc.property(ANY, (text) => {
        for (const read of [startIn, lastIn]) {
          const found = read(text);
          expect(found === undefined || text.includes(String(found))).toBe(true);
        }
      }),
      RUNS,
    );
    for (const text of [
      'bytes 5-9',
      'bytes 5-/10',
      'bytes */10',
      'items 5-9/10',
      'bytes 5-9/10 ',
    ]) {
      expect([text, startIn(text)]).toEqual([text, undefined]);
    }
    for (const text of ['1-5', '0-', '0-5,7-9', '-5', '0-5 ', `0-${'9'.repeat(16)}`]) {
      expect([text, lastIn(text)]).toEqual([text, undefined]);
    }
  });
});
