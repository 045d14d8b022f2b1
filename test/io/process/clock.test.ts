import { afterEach, describe, expect, it, vi } from 'vitest';

import { EvidenceError } from '../../../src/errors/evidence-error.ts';
import {
  documentTime,
  presentTime,
  requireEnded,
  requireSignable,
} from '../../../src/io/process/clock.ts';
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

describe('requireEnded', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('refuses results whose run ends later than 5 minutes from now, and no others', () => {
    const now = new Date('2026-06-10T01:20:00Z');
    vi.useFakeTimers({ now, toFake: ['Date'] });
    const stop = (offset: number): Date => new Date(now.getTime() + offset);
    for (const last of [undefined, stop(-1), stop(0), stop(MAX_CLOCK_SKEW_MS)]) {
      expect(refusal(() => requireEnded(last))).toBeUndefined();
    }
    expect(refusal(() => requireEnded(stop(MAX_CLOCK_SKEW_MS + 1)))).toMatchObject({
      code: 'RUN_AFTER_EVIDENCE',
      at: 'ctrf',
      found: 'the last phase ended at 2026-06-10T01:25:00Z',
    });
  });
});

describe('presentTime', () => {
  it.each(['2026-01-31T00:00:00Z', '2026-01-31T00:00:00.123Z'])('takes --at %s', (text) => {
    expect(presentTime(text)).toEqual(new Date(text));
  });

  it.each([
    ['2026-01-31T00:00:00.1239Z', 'write it like --at 2026-01-31T00:00:00Z'],
    ['2026-01-31T00:00:00', 'add Z, which means UTC: "2026-01-31T00:00:00Z"'],
    ['2026-01-31', 'add the time of day and Z, which means UTC: "2026-01-31T00:00:00Z"'],
    ['2026-01-31T00:00:00+01:00', 'write it in UTC: "2026-01-30T23:00:00Z"'],
    ['now', 'write it like --at 2026-01-31T00:00:00Z'],
  ])('refuses --at %s, and never falls back to the clock', (text, hint) => {
    expect(refusal(() => presentTime(text))).toMatchObject({
      code: 'USAGE',
      at: '--at',
      found: JSON.stringify(text),
      expected: 'a time in UTC, with milliseconds at most',
      hint,
    });
  });

  it('has whole seconds where a report writes it, and says so at once', () => {
    const expected = 'a time in UTC, in whole seconds';
    for (const text of ['2026-01-31', '2026-01-31T00:00:00.5Z', '2026-01-31T00:00:00.0001Z']) {
      expect(refusal(() => presentTime(text, true))).toMatchObject({ code: 'USAGE', expected });
    }
    const whole = '2026-01-31T00:00:00Z';
    expect(presentTime(whole, true)).toEqual(new Date(whole));
  });
});
