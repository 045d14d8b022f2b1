import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseStart, parseTime, parseUtcTime, timestampOf } from '../../src/document/time.ts';

describe('a timestamp', () => {
  it('is read as it was written, for every second that RFC 3339 can write', () => {
    const years = {
      min: new Date('0000-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59Z'),
      noInvalidDate: true,
    };
    fc.assert(
      fc.property(fc.date(years), (date) => {
        const text = timestampOf(date);
        expect(parseUtcTime(text)?.getTime()).toBe(Math.floor(date.getTime() / 1000) * 1000);
        expect(parseTime(date.toISOString())).toEqual(date);
      }),
    );
  });

  it.each([
    ['2026-06-10T01:20:00Z', '2026-06-10T01:20:00.000Z'],
    ['2026-06-10T01:20:00.123456789Z', '2026-06-10T01:20:00.123Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
  ])('%s is read', (text, time) => {
    expect(parseTime(text)?.toISOString()).toBe(time);
    expect(parseUtcTime(text)?.toISOString()).toBe(time);
  });

  it('has an offset only where one is taken', () => {
    const text = '2026-06-10T01:20:00+02:00';
    expect(parseTime(text)?.toISOString()).toBe('2026-06-09T23:20:00.000Z');
    expect(parseUtcTime(text)).toBeUndefined();
  });

  it.each([
    '',
    'yesterday',
    '2021-02-30T00:00:00Z',
    '2023-02-29T00:00:00Z',
    '2021-13-01T00:00:00Z',
    '2021-04-31T00:00:00+01:00',
    '2021-04-30T24:00:00Z',
    '2021-04-30T00:00:60Z',
    '2021-04-30',
    '2021-04-30T00:00:00',
    '2021-04-30 00:00:00Z',
    '2021-04-30T00:00:00z',
    '2021-04-30T00:00:00.Z',
    '2021-04-30T00:00:00Z\n',
    '+002021-04-30T00:00:00Z',
  ])('is not %j', (text) => {
    expect(parseTime(text)).toBeUndefined();
    expect(parseUtcTime(text)).toBeUndefined();
  });

  it('has no more than nanoseconds in UTC', () => {
    expect(parseUtcTime('2021-04-30T00:00:00.1234567890Z')).toBeUndefined();
  });

  it('from which something counts is never earlier than it was written, and less than a millisecond later', () => {
    const digits = fc.stringMatching(/^\d{1,9}$/);
    fc.assert(
      fc.property(digits, (fraction) => {
        const nanoseconds = Number(fraction.padEnd(9, '0'));
        const later = parseStart(`2026-06-10T01:20:00.${fraction}Z`)?.getTime() ?? NaN;
        expect(later - Date.UTC(2026, 5, 10, 1, 20)).toBe(Math.ceil(nanoseconds / 1e6));
      }),
    );
    expect(parseStart('2026-06-10T01:20:00Z')?.getTime()).toBe(Date.UTC(2026, 5, 10, 1, 20));
    expect(parseStart('2026-06-10T01:20:00.1+01:00')).toBeUndefined();
    expect(parseStart('2026-02-30T01:20:00.0001Z')).toBeUndefined();
  });
});
