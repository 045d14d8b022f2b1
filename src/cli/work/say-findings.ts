import type { Finding } from '../../errors/evidence-error.ts';
import type { UnsignedEvidence } from '../../evidence/pack/read-unsigned.ts';
import { say, warn } from '../../io/disk/talk.ts';
import { escapeInvisible } from '../../quote.ts';
import { wrapTalk } from '../call/wrap-talk.ts';

/** One line for each on standard error, for a command whose output is no report. */
export function sayFindings(
  findings: readonly Finding[],
  label: 'error' | 'warning' = 'warning',
): void {
  for (const { code, at, found, expected, hint } of findings) {
    const place = at === undefined ? '' : ` ${at}:`;
    const head = escapeInvisible(`${label}: ${code}${place} `);
    const line = escapeInvisible(`found ${found}, expected ${expected}; ${hint}`);
    const said = wrapTalk(line, process.stderr, { used: head.length, indent: 2 });
    // An error is said to whoever wants quiet, too.
    if (label === 'error') warn(`${head}${said}\n`);
    else say(`${head}${said}\n`);
  }
}

/** What is to be signed as an artifact, and what is not green of it. */
export function sayVerified({ packed, faults, findings }: UnsignedEvidence): void {
  sayFindings(findings);
  say(`manifest: ${packed.manifestDigest}, verified\n`);
  for (const { code, found } of faults) {
    say(`warning: ${escapeInvisible(`${code}: ${found}`)}\n`);
  }
}
