// When and where a report was made, as far as it says so. docs/format.md §7

import { Plain, isNull, type Data } from '../../document/data.ts';
import type { ObjectReader } from '../../document/object-reader.ts';

/** What a CTRF report says of its run. What is not there is undefined, or the empty text. */
export interface CtrfRun {
  readonly start: Date | undefined;
  readonly stop: Date | undefined;
  /** `results.environment.extra`: ours, no other tool writes it. */
  readonly clusterUid: string;
  readonly serverVersion: string;
}

/** The last millisecond of the year 9999, the last that RFC 3339 can write. */
const MAX_MILLISECONDS = 253_402_300_799_999;

/** Throws FIELD_INVALID. */
export function parseRun(results: ObjectReader): CtrfRun {
  const summary = results.object('summary');
  const extra = results.optionalObject('environment')?.optionalObject('extra');
  return {
    start: timeIn(summary, 'start'),
    stop: timeIn(summary, 'stop'),
    clusterUid: extra?.optionalText('clusterUid') ?? '',
    serverVersion: extra?.optionalText('serverVersion') ?? '',
  };
}

/** Milliseconds since 1970. A Go number that nobody set is 0: no time either. */
function timeIn(summary: ObjectReader, name: string): Date | undefined {
  if (summary.optionalText(name) === undefined) return undefined;
  const milliseconds = summary.integer(name);
  if (milliseconds <= MAX_MILLISECONDS) {
    return milliseconds === 0 ? undefined : new Date(milliseconds);
  }
  return summary.refuse(name, {
    code: 'FIELD_INVALID',
    expected: 'a time in milliseconds since 1970, before the year 10000',
    hint: 'write the report with a tool that follows https://ctrf.io',
  });
}

/** In milliseconds, 0 if the test does not say it. */
export function durationIn(test: ObjectReader): number {
  const data: Data | undefined = test.data('duration');
  if (data === undefined || isNull(data)) return 0;
  const isNumber = data instanceof Plain && data.type !== 'boolean';
  const milliseconds = isNumber ? Number(data.text) : Number.NaN;
  if (milliseconds >= 0 && milliseconds <= MAX_MILLISECONDS) return milliseconds;
  return test.refuse('duration', {
    code: 'FIELD_INVALID',
    expected: 'a number of milliseconds',
    hint: 'write the report with a tool that follows https://ctrf.io',
  });
}

/** The test of a phase that took longest, by its index. */
export interface LongestTest {
  readonly test: number;
  /** In milliseconds. */
  readonly duration: number;
}

export function longestOf(
  tests: readonly { readonly duration: number }[],
): LongestTest | undefined {
  const longest = { test: 0, duration: 0 };
  for (const [test, { duration }] of tests.entries()) {
    if (duration > longest.duration) Object.assign(longest, { test, duration });
  }
  return longest.duration === 0 ? undefined : longest;
}
