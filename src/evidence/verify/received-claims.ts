// What redacted evidence claims of what it withholds, as far as its policy is known.

import { fieldOf, isDataList, scalarText, type Data } from '../../document/data.ts';
import type { ReceivedPredicate } from '../claim/predicate.ts';
import type { ReceivedWithheld } from '../claim/withheld-claim.ts';
import { SNAPSHOT_FILE } from '../layout.ts';
import { IMAGE_SUBTYPE, LABEL_SUBTYPE, type SnapshotKeep } from '../redact/policy.ts';
import type { CountDimension, Dimension } from '../snapshot/fingerprint.ts';
import { LABEL_OF, type ClaimedConstraint, type Claims } from '../validate/claimed.ts';

/** @param keep undefined if nobody knows what its policy keeps */
export function receivedClaims(
  { fingerprint, affidavit, redaction }: ReceivedPredicate,
  keep: SnapshotKeep | undefined,
): Claims | undefined {
  if (redaction === undefined) return undefined;
  const rows = affidavit?.constraints;
  return {
    keep: keep && (withholds(affidavit?.redaction, LABEL_SUBTYPE) ? keep : withLabels(keep)),
    hasImages: keep === undefined || !withholds(affidavit?.redaction, IMAGE_SUBTYPE),
    fingerprint: {
      accelerator: textDimension(fieldOf(fingerprint, 'accelerator')),
      region: textDimension(fieldOf(fingerprint, 'region')),
      gpuNodeCount: countDimension(fieldOf(fingerprint, 'gpuNodeCount')),
    },
    constraints: isDataList(rows) ? rows.map(constraintIn) : undefined,
  };
}

/** Whether the statement itself says so of a subtype, if it counts what is withheld. */
function withholds(redaction: ReceivedWithheld | undefined, subtype: string): boolean {
  if (redaction === undefined) return true;
  return redaction.withheld.some(({ file, group }) => file === SNAPSHOT_FILE && group === subtype);
}

/** Of labels nothing is withheld: what the snapshot does not show is not there. */
function withLabels(keep: SnapshotKeep): SnapshotKeep {
  return { ...keep, labels: new Set([...keep.labels, ...Object.values(LABEL_OF)]) };
}

/** The shape was checked before. */
function textIn(data: Data | undefined, name: string): string {
  return scalarText(fieldOf(data, name)) ?? '';
}

/** What a label can say instead of one value. */
const NOTES = ['multi-gpu', 'multi-region', 'unknown-sku'] as const;

function textDimension(data: Data | undefined): Dimension {
  const source = textIn(data, 'source');
  const note = NOTES.find((known) => known === textIn(data, 'note'));
  return {
    value: textIn(data, 'value'),
    ...(source === '' ? {} : { source }),
    ...(note === undefined ? {} : { note }),
  };
}

function countDimension(data: Data | undefined): CountDimension {
  return { value: Number(textIn(data, 'value')), source: textIn(data, 'source') };
}

function constraintIn(row: Data): ClaimedConstraint {
  return {
    name: textIn(row, 'name'),
    expected: textIn(row, 'expected'),
    actual: scalarText(fieldOf(row, 'actual')),
  };
}
