import { EvidenceError } from '../errors.ts';
import { escapeInvisible } from '../quote.ts';
import { exitCodeOf, isUsageError } from './exit-codes.ts';

/** An error as people read it on standard error. */
export function renderError(error: unknown): string {
  if (error instanceof EvidenceError) return renderEvidenceError(error);
  if (isUsageError(error)) {
    const [first = '', ...rest] = escapeLines(error.message);
    return ['error: USAGE ' + first, ...rest].map((line) => `${line}\n`).join('');
  }
  const message = error instanceof Error ? error.message : String(error);
  return [
    `error: INTERNAL a bug in affidavit: ${escapeInvisible(message)}`,
    ' next: run the same command with AFFIDAVIT_DEBUG=1 and report what it prints',
    '',
  ].join('\n');
}

/** The same for a program: what `--format json` prints on standard output. */
export function errorJson(error: unknown): Readonly<Record<string, unknown>> {
  const exitCode = exitCodeOf(error);
  if (error instanceof EvidenceError) {
    const { code, at, found, expected, hint } = error;
    return { schemaVersion: '1.0.0', exitCode, error: { code, at, found, expected, hint } };
  }
  const code = isUsageError(error) ? 'USAGE' : 'INTERNAL';
  const message = error instanceof Error ? error.message : String(error);
  const hint = isUsageError(error) ? 'see affidavit --help' : 'run again with AFFIDAVIT_DEBUG=1';
  return {
    schemaVersion: '1.0.0',
    exitCode,
    error: { code, found: escapeInvisible(message), expected: 'a command that can run', hint },
  };
}

function renderEvidenceError(error: EvidenceError): string {
  const rows = [
    ['error', `${error.code} ${error.message.split(': found ')[0] ?? ''}`],
    ['at', error.at],
    ['found', error.found],
    ['want', error.expected],
    ['next', error.hint],
  ] as const;
  return rows
    .filter(([, text]) => text !== undefined && text !== '')
    .map(([label, text]) => `${label.padStart(5)}: ${escapeInvisible(text ?? '')}\n`)
    .join('');
}

function escapeLines(text: string): readonly string[] {
  return text.split('\n').map((line) => escapeInvisible(line));
}
