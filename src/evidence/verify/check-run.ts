import type { RunAssessment } from '../run/assess-run.ts';
import type { EvidenceLog } from './checks.ts';
import type { BundleReports } from './read-parts.ts';

/** Snapshot and results can be of one run, which ended before the evidence was made and signed. */
export function checkRun(
  log: EvidenceLog,
  { reports }: BundleReports,
  { faults }: RunAssessment,
): void {
  log.note('run-is-coherent', () => ({
    found: `the snapshot and ${reports.size} phases, as far as they say where and when they were made`,
    expected:
      'one cluster, one version of each tool, at most a day, and an end before the evidence',
    faults,
  }));
}
