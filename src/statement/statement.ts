import type { Digest } from '../digest.ts';
import { hexOf } from '../digest.ts';
import { decodeJson } from '../document/json.ts';
import { ObjectReader } from '../document/object-reader.ts';
import { EvidenceError } from '../errors/evidence-error.ts';
import type { Json, ReceivedPredicate } from '../evidence/claim/predicate.ts';
import { parsePredicate } from '../evidence/claim/predicate.ts';
import { PREDICATE_TYPE_V3, STATEMENT_TYPE } from '../media-types.ts';
import { quote } from '../quote.ts';

/**
 * The bytes of an in-toto Statement v1 about one recipe: what is signed, to the byte.
 * https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
 */
export function encodeStatement(
  recipe: { readonly name: string; readonly digest: Digest },
  predicate: Json,
): Uint8Array {
  const statement = {
    _type: STATEMENT_TYPE,
    subject: [{ name: subjectName(recipe.name), digest: { sha256: hexOf(recipe.digest) } }],
    predicateType: PREDICATE_TYPE_V3,
    predicate,
  };
  return Buffer.from(`${JSON.stringify(statement, null, 2)}\n`);
}

function subjectName(recipeName: string): string {
  return `recipe:${recipeName}`;
}

/**
 * Reads a statement from the very bytes that were signed.
 *
 * @param file how complaints name it
 * @throws EvidenceError STATEMENT_INVALID, PREDICATE_TYPE_UNKNOWN, SCHEMA_VERSION_UNKNOWN, FIELD_*
 */
export function parseStatement(bytes: Uint8Array, file: string): ReceivedPredicate {
  const reader = new ObjectReader(decodeJson(bytes, file), file);
  const type = reader.string('_type');
  if (type !== STATEMENT_TYPE) {
    throw invalid('STATEMENT_INVALID', reader.pointer('_type'), quote(type), STATEMENT_TYPE);
  }
  const predicateType = reader.string('predicateType');
  if (predicateType !== PREDICATE_TYPE_V3) {
    const at = reader.pointer('predicateType');
    throw invalid('PREDICATE_TYPE_UNKNOWN', at, quote(predicateType), PREDICATE_TYPE_V3);
  }
  const predicate = parsePredicate(reader.object('predicate'));
  requireSubject(reader, predicate);
  return predicate;
}

/** One subject, the recipe: a second one would be vouched for without a check. */
function requireSubject(reader: ObjectReader, { recipe }: ReceivedPredicate): void {
  const subjects = reader.list('subject', (item, at) => {
    const subject = new ObjectReader(item, at);
    return { name: subject.string('name'), digest: subject.object('digest') };
  });
  const at = reader.pointer('subject');
  const [subject] = subjects;
  if (subject === undefined || subjects.length > 1) {
    throw invalid('STATEMENT_INVALID', at, `${subjects.length} subjects`, 'exactly one');
  }
  const expected = subjectName(recipe.name);
  if (subject.name !== expected) {
    throw invalid('STATEMENT_INVALID', `${at}/0/name`, quote(subject.name), quote(expected));
  }
  const sha256 = subject.digest.string('sha256');
  const others = subject.digest.unread();
  if (others.length > 0) {
    // A reader that trusts another algorithm would take a digest that nobody has recomputed.
    const found = ['sha256', ...others].map((name) => quote(name)).join(', ');
    throw invalid('STATEMENT_INVALID', `${at}/0/digest`, found, 'sha256 alone');
  }
  if (sha256 !== recipe.digest) {
    throw invalid(
      'STATEMENT_INVALID',
      `${at}/0/digest/sha256`,
      quote(sha256),
      quote(recipe.digest),
    );
  }
}

function invalid(
  code: 'STATEMENT_INVALID' | 'PREDICATE_TYPE_UNKNOWN',
  at: string,
  found: string,
  expected: string,
): EvidenceError {
  const hint = 'ask for evidence made by affidavit, or by an aicr that writes this version';
  return new EvidenceError(code, { at, found, expected, hint });
}
