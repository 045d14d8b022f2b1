import { refuse, type Place } from '../place.ts';
import { quote } from '../quote.ts';

/** RFC 3339 §5.6, without leap seconds: no producer writes one. */
const RFC_3339 =
  /^(\d{4}-\d{2}-\d{2})T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/** What protobuf's JSON and our own documents have: UTC, and nanoseconds at most. */
const UTC = /^[^.]*(?:\.\d{1,9})?Z$/;

/** RFC 3339 in UTC with whole seconds, rounded down, e.g. `2026-01-01T00:00:00Z`. */
export function timestampOf(time: Date): string {
  const seconds = Math.floor(time.getTime() / 1000);
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}

/** A time of RFC 3339, or undefined. `Date` alone would take 30 February for 2 March. */
export function parseTime(text: string): Date | undefined {
  const [, date] = RFC_3339.exec(text) ?? [];
  if (date === undefined) return undefined;
  const midnight = new Date(`${date}T00:00:00Z`);
  const isDate = !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(date);
  return isDate ? new Date(text) : undefined;
}

/** The same for a text that must be in UTC: an offset is refused. */
export function parseUtcTime(text: string): Date | undefined {
  return UTC.test(text) ? parseTime(text) : undefined;
}

/**
 * The same, or the first millisecond after it: a Date has no part of one. For a time before which
 * something does not count: cut off, it would count too early.
 */
export function parseStart(text: string): Date | undefined {
  const at = parseUtcTime(text);
  const isBetween = /\.\d{3}\d*[1-9]/.test(text);
  return at && isBetween ? new Date(at.getTime() + 1) : at;
}

/** What to write for a text that is no time in UTC but was meant as one; undefined if nobody can tell. */
export function utcHint(text: string): string | undefined {
  const time = text.toUpperCase().replace(' ', 'T');
  const meant = [`${time}Z`, `${time}:00Z`, `${time}T00:00:00Z`].find(parseUtcTime);
  if (meant !== undefined) {
    const what = meant === `${time}Z` ? 'Z' : 'the time of day and Z';
    return `add ${what}, which means UTC: ${quote(meant)}`;
  }
  const utc = time.endsWith('Z') ? undefined : parseTime(time)?.toISOString().replace('.000Z', 'Z');
  return utc === undefined ? undefined : `write it in UTC: ${quote(utc)}`;
}

/** A time that `parse` takes, or the error of the place. */
export function parseTimeAt(place: Place, text: string, parse = parseUtcTime): Date {
  const expected = 'a time like 2025-07-04T00:00:00Z';
  return parse(text) ?? refuse(place, quote(text), expected);
}
