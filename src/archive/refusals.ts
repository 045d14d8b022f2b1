import { EvidenceError } from '../errors/evidence-error.ts';

/** What to do with an archive that not every program reads alike. */
export const PACK_AGAIN =
  'have the bundle packed again: with affidavit, or with `tar --format=ustar`';

export const CUT_OFF = 'copy or download the bundle again: it was cut off';

/** Tar programs would make different things of it. */
export function unsafe(at: string, found: string, expected: string): EvidenceError {
  return new EvidenceError('ARCHIVE_UNSAFE', { at, found, expected, hint: PACK_AGAIN });
}

export function unreadable(found: string, expected: string, hint = PACK_AGAIN): EvidenceError {
  return new EvidenceError('ARCHIVE_UNREADABLE', { found, expected, hint });
}
