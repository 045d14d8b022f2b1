import type { Finding } from '../../errors/evidence-error.ts';
import { escapeInvisible } from '../../quote.ts';

/** One line for each on standard error, for a command whose output is no report. */
export function sayFindings(findings: readonly Finding[]): void {
  for (const { code, at, found, expected, hint } of findings) {
    const place = at === undefined ? '' : ` ${at}:`;
    const line = `${code}${place} found ${found}, expected ${expected}; ${hint}`;
    process.stderr.write(`warning: ${escapeInvisible(line)}\n`);
  }
}
