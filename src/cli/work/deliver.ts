import { printReport } from '../../io/disk/print-report.ts';
import type { Call } from '../call/command.ts';
import { outputOf } from '../call/report-flags.ts';

/**
 * Prints the text, or writes it where `--output` says, completely or not at all.
 *
 * @param forTerminal renders a report: a terminal that does not get it shows how it begins, with the verdict
 */
export async function deliver(
  text: string,
  call: Call,
  forTerminal?: () => Promise<string>,
): Promise<void> {
  const output = outputOf(call.options);
  if (output !== undefined) await call.beforeWriting();
  await printReport(text, output, call.signal);
  if (output === undefined || forTerminal === undefined || call.terminal.isTTY !== true) return;
  const [verdict = ''] = (await forTerminal()).split('\n\n', 1);
  process.stderr.write(`${verdict}\n`);
}
