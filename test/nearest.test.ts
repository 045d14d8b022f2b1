import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { nearest } from '../src/nearest.ts';

const NAMES = [
  'verify-evidence',
  'validate',
  'sandbox',
  'certificate-identity',
  'certificate-oidc',
];

describe('nearest', () => {
  it.each([
    ['valdiate', 'validate'],
    ['Validate', 'validate'],
    ['validat', 'validate'],
    ['verify_evidence', 'verify-evidence'],
    ['sanbdox', 'sandbox'],
    ['certificate-idenity', 'certificate-identity'],
  ])('takes %s for %s', (word, name) => {
    expect(nearest(word, NAMES)).toBe(name);
  });

  it.each(['', 'v', 'verify', 'foo', 'sign', 'evidence.tar.gz', 'certificate', 'x'.repeat(1e6)])(
    'takes %.20s for nothing',
    (word) => {
      expect(nearest(word, NAMES)).toBeUndefined();
    },
  );

  it('gives a name for itself, and the first of two that are as near', () => {
    expect(nearest('ab', ['ac', 'ab', 'ad'])).toBe('ab');
    expect(nearest('abcd', ['abce', 'abcf'])).toBe('abce');
  });

  it('knows a name of four letters or more in which one is wrong, left out, doubled or swapped', () => {
    const name = fc.stringMatching(/^[a-z]{4,30}$/);
    fc.assert(
      fc.property(
        name,
        fc.nat(29),
        fc.constantFrom('wrong', 'out', 'doubled', 'swapped'),
        (text, n, how) => {
          const at = n % (text.length - 1);
          const [one = '', two = ''] = text.slice(at);
          const middle = {
            wrong: `#${two}`,
            out: two,
            doubled: one + one + two,
            swapped: two + one,
          };
          expect(nearest(text.slice(0, at) + middle[how] + text.slice(at + 2), [text])).toBe(text);
        },
      ),
    );
  });

  it('looks at a thousand foreign names at most, and at none that is long', () => {
    const names = [
      ...Array.from({ length: 1000 }, (_, index) => `${index}${'x'.repeat(30)}`),
      'word',
    ];
    expect(nearest('word', names)).toBeUndefined();
    expect(nearest('word', [`word${'x'.repeat(1000)}`])).toBeUndefined();
  });

  it('compares with a hundred that are about as long', () => {
    const others = Array.from({ length: 99 }, (_, index) => String(10_000 + index));
    expect(nearest('words', [...others, 'word'])).toBe('word');
    expect(nearest('words', [...others, 'other', 'word'])).toBeUndefined();
    expect(nearest('words', [...others, 'x'.repeat(30), 'word'])).toBe('word');
  });
});
