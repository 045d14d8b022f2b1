import { nameOf, ofTheCaller, readFileBounded } from '../../io/disk/files.ts';
import { documentTime } from '../../io/process/clock.ts';
import { MAX_JSON_BYTES } from '../../limits.ts';
import { escapeInvisible } from '../../quote.ts';
import { parseStoredReport } from '../../report/stored-report.ts';
import type { Call } from '../call/command.ts';
import { deliverReports } from './deliver.ts';

/** Shows what was recorded. Whatever it says decides nothing. */
export async function runReport(call: Call): Promise<number> {
  // Not used here. But if it is set wrongly, every command says so.
  documentTime(call.environment);
  const path = call.options.required('report');
  const reading = readFileBounded(path, MAX_JSON_BYTES, 'report');
  const bytes = await ofTheCaller('REPORT_INVALID', reading);
  const stored = await parseStoredReport(bytes, escapeInvisible(nameOf(path)));
  await deliverReports(call, async () => await Promise.resolve(stored));
  return 0;
}
