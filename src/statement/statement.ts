// in-toto's Statement v1, about anything.
// https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md

import { hexOf, type Digest } from '../digest.ts';
import type { Json } from '../document/data.ts';
import { decodeJson } from '../document/json.ts';
import { ObjectReader } from '../document/object-reader.ts';
import { STATEMENT_TYPE } from '../media-types.ts';
import { refuse } from '../place.ts';
import { quote } from '../quote.ts';

export interface Statement {
  readonly subjects: readonly { readonly name: string; readonly digest: Digest }[];
  readonly predicateType: string;
  readonly predicate: Json;
}

/** A statement as it was received. Its kind decides which subjects and predicate are right. */
export interface ReceivedStatement {
  readonly subjects: readonly [ReceivedSubject, ...ReceivedSubject[]];
  /** Where the subjects are, e.g. `statement.intoto.json#/subject`. */
  readonly subjectsAt: string;
  readonly predicateType: string;
  readonly predicate: ObjectReader;
}

export interface ReceivedSubject {
  readonly name: string;
  /** A DigestSet: by algorithm, in hexadecimal digits. Nobody has looked at it yet. */
  readonly digest: ObjectReader;
}

/** What a reader of statements expects. */
export interface StatementRules {
  /** How complaints name the statement. */
  readonly file: string;
  readonly predicateTypes: readonly string[];
  /** How many subjects. A statement without one would vouch for nothing. */
  readonly subjects: 'exactly one' | 'at least one';
  /** What to do with a statement of another kind. */
  readonly hint: string;
}

/** The bytes of a statement, which are signed. Two spaces, one newline at the end. */
export function encodeStatement({ subjects, predicateType, predicate }: Statement): Uint8Array {
  const statement = {
    _type: STATEMENT_TYPE,
    subject: subjects.map(({ name, digest }) => ({ name, digest: { sha256: hexOf(digest) } })),
    predicateType,
    predicate,
  };
  return Buffer.from(`${JSON.stringify(statement, null, 2)}\n`);
}

/**
 * Reads a statement from exactly the bytes that were signed.
 *
 * @throws EvidenceError STATEMENT_INVALID, PREDICATE_TYPE_UNKNOWN, FIELD_*
 */
export function parseStatement(bytes: Uint8Array, rules: StatementRules): ReceivedStatement {
  const { file, predicateTypes, hint } = rules;
  const reader = new ObjectReader(decodeJson(bytes, file), file);
  const type = reader.string('_type');
  if (type !== STATEMENT_TYPE) {
    reader.refuse('_type', { code: 'STATEMENT_INVALID', expected: STATEMENT_TYPE, hint });
  }
  const predicateType = reader.string('predicateType');
  if (!predicateTypes.includes(predicateType)) {
    const expected = predicateTypes.join(' or ');
    reader.refuse('predicateType', { code: 'PREDICATE_TYPE_UNKNOWN', expected, hint });
  }
  return {
    predicate: reader.object('predicate'),
    predicateType,
    subjects: readSubjects(reader, rules),
    subjectsAt: reader.pointer('subject'),
  };
}

function readSubjects(
  reader: ObjectReader,
  { subjects: expected, hint }: StatementRules,
): ReceivedStatement['subjects'] {
  const [first, ...more] = reader.list('subject', (item, at) => {
    const subject = new ObjectReader(item, at);
    return { name: subject.string('name'), digest: subject.object('digest') };
  });
  if (first !== undefined && (more.length === 0 || expected === 'at least one')) {
    return [first, ...more];
  }
  const found = `${more.length + (first === undefined ? 0 : 1)} subjects`;
  return refuse(
    { code: 'STATEMENT_INVALID', at: reader.pointer('subject'), hint },
    found,
    expected,
  );
}

/**
 * The SHA-256 of a subject, in hexadecimal digits.
 *
 * @throws EvidenceError STATEMENT_INVALID if another algorithm stands beside it: a reader that
 *   trusts that one would take a digest that nobody has recomputed
 */
export function sha256Of({ digest }: ReceivedSubject, hint: string): string {
  const sha256 = digest.string('sha256');
  const others = digest.unread();
  if (others.length === 0) return sha256;
  const found = ['sha256', ...others].map((name) => quote(name)).join(', ');
  return refuse({ code: 'STATEMENT_INVALID', at: digest.at, hint }, found, 'sha256 alone');
}
