// What stands on standard error beside errors: nothing of it with --quiet, and with --verbose also how it is done.

export type Talk = 'quiet' | 'usual' | 'verbose';

let talk: Talk = 'usual';
let safe = (text: string): string => text;
let fitted = safe;

/**
 * For all that this thread does from now on.
 *
 * @param clean takes out of what `tell` says what nobody shall see, and what nobody can
 * @param fit breaks lines where the terminal ends
 */
export function setTalk(level: Talk, clean: typeof safe, fit: typeof fitted): void {
  talk = level;
  safe = clean;
  fitted = fit;
}

/** Takes all that is written, and shows nothing of it. */
export function silence(stream: NodeJS.WriteStream): void {
  stream.write = (_: unknown, ...rest: readonly unknown[]): boolean => {
    const done = rest.find((value) => typeof value === 'function');
    if (done !== undefined) process.nextTick(done);
    return true;
  };
}

export function isQuiet(): boolean {
  return talk === 'quiet';
}

/** Says what nobody needs who only wants to know how it ended. No error, and no question. */
export function say(text: string): void {
  if (talk !== 'quiet') warn(text);
}

/** Says what everybody needs. */
export function warn(text: string): void {
  process.stderr.write(fitted(text));
}

/** Says a step of the work on a line. It may be foreign. */
export function tell(step: string): void {
  if (talk !== 'verbose') return;
  warn(`affidavit: ${safe(step)}\n`);
}

/** The same when the step is done, with the time that it took. */
export async function timed<T>(step: string, work: Promise<T>): Promise<T> {
  const start = performance.now();
  try {
    return await work;
  } finally {
    tell(`${step}: ${Math.round(performance.now() - start)} ms`);
  }
}
