// What is proof, and what makes it less: one rule, for every form of a report.
import type { Outcome, SignatureJson } from './report-json.ts';

/** What every report says of how far to believe it, and a summary of many too. */
export interface Weighed {
  readonly sandbox: boolean;
  readonly weakened: readonly string[];
}

interface Judged extends Weighed {
  readonly verdict: Outcome;
  readonly signature: Pick<SignatureJson, 'state'>;
  readonly pinned: boolean;
}

/** What takes the weight from a verdict: a sandbox, and flags that gave up safety. */
export function givenUpIn({ sandbox, weakened }: Weighed): readonly string[] {
  return [...(sandbox ? ['sandbox'] : []), ...weakened];
}

/** Whether somebody who was named vouches for it, under a root that is no sandbox, with no safety given up, and it is not broken. */
export function isVouchedFor({ verdict, signature, pinned, ...weighed }: Judged): boolean {
  const isWhole = ['verified', 'failed', 'undecided'].includes(verdict);
  return isWhole && signature.state === 'verified' && pinned && givenUpIn(weighed).length === 0;
}

/** Whether that is enough for a verdict; what is red can be proven too. Of a stored report nothing is, and whoever shows one says so. */
export function isProven(report: Judged): boolean {
  return report.verdict !== 'undecided' && isVouchedFor(report);
}
