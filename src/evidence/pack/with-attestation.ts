import { documentOf, handlesOf, memoryFile, sortedByPath } from '../../archive/entry.ts';
import type { BundleFile, ReceivedFiles } from '../../archive/entry.ts';
import { unlessRefused } from '../../errors/evidence-error.ts';
import { refuse } from '../../place.ts';
import { parseEvidenceStatement } from '../dialect/read-statement.ts';
import { ATTESTATION_FILE, EVIDENCE_LAYOUT, STATEMENT_FILE } from '../layout.ts';

/**
 * A bundle without a signature, and the one that came apart from it, as `evidence sign` puts them together. Nothing is
 * judged: a statement that cannot be read has the time 1970.
 *
 * @param open reads a file that was only hashed once more
 * @throws EvidenceError BUNDLE_INCOMPLETE (invalid); EVIDENCE_SIGNED (unjudged)
 */
export function withAttestation(
  files: ReceivedFiles,
  open: (path: string) => AsyncIterable<Uint8Array>,
  attestation: Uint8Array,
): { readonly files: readonly BundleFile[]; readonly attestedAt: Date } {
  if (files.has(ATTESTATION_FILE)) {
    const hint = 'keep both, each in its place: --oci-layout DIR';
    const place = { code: 'EVIDENCE_SIGNED', at: ATTESTATION_FILE, hint } as const;
    refuse(place, 'a signature inside the artifact, and one attached to it', 'one of the two');
  }
  const statement = documentOf(files, STATEMENT_FILE, EVIDENCE_LAYOUT);
  const parsed = unlessRefused(() => parseEvidenceStatement(statement, STATEMENT_FILE));
  const all = [...handlesOf(files, open), memoryFile(ATTESTATION_FILE, attestation)];
  return { files: sortedByPath(all), attestedAt: parsed?.attestedAt ?? new Date(0) };
}
