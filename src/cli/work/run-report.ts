import { STDIN, nameOf, ofTheCaller, readFileBounded } from '../../io/disk/files.ts';
import { beginsAsBatch } from '../../io/disk/stored-batch.ts';
import { documentTime } from '../../io/process/clock.ts';
import { MAX_JSON_BYTES } from '../../limits.ts';
import { escapeInvisible } from '../../quote.ts';
import { parseStoredReport } from '../../report/stored-report.ts';
import type { Call } from '../call/command.ts';
import { BatchReports } from './batch-reports.ts';
import { deliverReports } from './deliver.ts';
import { readStored, reportsIn } from './stored-reports.ts';

/** Shows what was recorded. Whatever it says decides nothing. */
export async function runReport(call: Call): Promise<number> {
  // Not used here. But if it is set wrongly, every command says so.
  documentTime(call.environment);
  const path = call.options.required('report');
  if (path !== STDIN && (await beginsAsBatch(path))) return await showMany(call, path);
  const reading = readFileBounded(path, MAX_JSON_BYTES, 'report');
  const bytes = await ofTheCaller('REPORT_INVALID', reading);
  const stored = await parseStoredReport(bytes, escapeInvisible(nameOf(path)));
  await deliverReports(call, async () => await Promise.resolve(stored));
  return 0;
}

/** Read twice: that all of it is a report is known before any of it is shown. */
async function showMany(call: Call, path: string): Promise<number> {
  const { batch } = await readStored(path);
  await call.beforeWriting();
  const reports = await BatchReports.open(call, { ...batch, isStored: true }, call.signal);
  try {
    for await (const one of reportsIn(path)) await reports.add(one);
    await reports.end(batch);
    return 0;
  } catch (error) {
    await reports.drop(error);
    throw error;
  }
}
