import { fingerprintOf } from '../../evidence/snapshot/fingerprint.ts';
import { readSnapshot } from '../../evidence/snapshot/snapshot.ts';
import { fingerprintFindings } from '../../evidence/snapshot/unknown.ts';
import { nameOf, readFileBounded } from '../../io/disk/files.ts';
import { MAX_SNAPSHOT_BYTES } from '../../limits.ts';
import { escapeInvisible } from '../../quote.ts';
import type { Call } from '../call/command.ts';
import { lookOf, outputOf } from '../call/report-flags.ts';
import { deliver } from './deliver.ts';
import { sayFindings } from './say-findings.ts';

export async function runSnapshotFingerprint(call: Call): Promise<number> {
  const path = call.options.required('file');
  const bytes = await readFileBounded(path, MAX_SNAPSHOT_BYTES, 'snapshot');
  const snapshot = readSnapshot(bytes, escapeInvisible(nameOf(path)));
  const fingerprint = fingerprintOf(snapshot);
  const findings = [...snapshot.findings, ...fingerprintFindings({ snapshot, fingerprint })];
  if (call.options.text('format') === 'json') {
    const { encodeReport } = await import('../../report/encode-report.ts');
    const { fingerprintJson } = await import('../../report/json.ts');
    await deliver(encodeReport(fingerprintJson(fingerprint, findings)), call);
  } else {
    const { renderFingerprintTerminal } = await import('../../report/render/terminal.ts');
    sayFindings(findings);
    await deliver(
      renderFingerprintTerminal(fingerprint, lookOf(call, outputOf(call.options))),
      call,
    );
  }
  return 0;
}
