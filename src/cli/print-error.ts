import { ERROR_CATALOGUE } from '../errors/catalogue.ts';
import { EvidenceError, type Fault } from '../errors/evidence-error.ts';
import { SCHEMA_VERSION } from '../media-types.ts';
import { refusal, faultAt } from '../place.ts';
import { escapeInvisible } from '../quote.ts';
import type { ErrorJson } from '../report/report-json.ts';
import { exitCodeOf } from './call/exit-codes.ts';
import { wrapTalk } from './call/wrap-talk.ts';
import { redact } from './redact.ts';

/** An error as people read it on standard error; on a terminal, words are wrapped, and a place is not. */
export function renderError(error: unknown, stream: Parameters<typeof wrapTalk>[1] = {}): string {
  const { code, at, found, expected, hint } = printable(error);
  const rows = [
    ['error', `${code} ${ERROR_CATALOGUE[code][1]}`],
    ['at', at],
    ['found', found],
    ['want', expected],
    ['next', hint],
  ] as const;
  return rows
    .filter(([, text]) => text !== undefined)
    .map(([label, text = '']) => {
      const line = escapeInvisible(text) || EMPTY;
      const said = label === 'at' ? line : wrapTalk(line, stream, { used: INDENT, indent: INDENT });
      return `${label.padStart(INDENT - 2)}: ${said}\n`;
    })
    .join('');
}

const INDENT = 7;

/** E.g. a path from a shell variable that was not set: that is what is to be seen. */
const EMPTY = '""';

/**
 * The same for a program: what `--format json` prints on standard output instead of a report. It is in
 * the schemas of both reports.
 */
export function errorJson(error: unknown): ErrorJson {
  const { code, at = null, found, expected, hint } = printable(error);
  return {
    schemaVersion: SCHEMA_VERSION,
    exitCode: exitCodeOf(error),
    error: { code, at, found, expected, hint },
  };
}

/** What is wrong. A quoted word of the command line may be a secret at the wrong place. */
export function printable(error: unknown): Fault {
  const { code, at, found, expected, hint } = evidenceErrorOf(error);
  return faultAt(
    { code, at: at === undefined ? undefined : redact(at), hint: redact(hint) },
    redact(found),
    redact(expected),
  );
}

function evidenceErrorOf(error: unknown): EvidenceError {
  if (error instanceof EvidenceError) return error;
  const hint = 'run the same command with AFFIDAVIT_DEBUG=1 and report what it prints';
  const found = error instanceof Error ? error.message : String(error);
  return refusal({ code: 'INTERNAL', hint }, found, 'a command that ends with a verdict');
}
