import { nameOf } from '../../io/disk/files.ts';
import { escapeInvisible } from '../../quote.ts';
import { parseStoredReport } from '../../report/stored-report.ts';
import type { Call } from '../call/command.ts';
import { BatchReports } from './batch-reports.ts';
import { deliverReports } from './deliver.ts';
import {
  openStored,
  readStored,
  reportsIn,
  requireList,
  type StoredBatch,
} from './stored-reports.ts';

/** Shows what was recorded. Whatever it says decides nothing. */
export async function runReport(call: Call): Promise<number> {
  const path = call.options.required('report');
  const found = await openStored(path);
  if (!(found instanceof Uint8Array)) return await showMany(call, found);
  const stored = await parseStoredReport(found, escapeInvisible(nameOf(path)));
  await deliverReports(call, async () => await Promise.resolve(stored));
  return 0;
}

/** Read twice: that all of it is a report is known before any of it is shown. */
async function showMany(call: Call, from: StoredBatch): Promise<number> {
  const stored = await readStored(from);
  const { batch } = stored;
  // What a shard is a part of shows when all of them are merged.
  if ((batch.summary.shard?.count ?? 1) === 1) await requireList([stored]);
  await call.beforeWriting();
  const reports = await BatchReports.open(call, { ...batch, isStored: true }, call.signal);
  try {
    for await (const one of reportsIn(from)) await reports.add(one);
    await reports.end(batch);
    return 0;
  } catch (error) {
    await reports.drop(error);
    throw error;
  }
}
