// `affidavit.logs`: the logs that are beside a redacted bundle. docs/format.md, section "Redaction".

import { digestOf, type Digest } from '../../digest.ts';
import type { ObjectReader } from '../../document/object-reader.ts';
import { encodeManifest, type ManifestFile } from '../../manifest/manifest.ts';
import { BY_FORMAT } from './claim-shapes.ts';

export interface LogsClaim {
  /** Of the manifest that lists them. */
  readonly digest: Digest;
  readonly fileCount: number;
}

/** The same logs have the same claim, however they were packed. */
export function logsClaim(files: readonly ManifestFile[]): LogsClaim {
  return { digest: digestOf(encodeManifest(files)), fileCount: files.length };
}

/** Throws FIELD_MISSING, FIELD_INVALID, FIELD_UNKNOWN. */
export function logsIn(affidavit: ObjectReader): LogsClaim | undefined {
  if (!affidavit.has('logs')) return undefined;
  const claim = affidavit.object('logs');
  const digest = claim.digest('digest', BY_FORMAT);
  const fileCount = claim.integer('fileCount', 1);
  claim.end();
  return { digest, fileCount };
}
