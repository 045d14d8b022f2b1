// in-toto's Statement v1, about anything.
// https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md

import { hexOf, type Digest } from '../digest.ts';
import type { Data, Json } from '../document/data.ts';
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
  /** The same as it stands there. */
  readonly predicateData: Data;
}

export interface ReceivedSubject {
  readonly name: string;
  /** A DigestSet: by algorithm, in hexadecimal digits. Nobody has looked at it yet. */
  readonly digest: ObjectReader;
}

/** Why nobody reads these types any more, and what to do instead. */
interface Retired {
  readonly predicateTypes: readonly string[];
  readonly found: string;
  readonly hint: string;
}

/** What a reader of statements expects. */
export interface StatementRules {
  /** How complaints name the statement. */
  readonly file: string;
  readonly predicateTypes: readonly string[];
  /** Types that are known and no longer read. */
  readonly retired?: Retired;
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
 * @throws EvidenceError STATEMENT_INVALID, PREDICATE_TYPE_UNKNOWN, PREDICATE_TYPE_RETIRED, FIELD_*
 */
export function parseStatement(bytes: Uint8Array, rules: StatementRules): ReceivedStatement {
  const { file, hint } = rules;
  requireEncodedOnce(bytes, file);
  const reader = new ObjectReader(decodeJson(bytes, file), file);
  const type = reader.string('_type');
  if (type !== STATEMENT_TYPE) {
    reader.refuse('_type', { code: 'STATEMENT_INVALID', expected: STATEMENT_TYPE, hint });
  }
  const predicateType = readPredicateType(reader, rules);
  return {
    predicate: reader.object('predicate'),
    predicateData: reader.data('predicate') ?? '',
    predicateType,
    subjects: readSubjects(reader, rules),
    subjectsAt: reader.pointer('subject'),
  };
}

function readPredicateType(
  reader: ObjectReader,
  { predicateTypes, retired, hint }: StatementRules,
): string {
  const type = reader.string('predicateType');
  if (predicateTypes.includes(type)) return type;
  const expected = predicateTypes.join(' or ');
  if (retired?.predicateTypes.includes(type) === true) {
    const found = `${quote(type)}, ${retired.found}`;
    const refusal = {
      code: 'PREDICATE_TYPE_RETIRED',
      found,
      expected,
      hint: retired.hint,
    } as const;
    return reader.refuse('predicateType', refusal);
  }
  return reader.refuse('predicateType', { code: 'PREDICATE_TYPE_UNKNOWN', expected, hint });
}

/** aicr decodes such a payload a second time, and reads what no other program sees. */
function requireEncodedOnce(bytes: Uint8Array, file: string): void {
  const start = Buffer.from(bytes.subarray(0, START)).toString('latin1').trimStart();
  // What begins with a brace is JSON already: no base64 has one.
  if (!/^[A-Za-z0-9+/_-]+=*\s*$/.test(start)) return;
  if (!Buffer.from(start, 'base64').toString('latin1').trimStart().startsWith('{')) return;
  const hint = 'have it signed again, with the statement itself as the payload';
  const place = { code: 'STATEMENT_INVALID', at: file, hint } as const;
  refuse(place, 'a statement in base64, so it was encoded twice', 'the JSON of a statement');
}

/** A whole number of base64's groups of four. */
const START = 64;

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
