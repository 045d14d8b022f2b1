// Logs that somebody has beside redacted evidence, compared with those that its statement names.

import { collectFiles } from '../../archive/collect.ts';
import type { Entry, ReceivedFiles } from '../../archive/entry.ts';
import { isBundlePath } from '../../bundle-path.ts';
import { EvidenceError, type Fault } from '../../errors/evidence-error.ts';
import { faultAt } from '../../place.ts';
import { counted } from '../../sentence.ts';
import { logsClaim, type LogsClaim } from '../claim/logs-claim.ts';
import type { ReceivedPredicate } from '../claim/predicate.ts';
import { LOGS_LAYOUT, MANIFEST_FILE, STATEMENT_FILE } from '../layout.ts';
import { isPhase } from '../phase/phase.ts';
import { LOGS_CHECK, type EvidenceLog } from './checks.ts';
import { OriginalTap, type MappedOriginals } from './original-tap.ts';

/** An archive or a directory of logs, opened. */
export interface SuppliedLogs {
  /** How complaints name it. */
  readonly file: string;
  readonly entries: AsyncIterable<Entry>;
}

export interface ReadLogs {
  readonly file: string;
  readonly files: ReceivedFiles | EvidenceError;
  /** What is made of the originals among them. */
  readonly originals: MappedOriginals;
}

/** What is wrong with them is said by the check. */
export async function readLogs({ file, entries }: SuppliedLogs): Promise<ReadLogs> {
  const tap = new OriginalTap();
  try {
    const files = belowLogs(await collectFiles(tap.through(entries), LOGS_LAYOUT));
    return { file, files, originals: tap.mapped };
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    return { file, files: error, originals: tap.mapped };
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
 * @param supplied undefined: none were; of the originals among them what is wrong
 */
export function checkLogs(
  log: EvidenceLog,
  bundle: ReceivedFiles,
  { affidavit }: ReceivedPredicate,
  supplied: { readonly logs: ReadLogs; readonly originals: readonly Fault[] } | undefined,
): void {
  if (supplied === undefined) return;
  const { logs, originals } = supplied;
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
      ? originals
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
  const hint =
    claimed === undefined
      ? 'leave --logs out: nothing in the evidence says which logs are its own'
      : 'use OUT.logs.tar.gz beside the evidence, or, if it has logs alone, those that were given to validate --logs; or ask its signer for them';
  return faultAt({ code: 'LOGS_DIFFER', at, hint }, found, expected);
}

function said({ fileCount, digest }: LogsClaim): string {
  return `${counted(fileCount, 'file')}, ${digest}`;
}
