// The statement of recipe evidence: one recipe is its subject. docs/format.md §4.

import type { Digest } from '../../digest.ts';
import type { Json } from '../../document/data.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { PREDICATE_TYPE_V3 } from '../../media-types.ts';
import { quote } from '../../quote.ts';
import { encodeStatement, parseStatement, sha256Of } from '../../statement/statement.ts';
import type { ReceivedStatement, StatementRules } from '../../statement/statement.ts';
import { STATEMENT_FILE } from '../layout.ts';
import { parsePredicate, type ReceivedPredicate } from './predicate.ts';

const HINT = 'have the evidence made by affidavit, or by an aicr that writes this version';

export const EVIDENCE_STATEMENT: StatementRules = {
  file: STATEMENT_FILE,
  predicateTypes: [PREDICATE_TYPE_V3],
  // A second subject would be signed, and nobody would check it.
  subjects: 'exactly one',
  hint: HINT,
};

/** The bytes of `statement.intoto.json`, which are signed. */
export function encodeEvidenceStatement(
  recipe: { readonly name: string; readonly digest: Digest },
  predicate: Json,
): Uint8Array {
  const subject = { name: subjectName(recipe.name), digest: recipe.digest };
  return encodeStatement({ subjects: [subject], predicateType: PREDICATE_TYPE_V3, predicate });
}

/**
 * Reads a statement about a recipe from exactly the bytes that were signed.
 *
 * @param file how complaints name it
 * @throws EvidenceError STATEMENT_INVALID, PREDICATE_TYPE_UNKNOWN, SCHEMA_VERSION_UNKNOWN, FIELD_MISSING,
 *   FIELD_INVALID, FIELD_UNKNOWN (invalid), and what `decodeJson` throws
 */
export function parseEvidenceStatement(bytes: Uint8Array, file: string): ReceivedPredicate {
  return readEvidenceStatement(parseStatement(bytes, { ...EVIDENCE_STATEMENT, file }));
}

/** Its subject is the recipe. */
export function readEvidenceStatement(statement: ReceivedStatement): ReceivedPredicate {
  const predicate = parsePredicate(statement.predicate);
  const { recipe } = predicate;
  const at = statement.subjectsAt;
  const [subject] = statement.subjects;
  const expected = subjectName(recipe.name);
  if (subject.name !== expected) {
    throw wrongSubject(`${at}/0/name`, quote(subject.name), quote(expected));
  }
  const sha256 = sha256Of(subject, HINT);
  if (sha256 !== recipe.digest) {
    throw wrongSubject(`${at}/0/digest/sha256`, quote(sha256), quote(recipe.digest));
  }
  return predicate;
}

function subjectName(recipeName: string): string {
  return `recipe:${recipeName}`;
}

function wrongSubject(at: string, found: string, expected: string): EvidenceError {
  return new EvidenceError('STATEMENT_INVALID', { at, found, expected, hint: HINT });
}
