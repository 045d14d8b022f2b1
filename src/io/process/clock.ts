import { parseUtcTime, timestampOf, utcHint } from '../../document/time.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { isSignedBeforeRun } from '../../evidence/claim/signed-before-run.ts';
import { refuse } from '../../place.ts';
import { quote } from '../../quote.ts';

/** The last second of the year 9999, the last that RFC 3339 can write. */
const MAX_SECONDS = 253_402_300_799;

/**
 * The time that goes into documents: SOURCE_DATE_EPOCH if it is set, else the clock. This file is the
 * only place that asks. https://reproducible-builds.org/specs/source-date-epoch/
 *
 * @throws EvidenceError SOURCE_DATE_EPOCH_INVALID; a bad value never falls back to the clock
 */
export function documentTime(environment: NodeJS.ProcessEnv): Date {
  const text = environment['SOURCE_DATE_EPOCH'];
  if (text === undefined) return wholeSecond();
  const seconds = /^(?:0|[1-9]\d*)$/.test(text) ? Number(text) : Number.NaN;
  if (seconds <= MAX_SECONDS) return new Date(seconds * 1000);
  const hint = 'set it like SOURCE_DATE_EPOCH=$(git log -1 --format=%ct), or unset it';
  const place = { code: 'SOURCE_DATE_EPOCH_INVALID', at: 'SOURCE_DATE_EPOCH', hint } as const;
  refuse(place, quote(text), `whole seconds since 1970 in decimal digits, at most ${MAX_SECONDS}`);
}

/** What documents and reports can write. */
function wholeSecond(): Date {
  return new Date(Math.floor(Date.now() / 1000) * 1000);
}

/**
 * What time it is, for whoever limits the age of evidence: `--at` if it is given, else the clock.
 *
 * @param isWhole whether it goes into a report as it is: that writes whole seconds
 * @throws EvidenceError USAGE; a bad value never falls back to the clock
 */
export function presentTime(at: string | undefined, isWhole = false): Date {
  if (at === undefined) return wholeSecond();
  const time = parseUtcTime(at);
  // Cut off, evidence would count as younger than it is.
  const isTooFine = /\.\d{4}/.test(at) || (isWhole && time?.getUTCMilliseconds() !== 0);
  if (time !== undefined && !isTooFine) return time;
  const hint = utcHint(at) ?? 'write it like --at 2026-01-31T00:00:00Z';
  const expected = `a time in UTC, ${isWhole ? 'in whole seconds' : 'with milliseconds at most'}`;
  refuse({ code: 'USAGE', at: '--at', hint }, quote(at), expected);
}

/**
 * Refuses before anything is signed: a log keeps its entries for ever, and no verifier would accept this
 * one.
 *
 * @param time of `documentTime`
 * @throws EvidenceError SOURCE_DATE_EPOCH_INVALID if it is in the future
 */
export function requireSignable(time: Date): void {
  if (!isSignedBeforeRun(new Date(), time)) return;
  throw new EvidenceError('SOURCE_DATE_EPOCH_INVALID', {
    at: 'SOURCE_DATE_EPOCH',
    found: `${time.getTime() / 1000}, a time in the future`,
    expected: 'a time in the past: evidence must not be signed before it is made',
    hint: 'unset it, correct the clock of this machine, or pack without a signature: --no-sign',
  });
}

/**
 * The same for results: nobody signs them before their run has ended.
 *
 * @param lastStop the end of the last phase
 * @throws EvidenceError RUN_AFTER_EVIDENCE if it is in the future
 */
export function requireEnded(lastStop: Date | undefined): void {
  const now = new Date();
  if (lastStop === undefined || !isSignedBeforeRun(now, lastStop)) return;
  throw new EvidenceError('RUN_AFTER_EVIDENCE', {
    at: 'ctrf',
    found: `the last phase ended at ${timestampOf(lastStop)}`,
    expected: `not more than 5 minutes after now, ${timestampOf(now)}`,
    hint: 'correct the clock of this machine, or of the one that ran the phases; nothing was signed',
  });
}
