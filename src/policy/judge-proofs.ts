// What a policy demands of every signature, whoever signed.

import { timestampOf } from '../document/time.ts';
import type { Fault } from '../errors/evidence-error.ts';
import { MAX_CLOCK_SKEW_MS } from '../limits.ts';
import { counted, sentence, words } from '../sentence.ts';
import type { Proof } from '../trust/trust.ts';
import type { PolicySigner } from './policy-signer.ts';
import type { Policy } from './policy.ts';

/** What is judged, beside the proof. */
export interface Judged {
  /** How complaints name the attestation. */
  readonly file: string;
  /** The recomputed name of what was signed, e.g. of the recipe; undefined if it could not be recomputed. */
  readonly name: string | undefined;
  /** What time it is; undefined if nobody said. */
  readonly now: Date | undefined;
  /** The only entry that may allow the signer. By default any of the policy. Every entry may revoke. */
  readonly allowedBy?: PolicySigner | undefined;
  /** Why an entry that names the signer does not allow what was signed, for what only its kind can read. */
  readonly limit?: ((entry: PolicySigner) => Fault | undefined) | undefined;
  /** What was signed could not be read, and a fault of its own says so: no entry is blamed for it. */
  readonly isUnread?: boolean;
}

/** Two entries of one log, or two timestamps of one authority, are one witness. What a log promises is no timestamp. */
export function tooFew(policy: Policy, proof: Proof, { file }: Judged): readonly Fault[] {
  const { minimumLogs = 0, minimumTimestamps = 0 } = policy;
  const logs = new Set(proof.logEntries.map(({ log }) => log)).size;
  const timestamps = new Set(proof.times.flatMap(({ authority }) => authority ?? [])).size;
  const rows = [
    [logs, minimumLogs, 'log', 'logs'],
    [timestamps, minimumTimestamps, 'timestamp authority', 'timestamp authorities'],
  ] as const;
  return rows
    .filter(([found, least]) => found < least)
    .map(([found, least, one, many]) => ({
      code: 'PROOFS_TOO_FEW',
      at: file,
      found: counted(found, one, many),
      expected: `${least} or more, as the policy demands`,
      hint: `have the evidence signed again with a signing config that takes ${counted(least, one, many)}`,
      sentence: sentence`${words(counted(found, one, many))} vouched for the signature, the policy demands ${least}`,
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
