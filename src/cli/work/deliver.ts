import { printReport } from '../../io/disk/print-report.ts';
import type { Call } from '../call/command.ts';
import { reportOf } from '../call/report-flags.ts';

/** Prints the report, or writes it where `--output` says, completely or not at all. */
export async function deliver(report: string, call: Call): Promise<void> {
  const { output } = reportOf(call);
  if (output !== undefined) await call.beforeWriting();
  await printReport(report, output, call.signal);
}
