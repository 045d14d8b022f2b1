import type { ReceivedFiles } from '../../archive/entry.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';

/**
 * The bytes of a document that every bundle has.
 *
 * @throws EvidenceError BUNDLE_INCOMPLETE
 */
export function documentOf(files: ReceivedFiles, path: string): Uint8Array {
  const bytes = files.get(path)?.bytes;
  if (bytes !== undefined) return bytes;
  throw new EvidenceError('BUNDLE_INCOMPLETE', {
    at: path,
    found: `${files.size} files, and no ${path} among them`,
    expected: `${path} at the top of the bundle`,
    hint: 'give the archive or directory that affidavit validate --emit-evidence wrote',
  });
}
