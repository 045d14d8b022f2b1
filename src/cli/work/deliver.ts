import { printReport } from '../../io/disk/print-report.ts';
import type { Call } from '../call/command.ts';
import { outputOf } from '../call/report-flags.ts';

/** Prints the text, or writes it where `--output` says, completely or not at all. */
export async function deliver(text: string, call: Call): Promise<void> {
  const output = outputOf(call.options);
  if (output !== undefined) await call.beforeWriting();
  await printReport(text, output, call.signal);
}
