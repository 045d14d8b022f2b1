// What a policy demands of every signature, whoever signed.

import { timestampOf } from '../document/time.ts';
import type { Fault } from '../errors/evidence-error.ts';
import { MAX_CLOCK_SKEW_MS } from '../limits.ts';
import { counted, sentence, words } from '../sentence.ts';
import type { Proof } from '../trust/trust.ts';
import type { Policy } from './policy.ts';

/** What is judged, beside the proof. */
export interface Judged {
  /** How complaints name the attestation. */
  readonly file: string;
  /** The recomputed name of what was signed, e.g. of the recipe; undefined if it could not be recomputed. */
  readonly name: string | undefined;
  /** What time it is; undefined if nobody said. */
  readonly now: Date | undefined;
}

/** Two entries of one log are one witness. The time that a log promises is no timestamp. */
export function tooFew(policy: Policy, proof: Proof, { file }: Judged): readonly Fault[] {
  const { minimumLogs = 0, minimumTimestamps = 0 } = policy;
  const logs = new Set(proof.logEntries.map(({ log }) => log)).size;
  const timestamps = proof.times.filter(({ source }) => source === 'timestamp authority').length;
  const rows = [
    ['log', logs, minimumLogs],
    ['timestamp', timestamps, minimumTimestamps],
  ] as const;
  return rows
    .filter(([, found, least]) => found < least)
    .map(([noun, found, least]) => ({
      code: 'PROOFS_TOO_FEW',
      at: file,
      found: counted(found, noun),
      expected: `${least} or more, as the policy demands`,
      hint: `have the evidence signed again with a signing config that gives ${counted(least, noun)}`,
      sentence: sentence`the signature has ${words(counted(found, noun))}, the policy demands ${least}`,
    }));
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** The earliest proven time counts: a later one can be had for an old signature. */
export function stale(policy: Policy, proof: Proof, { file, now }: Judged): readonly Fault[] {
  const { maximumAgeDays } = policy;
  if (maximumAgeDays === undefined) return [];
  if (now === undefined) throw new TypeError('the policy limits the age: say what time it is');
  const age = now.getTime() - proof.signedAt.getTime();
  // With a clock that is behind, everything would be fresh.
  const isFuture = !(age >= -MAX_CLOCK_SKEW_MS);
  if (!isFuture && age <= maximumAgeDays * DAY_MS) return [];
  const how = isFuture ? 'after' : `${counted(Math.floor(age / DAY_MS), 'day')} before`;
  const clock = timestampOf(now);
  return [
    {
      code: 'STALE',
      at: file,
      found: `signed at ${timestampOf(proof.signedAt)}, ${how} ${clock}`,
      expected: `at most ${counted(maximumAgeDays, 'day')} before, as the policy demands`,
      hint: isFuture
        ? 'correct the clock of this machine, or the time of --at'
        : 'have the evidence made again, or decide that its age does not matter',
      sentence: sentence`the evidence was signed ${words(how)} ${clock}, the policy allows ${words(counted(maximumAgeDays, 'day'))}`,
    },
  ];
}
