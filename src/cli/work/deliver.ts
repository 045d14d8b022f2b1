import { EvidenceError } from '../../errors/evidence-error.ts';
import { printReport } from '../../io/disk/print-report.ts';
import { say, warn } from '../../io/disk/talk.ts';
import { quote } from '../../quote.ts';
import type { Shown } from '../../report/report-json.ts';
import type { Call } from '../call/command.ts';
import { formsOf, lookOf, outputOf, type ReportForm } from '../call/report-flags.ts';
import { AFTER_REPORTS, REPORT_FORMATS } from '../call/report-formats.ts';
import { pagesOf } from './pages.ts';

/**
 * Prints the text, or writes it where `--output` says, completely or not at all.
 *
 * @param dress what a terminal gets of it
 */
export async function deliver(
  text: string,
  call: Call,
  dress: (text: string, terminal: Call['terminal']) => string = (same) => same,
): Promise<void> {
  const output = outputOf(call.options);
  if (output !== undefined) await call.beforeWriting();
  const shown = output === undefined ? dress(text, call.terminal) : text;
  await printReport(shown, output, call.signal);
  reportsStand(call);
}

/** A signal that comes now is too late for them: the JSON of its error would be a second document beside theirs. */
function reportsStand({ signal }: Call): void {
  const mark = (): void => {
    const error: unknown = signal.reason;
    if (error instanceof Error) AFTER_REPORTS.add(error);
  };
  if (signal.aborted) mark();
  else signal.addEventListener('abort', mark, { once: true });
}

/** What is shown in a form: a report to render, or a text that is whole. */
type Show = (format: string, output: string | undefined) => Promise<Shown | string>;

/**
 * Prints or writes each report that was asked for, completely or not at all; one that cannot be written keeps no other
 * from its place. A terminal that gets none shows how one begins, with the verdict, and so does whoever misses one.
 */
export async function deliverReports(call: Call, show: Show): Promise<void> {
  const forms = formsOf(call);
  const render = async ({ format, output }: ReportForm): Promise<string> => {
    const shown = await show(format, output);
    const dress = REPORT_FORMATS.get(format);
    if (typeof shown === 'string') return shown;
    if (dress === undefined) throw new TypeError(`${format} is no form of a report`);
    return await dress(shown, lookOf(call, output), pagesOf(call));
  };
  const reports: (readonly [string, string | undefined])[] = [];
  for (const form of forms) reports.push([await render(form), form.output]);
  const files = forms.flatMap(({ output }) => output ?? []);
  if (files.length > 0) await call.beforeWriting();
  const failures = await writeAll(reports, call.signal);
  if (failures.length < reports.length) reportsStand(call);
  const brief = async (): Promise<string> => await render({ format: 'terminal', output: files[0] });
  await endReports(call, { forms, failures, brief });
}

interface Ending {
  readonly forms: readonly ReportForm[];
  readonly failures: readonly EvidenceError[];
  /** For a terminal. */
  readonly brief: () => Promise<string>;
}

/** Says what was written nowhere, and the verdict where no report shows it. */
export async function endReports(
  { terminal }: Call,
  { forms, failures, brief }: Ending,
): Promise<void> {
  const isSilent = forms.every(({ output }) => output !== undefined);
  if (failures.length > 0 || (isSilent && terminal.isTTY === true)) {
    say(`${(await brief()).split('\n\n', 1).join('')}\n`);
  }
  const [failure, ...more] = failures;
  if (failure === undefined) return;
  for (const { at = '', found } of more) {
    warn(` note: ${quote(at)} was not written either: ${found}\n`);
  }
  if (failures.length < forms.length) AFTER_REPORTS.add(failure);
  throw failure;
}

async function writeAll(
  reports: readonly (readonly [text: string, output: string | undefined])[],
  signal: AbortSignal,
): Promise<readonly EvidenceError[]> {
  const failures: EvidenceError[] = [];
  for (const [text, output] of reports) {
    try {
      await printReport(text, output, signal);
    } catch (error) {
      if (!(error instanceof EvidenceError) || error.code !== 'FILE_UNWRITABLE') throw error;
      failures.push(error);
    }
  }
  return failures;
}
