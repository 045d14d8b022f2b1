// `affidavit.redaction`: what a minimal bundle keeps for the recipe, and how much it withholds.

import type { Data, Json } from '../../document/data.ts';
import { ObjectReader } from '../../document/object-reader.ts';
import { SCHEME } from '../redact/commitment.ts';
import type { WithheldCount } from '../redact/withheld.ts';
import { BY_FORMAT, textOf, type ReceivedRedaction } from './claim-shapes.ts';

export interface WithheldClaim {
  /** What is kept beyond AICR's allow-list, sorted. */
  readonly kept: readonly string[];
  /** Sorted by file, then by group. */
  readonly withheld: readonly WithheldCount[];
  /** How many leaves `redaction.json` has; undefined if nothing commits to what is withheld. */
  readonly leaves?: number | undefined;
}

/** By which policy a statement says that its evidence is redacted; if it is ours, also of how many values. */
export type ClaimedRedaction = ReceivedRedaction & {
  readonly withheld: readonly WithheldCount[] | undefined;
};

export interface ReceivedWithheld extends WithheldClaim {
  readonly at: string;
}

export function withheldClaim({ kept, withheld, leaves }: WithheldClaim): Json {
  return {
    ...(leaves === undefined ? {} : { scheme: SCHEME, leaves }),
    kept,
    withheld: withheld.map(({ file, group, count }) => ({ file, group, count })),
  };
}

/** Throws FIELD_MISSING, FIELD_INVALID, FIELD_UNKNOWN. */
export function withheldIn(affidavit: ObjectReader): ReceivedWithheld | undefined {
  if (!affidavit.has('redaction')) return undefined;
  const claim = affidavit.object('redaction');
  const received = {
    at: claim.at,
    leaves: leavesIn(claim),
    kept: claim.list('kept', textOf),
    withheld: claim.list('withheld', countIn),
  };
  claim.end();
  return received;
}

function leavesIn(claim: ObjectReader): number | undefined {
  if (!claim.has('scheme') && !claim.has('leaves')) return undefined;
  if (claim.string('scheme') === SCHEME) return claim.integer('leaves');
  return claim.refuse('scheme', {
    code: 'FIELD_INVALID',
    expected: `"${SCHEME}"`,
    hint: `${BY_FORMAT}, or upgrade affidavit if a newer version wrote it`,
  });
}

function countIn(item: Data, at: string): WithheldCount {
  const row = new ObjectReader(item, at);
  const count = {
    file: row.string('file'),
    group: row.string('group'),
    count: row.integer('count', 1),
  };
  row.end();
  return count;
}
