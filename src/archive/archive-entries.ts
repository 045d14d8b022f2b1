import { EvidenceError, withCode } from '../errors/evidence-error.ts';
import { escapeInvisible } from '../quote.ts';
import type { Entry } from './entry.ts';
import { gunzip } from './gzip.ts';
import { readTar } from './read-tar.ts';

/**
 * The entries of a tar.gz, wherever it comes from.
 *
 * @param path how errors name it
 */
export function archiveEntries(
  bytes: AsyncIterable<Uint8Array>,
  path: string,
): AsyncGenerator<Entry, void> {
  const file = escapeInvisible(path);
  return located(readTar(located(gunzip(bytes, undefined, file), path), file), path);
}

/** The same items; an error that does not say where it is gets the path of the archive. */
async function* located<T>(items: AsyncIterable<T>, path: string): AsyncGenerator<T, void> {
  try {
    yield* items;
  } catch (error) {
    if (!(error instanceof EvidenceError) || error.at !== undefined) throw error;
    throw withCode(error, error.code, escapeInvisible(path));
  }
}
