import { documentOf, type ReceivedFiles } from '../../archive/entry.ts';
import type { Outcome } from '../../attestation/check-log.ts';
import { digestOf, type Digest } from '../../digest.ts';
import { decodeJson } from '../../document/json.ts';
import type { Fault } from '../../errors/evidence-error.ts';
import { inventoryFaults, parseManifest, type Manifest } from '../../manifest/manifest.ts';
import { AS_SIGNED, MADE_AGAIN, received, faultAt, refuse } from '../../place.ts';
import type { ReceivedPredicate } from '../claim/predicate.ts';
import { EVIDENCE_LAYOUT, MANIFEST_FILE } from '../layout.ts';
import type { EvidenceLog } from './checks.ts';

export interface BoundManifest {
  readonly manifest: Manifest;
  /** The bundle's identity. */
  readonly digest: Digest;
}

/** The statement names the manifest, and the manifest names every file. Undefined if it is another one. */
export function checkManifest(
  log: EvidenceLog,
  files: ReceivedFiles,
  { manifest: claimed }: ReceivedPredicate,
): BoundManifest | undefined {
  const bound = log.require('manifest-matches-statement', () => signedManifest(files, claimed));
  if (bound === undefined) return undefined;
  const { manifest } = bound;
  log.note('files-match-manifest', () => ({
    found: `${manifest.files.length} files with their size and digest`,
    expected: 'every listed file as it was, and no other',
    faults: inventoryFaults(manifest, files, EVIDENCE_LAYOUT),
  }));
  return bound;
}

function signedManifest(
  files: ReceivedFiles,
  claimed: ReceivedPredicate['manifest'],
): Outcome<BoundManifest> {
  const bytes = documentOf(files, MANIFEST_FILE, EVIDENCE_LAYOUT);
  const digest = digestOf(bytes);
  if (digest !== claimed.digest) {
    const expected = `${claimed.digest}, which the statement names`;
    refuse({ code: 'MANIFEST_DIFFERS', at: MANIFEST_FILE, hint: AS_SIGNED }, digest, expected);
  }
  const manifest = received(() =>
    parseManifest(decodeJson(bytes, MANIFEST_FILE), MANIFEST_FILE, EVIDENCE_LAYOUT),
  );
  return {
    value: { manifest, digest },
    found: digest,
    expected: 'the digest in the statement',
    faults: claimed.fileCount === manifest.files.length ? [] : [otherCount(claimed, manifest)],
  };
}

function otherCount(claimed: ReceivedPredicate['manifest'], { files }: Manifest): Fault {
  const hint = `${MADE_AGAIN}count in the statement what the manifest lists`;
  const place = { code: 'MANIFEST_DIFFERS', at: `${claimed.at}/fileCount`, hint } as const;
  return faultAt(place, String(claimed.fileCount), `${files.length}, as the manifest lists`);
}
