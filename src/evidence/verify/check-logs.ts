// Logs that somebody has beside redacted evidence, compared with those that its statement names.

import { collectFiles } from '../../archive/collect.ts';
import type { Entry, ReceivedFiles } from '../../archive/entry.ts';
import { EvidenceError, type Fault } from '../../errors/evidence-error.ts';
import { counted } from '../../sentence.ts';
import { logsClaim, type LogsClaim } from '../claim/logs-claim.ts';
import type { ReceivedPredicate } from '../claim/predicate.ts';
import { LOGS_LAYOUT } from '../layout.ts';
import { LOGS_CHECK, type EvidenceLog } from './checks.ts';

/** An archive or a directory of logs, opened. */
export interface SuppliedLogs {
  /** How complaints name it. */
  readonly file: string;
  readonly entries: AsyncIterable<Entry>;
}

export interface ReadLogs {
  readonly file: string;
  readonly files: ReceivedFiles | EvidenceError;
}

/** What is wrong with them is said by the check. */
export async function readLogs({ file, entries }: SuppliedLogs): Promise<ReadLogs> {
  try {
    return { file, files: await collectFiles(entries, LOGS_LAYOUT) };
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    return { file, files: error };
  }
}

/** @param logs undefined: none were supplied */
export function checkLogs(
  log: EvidenceLog,
  { affidavit }: ReceivedPredicate,
  logs: ReadLogs | undefined,
): void {
  if (logs === undefined) return;
  const { file, files } = logs;
  if (files instanceof EvidenceError) {
    log.fail(LOGS_CHECK, files);
    return;
  }
  const claimed = affidavit?.logs;
  const found = logsClaim([...files.values()]);
  const isSame = claimed?.digest === found.digest && claimed.fileCount === found.fileCount;
  log.note(LOGS_CHECK, () => ({
    found: said(found),
    expected: 'the logs that the statement names',
    faults: isSame ? [] : [otherLogs(file, found, claimed)],
  }));
}

function otherLogs(at: string, found: LogsClaim, claimed: LogsClaim | undefined): Fault {
  return {
    code: 'LOGS_DIFFER',
    at,
    found: said(found),
    expected: claimed === undefined ? 'none: the statement names no logs' : said(claimed),
    hint:
      claimed === undefined
        ? 'leave --logs out: logs of evidence that is not redacted are in its bundle'
        : 'use the logs that were written with this evidence, or ask its signer for them',
  };
}

function said({ fileCount, digest }: LogsClaim): string {
  return `${counted(fileCount, 'file')}, ${digest}`;
}
