import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { durationText, parseDuration } from '../src/duration.ts';
import { propertyRuns } from './property-runs.ts';

const HOUR = 3_600_000;

describe('parseDuration', () => {
  it.each([
    ['24h', 24 * HOUR],
    ['1h30m', 1.5 * HOUR],
    ['90m', 1.5 * HOUR],
    ['1h0m1s', HOUR + 1000],
    ['0s', 0],
  ])('reads %s', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each(['', '24', '-1h', '1.5h', '30m1h', '1d', ' 1h', '1h ', '1H', '1h1h', 'h', '1234567h'])(
    'refuses %j',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );

  it('reads what durationText writes of whole seconds', () => {
    fc.assert(
      fc.property(fc.nat(10_000_000), (seconds) => {
        expect(parseDuration(durationText(seconds * 1000))).toBe(seconds * 1000);
      }),
      { numRuns: propertyRuns(100, 1000) },
    );
  });
});

describe('durationText', () => {
  it.each([
    [0, '0s'],
    [1, '0.001s'],
    [59_999, '59.999s'],
    [60_000, '1m0s'],
    [25 * HOUR + 30_000, '25h0m30s'],
  ])('writes %d ms as %s', (milliseconds, text) => {
    expect(durationText(milliseconds)).toBe(text);
  });
});
