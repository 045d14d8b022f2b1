import { describe, expect, it } from 'vitest';

import { EvidenceError } from '../../../src/errors/evidence-error.ts';
import { documentTime, requireSignable } from '../../../src/io/process/clock.ts';
import { MAX_CLOCK_SKEW_MS } from '../../../src/limits.ts';

function refusal(act: () => unknown): EvidenceError | undefined {
  try {
    act();
  } catch (error) {
    if (error instanceof EvidenceError) return error;
    throw error;
  }
  return undefined;
}

describe('documentTime', () => {
  it.each([
    ['0', '1970-01-01T00:00:00.000Z'],
    ['1767225600', '2026-01-01T00:00:00.000Z'],
    ['253402300799', '9999-12-31T23:59:59.000Z'],
  ])('H-13 takes SOURCE_DATE_EPOCH=%s for %s', (text, expected) => {
    expect(documentTime({ SOURCE_DATE_EPOCH: text }).toISOString()).toBe(expected);
  });

  it('H-15 takes the clock in whole seconds if the variable is not set', () => {
    const before = Date.now() - 1000;
    const time = documentTime({}).getTime();
    expect(time % 1000).toBe(0);
    expect(time).toBeGreaterThan(before);
    expect(time).toBeLessThanOrEqual(Date.now());
  });

  it.each([
    '',
    '-1',
    '1.5',
    '1e9',
    '0x10',
    ' 1',
    '1 ',
    '01',
    'abc',
    '١',
    '253402300800',
    '9'.repeat(400),
  ])('H-14 refuses %j and never falls back to the clock', (text) => {
    const error = refusal(() => documentTime({ SOURCE_DATE_EPOCH: text }));
    expect([error?.code, error?.at]).toEqual(['SOURCE_DATE_EPOCH_INVALID', 'SOURCE_DATE_EPOCH']);
  });
});

describe('requireSignable', () => {
  it('refuses a time that is further ahead than clocks differ', () => {
    expect(refusal(() => requireSignable(new Date()))).toBeUndefined();
    const ahead = new Date(Date.now() + 2 * MAX_CLOCK_SKEW_MS);
    expect(refusal(() => requireSignable(ahead))?.code).toBe('SOURCE_DATE_EPOCH_INVALID');
  });
});
