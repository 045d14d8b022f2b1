import type { Finding } from '../../errors/evidence-error.ts';
import { escapeInvisible } from '../../quote.ts';
import { wrapTalk } from '../call/wrap-talk.ts';

/** One line for each on standard error, for a command whose output is no report. */
export function sayFindings(findings: readonly Finding[]): void {
  for (const { code, at, found, expected, hint } of findings) {
    const place = at === undefined ? '' : ` ${at}:`;
    const head = escapeInvisible(`warning: ${code}${place} `);
    const line = escapeInvisible(`found ${found}, expected ${expected}; ${hint}`);
    const said = wrapTalk(line, process.stderr, { used: head.length, indent: 2 });
    process.stderr.write(`${head}${said}\n`);
  }
}
