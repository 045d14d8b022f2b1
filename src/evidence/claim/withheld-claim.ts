// `affidavit.redaction`: what a minimal bundle keeps for the recipe, and how much it withholds.

import type { Data, Json } from '../../document/data.ts';
import { ObjectReader } from '../../document/object-reader.ts';
import type { WithheldCount } from '../redact/withheld.ts';
import { textOf, type ReceivedRedaction } from './claim-shapes.ts';

export interface WithheldClaim {
  /** What is kept beyond AICR's allow-list, sorted. */
  readonly kept: readonly string[];
  /** Sorted by file, then by group. */
  readonly withheld: readonly WithheldCount[];
}

/** By which policy a statement says that its evidence is redacted; if it is ours, also of how many values. */
export type ClaimedRedaction = ReceivedRedaction & {
  readonly withheld: readonly WithheldCount[] | undefined;
};

export interface ReceivedWithheld extends WithheldClaim {
  readonly at: string;
}

export function withheldClaim({ kept, withheld }: WithheldClaim): Json {
  return { kept, withheld: withheld.map(({ file, group, count }) => ({ file, group, count })) };
}

/** Throws FIELD_MISSING, FIELD_INVALID, FIELD_UNKNOWN. @param newer there may be fields that are not known */
export function withheldIn(affidavit: ObjectReader, newer: boolean): ReceivedWithheld | undefined {
  if (!affidavit.has('redaction')) return undefined;
  const claim = affidavit.object('redaction');
  const received = {
    at: claim.at,
    kept: claim.list('kept', textOf),
    withheld: claim.list('withheld', (item, at) => countIn(item, at, newer)),
  };
  if (!newer) claim.end();
  return received;
}

function countIn(item: Data, at: string, newer: boolean): WithheldCount {
  const row = new ObjectReader(item, at);
  const count = {
    file: row.string('file'),
    group: row.string('group'),
    count: row.integer('count', 1),
  };
  if (!newer) row.end();
  return count;
}
