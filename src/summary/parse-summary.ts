// A summary of a verification as it was received, in either standard form and of any verifier.
import { isDigest, type Digest } from '../digest.ts';
import { describe, type Data } from '../document/data.ts';
import { ObjectReader } from '../document/object-reader.ts';
import { parseTimeAt } from '../document/time.ts';
import { SVR_TYPE, SVR_TYPE_V01, VSA_TYPE } from '../media-types.ts';
import { refuse } from '../place.ts';
import { quote } from '../quote.ts';
import { sha256Of, type ReceivedStatement } from '../statement/statement.ts';
import { requireAgreement } from './parse-details.ts';

/** The types of statements that are summaries. */
export const SUMMARY_TYPES: readonly string[] = [VSA_TYPE, SVR_TYPE, SVR_TYPE_V01];

/** What a verifier says. Who may say so is another question. */
export interface ReceivedSummary {
  readonly predicateType: string;
  /** `verifier.id`. */
  readonly verifier: string;
  /** Of an SVR, which has no word for it: whether anything was verified. */
  readonly result: 'PASSED' | 'FAILED';
  readonly subjects: readonly ReceivedSubject[];
  /** An SVR names none. */
  readonly resourceUri: string | undefined;
  readonly policies: readonly ReceivedPolicy[];
  /** When it was verified, as the verifier says; a VSA need not. */
  readonly time: Date | undefined;
  /** What was verified; of a FAILED one nothing. */
  readonly properties: readonly string[];
}

export interface ReceivedSubject {
  readonly name: string;
  readonly digest: Digest;
}

/** Of a policy, what is named of it. */
export interface ReceivedPolicy {
  readonly uri: string | undefined;
  readonly digest: Digest | undefined;
}

const HINT = 'have the verifier write the summary again';

/**
 * As both specifications demand, a field that nobody knows is ignored.
 *
 * @throws EvidenceError FIELD_*, SCHEMA_VERSION_UNKNOWN, STATEMENT_INVALID
 */
export function parseSummary(statement: ReceivedStatement): ReceivedSummary {
  const { predicateType, predicate } = statement;
  const subjects = statement.subjects.map((subject) => ({
    name: subject.name,
    digest: digestIn(subject.digest, sha256Of(subject, HINT)),
  }));
  const verifier = predicate.object('verifier');
  const said = predicateType === VSA_TYPE ? readVsa(predicate) : readSvr(predicate);
  requireAgreement(predicate, said);
  // 0.1 has no list of policies; 0.2 has one, which may be empty.
  const policies = predicateType === SVR_TYPE ? verifier.list('policies', policyAt) : [];
  return { predicateType, verifier: requireUri(verifier), subjects, policies, ...said };
}

type Said = Pick<ReceivedSummary, 'result' | 'resourceUri' | 'time' | 'properties'> &
  Partial<Pick<ReceivedSummary, 'policies'>>;

/** https://slsa.dev/spec/v1.1/verification_summary */
function readVsa(reader: ObjectReader): Said {
  const result = reader.string('verificationResult');
  if (result !== 'PASSED' && result !== 'FAILED') {
    return reader.refuse('verificationResult', { expected: 'PASSED or FAILED', hint: HINT });
  }
  const levels = reader.list('verifiedLevels', textAt);
  if (result === 'PASSED') requireNoFailed(reader, 'verifiedLevels', levels);
  const hasTime = reader.data('timeVerified') !== undefined;
  return {
    result,
    resourceUri: reader.string('resourceUri'),
    policies: [policyAt(reader.data('policy'), reader.pointer('policy'))],
    time: hasTime ? timeIn(reader, 'timeVerified') : undefined,
    properties: result === 'PASSED' ? levels : [],
  };
}

/** https://github.com/in-toto/attestation/blob/main/spec/predicates/svr.md */
function readSvr(reader: ObjectReader): Said {
  const properties = reader.list('properties', textAt);
  requireNoFailed(reader, 'properties', properties);
  return {
    result: properties.length > 0 ? 'PASSED' : 'FAILED',
    resourceUri: undefined,
    time: timeIn(reader, 'timeCreated'),
    properties,
  };
}

function requireNoFailed(reader: ObjectReader, name: string, words: readonly string[]): void {
  if (!words.includes('FAILED')) return;
  const found = 'FAILED, beside what passed';
  reader.refuse(name, { found, expected: 'one of the two', hint: HINT });
}

function requireUri(verifier: ObjectReader): string {
  const id = verifier.string('id');
  if (/^[A-Za-z][A-Za-z0-9+.-]*:[!-~]+$/.test(id)) return id;
  return verifier.refuse('id', { found: quote(id), expected: 'a URI', hint: HINT });
}

function policyAt(data: Data | undefined, at: string): ReceivedPolicy {
  const policy = new ObjectReader(data, at);
  const digest = policy.optionalObject('digest');
  const sha256 = digest?.optionalString('sha256');
  return {
    uri: policy.optionalString('uri'),
    digest: digest === undefined || sha256 === undefined ? undefined : digestIn(digest, sha256),
  };
}

function digestIn(set: ObjectReader, hex: string): Digest {
  const digest = `sha256:${hex}`;
  if (isDigest(digest)) return digest;
  const expected = '64 lower-case hexadecimal digits';
  return set.refuse('sha256', { found: quote(hex), expected, hint: HINT });
}

function timeIn(reader: ObjectReader, name: string): Date {
  const place = { code: 'FIELD_INVALID', at: reader.pointer(name), hint: HINT } as const;
  return parseTimeAt(place, reader.string(name));
}

function textAt(item: Data, at: string): string {
  if (typeof item === 'string') return item;
  return refuse({ code: 'FIELD_INVALID', at, hint: HINT }, describe(item), 'a string');
}
