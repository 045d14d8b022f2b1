import { sentence, type Sentence } from '../sentence.ts';
import type { ErrorJson, ReportJson, SignerJson } from './report-json.ts';

/** What a report is about, as the user named it; undefined if it does not say. */
export function subjectOf(report: ReportJson | ErrorJson): string | undefined {
  if ('outcome' in report) return report.evidence?.path;
  const { source } = report;
  return typeof source === 'object' ? `oci://${source.registry}@${source.digest}` : source;
}

/** A signer in one line. One name at two issuers is two signers. */
export function nameOf(signer: SignerJson): string {
  return sayName(signer)
    .map((part) => (typeof part === 'string' ? part : part.value))
    .join('');
}

/** The same as a part of a sentence. */
export function sayName(signer: SignerJson): Sentence {
  return 'publicKey' in signer
    ? sentence`key ${signer.publicKey}`
    : sentence`${signer.identity} (issuer ${signer.issuer})`;
}
