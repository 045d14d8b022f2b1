import type { ErrorJson, ReportJson, SignerJson } from './report-json.ts';

/** What a report is about, as the user named it; undefined if it does not say. */
export function subjectOf(report: ReportJson | ErrorJson): string | undefined {
  if ('outcome' in report) return report.evidence?.path;
  const { source } = report;
  return typeof source === 'object' ? `oci://${source.registry}@${source.digest}` : source;
}

/** A signer in one line. */
export function nameOf(signer: SignerJson): string {
  return 'publicKey' in signer
    ? `key ${signer.publicKey}`
    : `${signer.identity} (issuer ${signer.issuer})`;
}
