// Logs that somebody has beside redacted evidence, compared with those that its statement names.

import { collectFiles } from '../../archive/collect.ts';
import type { Entry, ReceivedFiles } from '../../archive/entry.ts';
import { isBundlePath } from '../../bundle-path.ts';
import { EvidenceError, type Fault } from '../../errors/evidence-error.ts';
import { counted } from '../../sentence.ts';
import { logsClaim, type LogsClaim } from '../claim/logs-claim.ts';
import type { ReceivedPredicate } from '../claim/predicate.ts';
import { LOGS_LAYOUT, MANIFEST_FILE, STATEMENT_FILE } from '../layout.ts';
import { isPhase } from '../phase/phase.ts';
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
    return { file, files: belowLogs(await collectFiles(entries, LOGS_LAYOUT)) };
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    return { file, files: error };
  }
}

/** `<phase>/<name>`, as `validate --logs` takes them, are the same logs as `logs/<phase>/<name>`. */
function belowLogs(files: ReceivedFiles): ReceivedFiles {
  const inPhases = [...files.values()].flatMap((file) => {
    const path = `logs/${file.path}`;
    const [phase = ''] = file.path.split('/');
    return isPhase(phase) && isBundlePath(path) ? [{ ...file, path }] : [];
  });
  return inPhases.length < files.size ? files : new Map(inPhases.map((file) => [file.path, file]));
}

/**
 * Logs of evidence that is not redacted are in its bundle.
 *
 * @param logs undefined: none were supplied
 */
export function checkLogs(
  log: EvidenceLog,
  bundle: ReceivedFiles,
  { affidavit }: ReceivedPredicate,
  logs: ReadLogs | undefined,
): void {
  if (logs === undefined) return;
  const { files } = logs;
  if (files instanceof EvidenceError) {
    log.fail(LOGS_CHECK, files);
    return;
  }
  const inside = logsClaim([...bundle.values()].filter(({ path }) => path.startsWith('logs/')));
  const claimed = affidavit?.logs ?? (inside.fileCount > 0 ? inside : undefined);
  const found = logsClaim([...files.values()]);
  const isBundle = files.has(MANIFEST_FILE) && files.has(STATEMENT_FILE);
  const isSame = claimed?.digest === found.digest && claimed.fileCount === found.fileCount;
  log.note(LOGS_CHECK, () => ({
    found: said(found),
    expected: `the logs that ${claimed === inside ? 'are in the bundle' : 'the statement names'}`,
    faults: isSame
      ? []
      : [
          otherLogs(
            logs.file,
            isBundle ? 'a bundle of evidence, and no logs' : said(found),
            claimed,
          ),
        ],
  }));
}

function otherLogs(at: string, found: string, claimed: LogsClaim | undefined): Fault {
  const expected =
    claimed === undefined ? 'none: this evidence was made without logs' : said(claimed);
  return {
    code: 'LOGS_DIFFER',
    at,
    found,
    expected,
    hint:
      claimed === undefined
        ? 'leave --logs out: nothing in the evidence says which logs are its own'
        : 'use the logs that were given to validate --logs, or OUT.logs.tar.gz beside the evidence; or ask its signer for them',
  };
}

function said({ fileCount, digest }: LogsClaim): string {
  return `${counted(fileCount, 'file')}, ${digest}`;
}
