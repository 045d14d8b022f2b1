// One rule for what is proof: each thing that it asks for, taken away alone, ends it.
import { describe, expect, it } from 'vitest';

import { givenUpIn, isProven } from '../../src/report/proven.ts';

const PROVEN = {
  verdict: 'verified',
  signature: { state: 'verified' },
  pinned: true,
  sandbox: false,
  weakened: [],
} as const;

type Change = Partial<Parameters<typeof isProven>[0]>;

describe('what is proven', () => {
  it.each<[Change, boolean]>([
    [{}, true],
    [{ verdict: 'failed' }, true],
    [{ verdict: 'undecided' }, false],
    [{ verdict: 'invalid' }, false],
    [{ verdict: 'unjudged' }, false],
    [{ signature: { state: 'absent' } }, false],
    [{ signature: { state: 'not-verified' } }, false],
    [{ pinned: false }, false],
    [{ sandbox: true }, false],
    [{ weakened: ['--judge own'] }, false],
  ])('of the good report with %j is %s', (change, is) => {
    expect(isProven({ ...PROVEN, ...change })).toBe(is);
  });

  it('names what takes the weight from a verdict, a sandbox first', () => {
    expect(givenUpIn(PROVEN)).toEqual([]);
    expect(givenUpIn({ sandbox: true, weakened: ['--judge own'] })).toEqual([
      'sandbox',
      '--judge own',
    ]);
  });
});
