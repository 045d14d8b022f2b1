// Who vouches for a signature, or for its time: transparency logs and timestamp authorities.

import { digestOf, type Digest } from '../../digest.ts';
import { refuse, type Place } from '../../place.ts';
import type { StampFacts } from '../judgement.ts';
import type { LogEntry } from '../log-entry.ts';
import type { SigstoreBundle } from '../sigstore-bundle.ts';
import type { Proof } from '../trust.ts';
import type { TrustedLog } from '../trusted-root.ts';
import type { Window } from '../validity-window.ts';
import { logEntryPlace } from './places.ts';
import { requireLogged } from './require-logged.ts';
import type { Signed } from './signed.ts';
import type { JudgedTimestamp, TimestampJudge } from './timestamp.ts';

export interface Witness {
  readonly source: string;
  /** Undefined for an entry of Rekor v2, which states no time. */
  readonly at: Date | undefined;
  /** When all that vouches must be in force: for a time between two milliseconds, both. */
  readonly moments: readonly Date[];
  readonly logEntry: Proof['logEntries'][number] | undefined;
  /** The members of the root that may be meant, each with its own window. */
  readonly authorities: readonly { readonly validFor: Window }[];
  readonly place: Place;
  /** Of a timestamp. */
  readonly authority?: Digest | undefined;
  readonly stamp?: StampFacts;
}

interface Judging {
  readonly logs: readonly TrustedLog[];
  readonly timestamps: TimestampJudge;
  readonly requireLog: boolean;
}

/** All witnesses of a bundle, each verified. Throws LOG_ENTRY_INVALID, TIMESTAMP_INVALID. */
export function judgeWitnesses(
  bundle: SigstoreBundle,
  signed: Signed,
  { logs, timestamps, requireLog }: Judging,
): readonly Witness[] {
  if (requireLog && bundle.entries.length === 0) {
    const place = logEntryPlace({ at: `${bundle.file}#/verificationMaterial/tlogEntries` });
    refuse(place, 'no log entry', 'at least one log entry');
  }
  requireDistinct(bundle.entries);
  return [
    ...bundle.entries.map((entry) => logWitness(entry, signed, logs)),
    ...timestamps.judge(bundle.timestamps, bundle.signature).map(timestampWitness),
  ];
}

function logWitness(entry: LogEntry, signed: Signed, logs: readonly TrustedLog[]): Witness {
  const log = requireLogged(entry, signed, logs);
  const at = promisedTime(entry);
  return {
    source: 'transparency log',
    at,
    moments: at === undefined ? [] : [at],
    logEntry: { log: log.baseUrl, index: entry.logIndex },
    authorities: [log],
    place: logEntryPlace(entry),
  };
}

/** Only a promise proves the time of an entry: Rekor v1 signs it there, Rekor v2 nowhere. */
function promisedTime({ signedEntryTimestamp, integratedTime }: LogEntry): Date | undefined {
  return signedEntryTimestamp === undefined ? undefined : new Date(Number(integratedTime) * 1000);
}

/** Two entries of one log with one index, or with one body, are one entry. It must not count twice. */
function requireDistinct(entries: readonly LogEntry[]): void {
  const known = new Set<string>();
  for (const entry of entries) {
    const log = entry.keyId.toString('hex');
    const names = [`${log} ${entry.logIndex}`, `${log} ${entry.body.toString('latin1')}`];
    if (names.some((name) => known.has(name))) {
      refuse(logEntryPlace(entry), 'an entry that is there already', 'each log entry once');
    }
    for (const name of names) known.add(name);
  }
}

function timestampWitness(stamp: JudgedTimestamp): Witness {
  const { timestamp, at, moments, fraction, signature, authorities } = stamp;
  const root = authorities[0]?.chain.at(-1);
  return {
    source: 'timestamp authority',
    authority: root && digestOf(root.raw),
    at,
    moments,
    logEntry: undefined,
    authorities,
    place: timestamp.place,
    stamp: {
      timestamp,
      at,
      fraction,
      signature,
      serial: authorities[0]?.chain[0].serialNumber ?? '',
    },
  };
}
