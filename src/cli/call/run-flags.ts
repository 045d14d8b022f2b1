// How far apart snapshot and phases may be, for every command that judges a run.

import { parseDuration } from '../../duration.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
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
  throw new EvidenceError('USAGE', {
    at: '--max-run-span',
    found: quote(text),
    expected: 'hours, minutes, seconds, in this order',
    hint: 'write it like --max-run-span 36h or 1h30m',
  });
}

/** The flag as it was given, for a command that is printed. */
export function spanWords(options: Options): readonly string[] {
  const span = options.text('max-run-span');
  return span === undefined ? [] : ['--max-run-span', span];
}
