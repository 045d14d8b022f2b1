/** Work that is done within this time needs no word, in milliseconds. */
const SILENCE_MS = 1000;

/** Says on standard error what takes so long, once it takes longer than a second. */
export async function withProgress<T>(what: string, work: Promise<T>): Promise<T> {
  const timer = setTimeout(() => process.stderr.write(`affidavit: ${what} …\n`), SILENCE_MS);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}
