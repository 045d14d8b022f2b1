// What our own verifier says beside the fields of the standards. It must not say anything else than they do: a summary whose
// details contradict its result is none. docs/format.md §16
import { VERDICT_EXIT_CODES, type Verdict } from '../attestation/verdict.ts';
import { booleanOf, describe, isDataList, type Data } from '../document/data.ts';
import { ObjectReader, requireSchemaVersion } from '../document/object-reader.ts';
import { refuse } from '../place.ts';
import { quote } from '../quote.ts';
import {
  DETAILS_FIELD,
  UNWEAKENED_PROPERTY,
  VERIFIED_PROPERTY,
  WEAKENED_PROPERTY,
} from './encode-summary.ts';

interface Said {
  readonly result: 'PASSED' | 'FAILED';
  readonly properties: readonly string[];
}

/** The verdicts of which a summary is written: where nothing was judged there is none. */
const VERDICTS = ['verified', 'failed', 'invalid', 'undecided'] as const satisfies Verdict[];

const NOT_PASSED = ['failed', 'skipped', 'not-reached'] as const;

const HINT = 'have the verifier write the summary again, and do not rely on this one';

/** @throws EvidenceError FIELD_*, SCHEMA_VERSION_UNKNOWN; without details nothing */
export function requireAgreement(predicate: ObjectReader, said: Said): void {
  requireOneWord(predicate, said);
  if (!predicate.has(DETAILS_FIELD)) return;
  const reader = predicate.object(DETAILS_FIELD);
  requireOneVerdict(reader, readDetails(reader), said);
}

/** Also of a verifier that has no details. */
function requireOneWord({ at }: ObjectReader, { properties }: Said): void {
  if (!properties.includes(WEAKENED_PROPERTY)) return;
  const other = [VERIFIED_PROPERTY, UNWEAKENED_PROPERTY].find((name) => properties.includes(name));
  if (other === undefined) return;
  const place = { code: 'FIELD_INVALID', at, hint: HINT } as const;
  refuse(place, `${WEAKENED_PROPERTY} beside ${other}`, 'one of the two');
}

type Details = ReturnType<typeof readDetails>;

/** A field that nobody knows is ignored, here too. */
function readDetails(reader: ObjectReader) {
  requireSchemaVersion(reader);
  const root = reader.object('root');
  root.digest('digest', HINT);
  return {
    verdict: oneOf(reader, 'verdict', VERDICTS),
    exitCode: reader.integer('exitCode'),
    isPinned: reader.boolean('pinned'),
    weakened: reader.list('weakened', textAt),
    isOwnJudge: readRules(reader).get('--judge') === 'own',
    isSigned: readSigner(reader),
    isSandbox: root.boolean('sandbox'),
    notPassed: reader.list('notPassed', notPassedAt),
  };
}

function readRules(reader: ObjectReader): ReadonlyMap<string, Data> {
  if (!reader.has('rules')) return new Map();
  const rules = reader.object('rules');
  return new Map(rules.names().map((name) => [name, ruleAt(rules, name)]));
}

/** No flag is named that was not given. */
function ruleAt(rules: ObjectReader, name: string): Data {
  const value = rules.data(name) ?? '';
  if (isDataList(value)) return rules.list(name, textAt);
  if (typeof value === 'string' || booleanOf(value) === true) return value;
  return rules.refuse(name, { expected: 'true, a text or a list of texts', hint: HINT });
}

function readSigner(reader: ObjectReader): boolean {
  if (!reader.has('signer')) return false;
  const signer = reader.object('signer');
  if (signer.has('publicKey')) signer.digest('publicKey', HINT);
  else for (const name of ['identity', 'issuer']) signer.string(name);
  return true;
}

function notPassedAt(item: Data, at: string): string {
  const reader = new ObjectReader(item, at);
  oneOf(reader, 'outcome', NOT_PASSED);
  reader.list('codes', textAt);
  return reader.string('check');
}

function oneOf<T extends string>(reader: ObjectReader, name: string, all: readonly T[]): T {
  const text = reader.string(name);
  const known = all.find((one) => one === text);
  return known ?? reader.refuse(name, { expected: all.join(', '), hint: HINT });
}

type Must = (isSo: boolean, field: string, found: string, expected: string) => void;

function requireOneVerdict(reader: ObjectReader, details: Details, said: Said): void {
  const must: Must = (isSo, field, found, expected) => {
    if (!isSo) reader.refuse(field, { found, expected, hint: HINT });
  };
  const { verdict, exitCode, weakened } = details;
  const code = VERDICT_EXIT_CODES[verdict];
  must(exitCode === code, 'exitCode', `${exitCode}, beside the verdict ${verdict}`, `${code}`);
  const [open = ''] = details.isSigned && verdict === 'verified' ? details.notPassed : [];
  must(open === '', 'notPassed', `${quote(open)}, beside the verdict ${verdict}`, 'no check');
  const own = '--judge own';
  const isNamed = !details.isOwnJudge || weakened.includes(own);
  must(isNamed, 'weakened', `no ${quote(own)}, beside the rule`, quote(own));
  if (said.result === 'PASSED') requirePassed(must, details, said.properties);
  else must(!isPassed(details), 'verdict', `${quote(verdict)}, beside FAILED`, 'what did not hold');
}

/** Nobody is asked to believe what a sandbox, or nobody who was named, has signed. */
function isPassed({ verdict, isPinned, isSigned, isSandbox }: Details): boolean {
  return verdict === 'verified' && isPinned && isSigned && !isSandbox;
}

function requirePassed(must: Must, details: Details, properties: readonly string[]): void {
  const { verdict, isPinned, weakened, isSigned, isSandbox } = details;
  must(verdict === 'verified', 'verdict', `${quote(verdict)}, beside PASSED`, '"verified"');
  must(!isSandbox, 'root', 'a sandbox, beside PASSED', 'a root that is no sandbox');
  must(isPinned, 'pinned', 'false, beside PASSED', 'true');
  must(isSigned, 'signer', 'nobody, beside PASSED', 'who signed the evidence');
  const isWhole = weakened.length === 0;
  const word = isWhole ? VERIFIED_PROPERTY : WEAKENED_PROPERTY;
  const flags = isWhole ? 'nothing' : weakened.map((flag) => quote(flag)).join(', ');
  const found = `${flags}, without the property ${word}`;
  must(properties.includes(word), 'weakened', found, `the property ${word}`);
}

function textAt(item: Data, at: string): string {
  if (typeof item === 'string') return item;
  return refuse({ code: 'FIELD_INVALID', at, hint: HINT }, describe(item), 'a text');
}
