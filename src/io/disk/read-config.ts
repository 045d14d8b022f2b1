import type { ErrorCode } from '../../errors/catalogue.ts';
import { EvidenceError, withCode } from '../../errors/evidence-error.ts';
import { MAX_CONFIG_BYTES } from '../../limits.ts';
import { readFileBounded } from './files.ts';

/**
 * A file with which the caller says how to judge. One that is too large says nothing about the
 * evidence, so it is refused with the code of its kind, never as an invalid input.
 *
 * @param what in messages, e.g. `a trusted root`
 * @param code what an unusable one is refused with
 * @throws EvidenceError FILE_UNREADABLE, FILE_CHANGED, `code`
 */
export async function readConfig(path: string, what: string, code: ErrorCode): Promise<Uint8Array> {
  try {
    return await readFileBounded(path, MAX_CONFIG_BYTES, what);
  } catch (error) {
    if (!(error instanceof EvidenceError) || error.class !== 'invalid') throw error;
    throw withCode(error, code);
  }
}
