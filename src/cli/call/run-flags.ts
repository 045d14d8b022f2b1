// How far apart snapshot and phases may be, for every command that judges a run.

import { parseDuration } from '../../duration.ts';
import { refuse } from '../../place.ts';
import { quote } from '../../quote.ts';
import type { Flag } from './command.ts';
import type { Options } from './options.ts';

export const RUN_FLAGS = {
  'max-run-span': {
    type: 'text',
    helpValue: 'DURATION',
    summary: 'How far apart snapshot and phases may be, e.g. 36h; by default 24h.',
  },
} as const satisfies Readonly<Record<string, Flag>>;

/** In milliseconds; undefined if it was not given. Throws USAGE. */
export function maxRunSpanOf(options: Options): number | undefined {
  const text = options.text('max-run-span');
  if (text === undefined) return undefined;
  const span = parseDuration(text);
  if (span !== undefined) return span;
  const hint = 'write it like --max-run-span 36h or 1h30m';
  const expected = 'hours, minutes, seconds, in this order';
  refuse({ code: 'USAGE', at: '--max-run-span', hint }, quote(text), expected);
}

/** The flag as it was given, for a command that is printed. */
export function spanWords(options: Options): readonly string[] {
  const span = options.text('max-run-span');
  return span === undefined ? [] : ['--max-run-span', span];
}
