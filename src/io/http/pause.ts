/** The pause before the first repetition; each further one is twice as long. */
const FIRST_PAUSE_MS = 250;
/** The longest pause that a server may ask for: somebody waits. */
const MAX_PAUSE_MS = 30_000;

/**
 * How long to wait before a call is repeated, in milliseconds: what the server asked for, up to a cap.
 *
 * @param tries how often it was called already
 * @param retryAfter the header (RFC 9110 §10.2.3): seconds, or a date
 */
export function pauseBefore(tries: number, retryAfter: string | null, now: Date): number {
  const ours = FIRST_PAUSE_MS * 2 ** (tries - 1);
  return Math.min(Math.max(ours, asked(retryAfter ?? '', now)), MAX_PAUSE_MS);
}

function asked(text: string, now: Date): number {
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  // The only form that is still written; Date would read a plain number as a year.
  const time = /^[A-Z][a-z]{2}, .* GMT$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? 0 : time - now.getTime();
}
