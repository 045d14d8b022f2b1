import { EvidenceError } from '../errors/evidence-error.ts';
import type { ReceivedFiles } from './entry.ts';
import type { Layout } from './layout.ts';

/**
 * The bytes of a document that every archive of this layout has.
 *
 * @throws EvidenceError BUNDLE_INCOMPLETE
 */
export function documentOf(files: ReceivedFiles, path: string, layout: Layout): Uint8Array {
  const bytes = files.get(path)?.bytes;
  if (bytes !== undefined) return bytes;
  throw new EvidenceError('BUNDLE_INCOMPLETE', {
    at: path,
    found: `${files.size} files, and no ${path} among them`,
    expected: `${path} at the top of the bundle`,
    hint: layout.incompleteHint,
  });
}
