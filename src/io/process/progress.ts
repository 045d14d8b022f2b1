import { say, timed } from '../disk/talk.ts';

/** For work that takes less than this, nothing is said. In milliseconds. */
const SILENCE_MS = 1000;

/** Says on standard error what takes so long, after a second. */
export async function withProgress<T>(what: string, work: Promise<T>): Promise<T> {
  const timer = setTimeout(() => say(`affidavit: ${what} …\n`), SILENCE_MS);
  try {
    return await timed(what, work);
  } finally {
    clearTimeout(timer);
  }
}
