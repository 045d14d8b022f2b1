// The one place where statements of AICR and ours become one type: what a version or a program does not write is undefined.

import { MATCH_DIMENSIONS } from '../../dimensions.ts';
import { JsonMap, isDataMap } from '../../document/data.ts';
import type { Data, DataMap } from '../../document/data.ts';
import { ObjectReader } from '../../document/object-reader.ts';
import type { Finding } from '../../errors/evidence-error.ts';
import { refuse } from '../../place.ts';
import { parseStatement, type ReceivedStatement } from '../../statement/statement.ts';
import { parsePredicate, type ReceivedPredicate } from '../claim/predicate.ts';
import {
  EVIDENCE_STATEMENT,
  HINT,
  V3,
  evidenceTypeOf,
  type EvidenceType,
} from './evidence-type.ts';
import { artifactSubject, readSubject, type ArtifactSubject } from './subject.ts';

/** A statement about a recipe, as it was received: claims that are not compared yet. */
export interface ReceivedEvidence extends ReceivedPredicate {
  readonly type: EvidenceType;
  /** What the statement is about, if it is not the recipe itself. */
  readonly artifact: ArtifactSubject | undefined;
  /** The predicate as it stands there. */
  readonly predicate: Data;
  /**
   * The version of the bill of materials that its producer writes into every statement; undefined if it is the
   * file's own.
   */
  readonly fixedBomVersion: string | undefined;
  readonly findings: readonly Finding[];
}

/**
 * Reads a statement about a recipe from exactly the bytes that were signed.
 *
 * @param file how complaints name it
 * @throws EvidenceError STATEMENT_INVALID, PREDICATE_TYPE_UNKNOWN, PREDICATE_TYPE_RETIRED,
 *   SCHEMA_VERSION_UNKNOWN, FIELD_MISSING, FIELD_INVALID, FIELD_UNKNOWN (invalid), and what `decodeJson`
 *   throws
 */
export function parseEvidenceStatement(bytes: Uint8Array, file: string): ReceivedEvidence {
  return readEvidenceStatement(parseStatement(bytes, { ...EVIDENCE_STATEMENT, file }));
}

/** What such a statement is about, if it is not the recipe itself; nothing else of it is read. Throws as `parseEvidenceStatement`. */
export function artifactIn(bytes: Uint8Array, file: string): ArtifactSubject | undefined {
  return artifactSubject(parseStatement(bytes, { ...EVIDENCE_STATEMENT, file }));
}

/** Throws what `parseEvidenceStatement` throws. */
export function readEvidenceStatement(statement: ReceivedStatement): ReceivedEvidence {
  const { predicateData: data } = statement;
  const type = evidenceTypeOf(statement.predicateType);
  const isOurs = isDataMap(data) && data.has('affidavit');
  const reader = new ObjectReader(isOurs ? data : withRows(data), statement.predicate.at);
  const predicate = parsePredicate(reader);
  requireFitting(reader, predicate, type);
  const artifact = readSubject(statement, predicate);
  const version = reader.object('bom').string('version');
  return {
    ...predicate,
    type,
    artifact,
    predicate: data,
    fixedBomVersion: !isOurs && version === FIXED_BOM_VERSION ? version : undefined,
    findings: [],
  };
}

/** What aicr claims of every bill of materials, also of one that the user gave. */
const FIXED_BOM_VERSION = '1.6';

/** What is in the predicate belongs to its version. */
function requireFitting(
  reader: ObjectReader,
  { profile, affidavit }: ReceivedPredicate,
  type: EvidenceType,
): void {
  if (affidavit !== undefined && type !== V3) {
    const expected = `no such field in recipe evidence ${type.version}, which affidavit never wrote`;
    reader.refuse('affidavit', { code: 'FIELD_UNKNOWN', found: 'affidavit', expected, hint: HINT });
  }
  if (profile !== undefined && type.profile === 'never') {
    const expected = `no profile in recipe evidence ${type.version}`;
    reader.refuse('profile', { code: 'FIELD_UNKNOWN', found: 'profile', expected, hint: HINT });
  }
  if (profile !== undefined || type.profile !== 'always') return;
  refuse(
    { code: 'FIELD_MISSING', at: reader.pointer('profile'), hint: HINT },
    'nothing',
    `the profile of the recipe, which every recipe evidence ${type.version} has`,
  );
}

/**
 * Before its first release aicr wrote `criteriaMatch.perDimension` as a map from the name of each dimension.
 * It becomes the list that all others have.
 */
function withRows(predicate: Data): Data {
  if (!isDataMap(predicate)) return predicate;
  const match = predicate.get('criteriaMatch');
  const rows = isDataMap(match) ? match.get('perDimension') : undefined;
  if (!isDataMap(match) || !isDataMap(rows)) return predicate;
  const list = new JsonMap(match).set('perDimension', rowsOf(rows));
  return new JsonMap(predicate).set('criteriaMatch', list);
}

/** In the order of a list; dimensions that nobody knows come last, and are a difference then. */
function rowsOf(rows: DataMap): readonly Data[] {
  const known: readonly string[] = MATCH_DIMENSIONS;
  const others = [...rows.keys()].filter((name) => !known.includes(name));
  return [...known, ...others].flatMap((name) => {
    const row = rows.get(name);
    if (row === undefined) return [];
    return [isDataMap(row) ? new JsonMap([['dimension', name], ...row]) : row];
  });
}
