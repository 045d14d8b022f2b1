// `statement.intoto.json` beside a statement about an artifact: aicr writes it before it pushes, so the recipe
// is its subject.

import type { Data } from '../../document/data.ts';
import { isDataMap } from '../../document/data.ts';
import { differences } from '../../document/differences.ts';
import { unlessRefused, type Fault, type Finding } from '../../errors/evidence-error.ts';
import { AS_SIGNED, faultAt } from '../../place.ts';
import { STATEMENT_FILE } from '../layout.ts';
import { parseEvidenceStatement, type ReceivedEvidence } from './read-statement.ts';

/** What was signed, with what is to be said of the copy. */
export interface ComparedCopy {
  readonly value: ReceivedEvidence;
  readonly faults: readonly Fault[];
}

/** As `compareCopy`; undefined if it has to be what was signed byte for byte, or is no statement. */
export function compareOtherCopy(
  signed: ReceivedEvidence,
  bytes: Uint8Array,
): ComparedCopy | undefined {
  if (signed.artifact === undefined) return undefined;
  const copy = unlessRefused(() => parseEvidenceStatement(bytes, STATEMENT_FILE));
  return copy && compareCopy(signed, copy);
}

/** Compares type and predicate; nothing of the copy is used. */
export function compareCopy(signed: ReceivedEvidence, copy: ReceivedEvidence): ComparedCopy {
  const isDropped = signed.affidavit === undefined ? copy.affidavit : undefined;
  const predicate = isDropped === undefined ? copy.predicate : withoutAffidavit(copy.predicate);
  const whole = { field: '', pointer: '/predicate' };
  const [first] = differences(signed.predicate, predicate, whole);
  const place = signed.type === copy.type ? first?.pointer : '/predicateType';
  if (place !== undefined) return { value: signed, faults: [differs(place)] };
  const dropped = isDropped === undefined ? [] : [affidavitMissing(isDropped.at)];
  return { value: { ...signed, findings: [...signed.findings, ...dropped] }, faults: [] };
}

function withoutAffidavit(predicate: Data): Data {
  if (!isDataMap(predicate)) return predicate;
  return new Map([...predicate].filter(([key]) => key !== 'affidavit'));
}

function differs(place: string): Fault {
  const at = `${STATEMENT_FILE}#${place}`;
  const found = 'something else than was signed';
  const expected = 'type and predicate of the statement that was signed';
  return faultAt({ code: 'STATEMENT_DIFFERS', at, hint: AS_SIGNED }, found, expected);
}

/** aicr knows no such field, and leaves it out when it signs what we packed. */
function affidavitMissing(at: string): Finding {
  const hint =
    'do not rely on the copy: only what was signed was judged; affidavit evidence sign signs all of it';
  const found = 'a part that is in the unsigned copy alone';
  return faultAt({ code: 'AFFIDAVIT_MISSING', at, hint }, found, 'a signature over it too');
}
