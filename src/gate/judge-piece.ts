// What one piece of evidence is worth for a recipe, by its verification and a rule of the policy.

import { ERROR_CATALOGUE, type ErrorCode } from '../errors/catalogue.ts';
import type { Fault } from '../errors/evidence-error.ts';
import { lineIn } from '../evidence/lint/lint.ts';
import { MAX_CLOCK_SKEW_MS } from '../limits.ts';
import type { GateRule } from '../policy/gate-policy.ts';
import { faultJson } from '../report/json.ts';
import type { FaultJson, VerificationJson } from '../report/report-json.ts';
import { counted, sentence } from '../sentence.ts';
import { signerKeys } from './distinct-signers.ts';
import { STATES, type GatePiece, type State } from './gate-json.ts';
import { ageOf, DAY_MS, factsOf, type Told } from './piece-facts.ts';
import type { GatePointer } from './pointers.ts';
import type { Otherwise } from './resolved-recipe.ts';

/** What of a report decides, and is shown. */
export type JudgedReport = Told &
  Pick<VerificationJson, 'verdict' | 'checks' | 'findings' | 'recipeCompared' | 'filesCompared'>;

/** The same without the rest: there may be thousands. */
export function judgedOf(report: VerificationJson): JudgedReport {
  const { verdict, checks, findings, signer, signature, policy, phaseConstraints } = report;
  const { recipeCompared, filesCompared, phases } = report;
  return {
    ...{ verdict, signer, signature, policy, phaseConstraints, recipeCompared, filesCompared },
    checks: checks.filter((check) => check.outcome !== 'passed' || isOfPointer(check)),
    findings: findings.filter(({ code }) => code === 'FILES_NOT_BOUND'),
    ...(phases && { phases: phases.map(({ phase, state, counts }) => ({ phase, state, counts })) }),
  };
}

/** The report of what a pointer leads to, by the gate's policy and the recipes of head; or why there is none. */
export type Verified =
  | (JudgedReport & { /** Of the recipe that it is of. */ readonly nodes: number })
  | { readonly fault: Fault };

export interface JudgedPiece {
  /** With the state `single` it is good. */
  readonly piece: GatePiece;
  /** All that is said of it, with its own state; but not what could not be compared because of another. */
  readonly states: ReadonlySet<State>;
  /** Who signed it (`signerKeys`). */
  readonly keys: readonly string[];
  /** The number of nodes that it is evidence for. */
  readonly nodes: number;
  /** Others for which the recipe is otherwise since: only evidence for just these shows it. */
  readonly unshown: ReadonlySet<number>;
}

/** How the faults of each class, and some codes, are called here. */
const BY_CODE: ReadonlyMap<string, State> = new Map<ErrorCode, State>([
  ['SIGNER_NOT_ALLOWED', 'not-allowed'],
  ['SIGNER_NOT_VALID', 'not-allowed'],
  ['SIGNER_REVOKED', 'not-allowed'],
  ['SIGNER_NOT_PINNED', 'not-allowed'],
  ['PUBLIC_KEY_UNKNOWN', 'not-allowed'],
  ['PROOFS_TOO_FEW', 'not-allowed'],
  ['UNSIGNED', 'unsigned'],
  ['RECIPE_OTHER', 'stale'],
  ['STALE', 'stale'],
]);

/** What nobody has said the meaning of was not judged. */
const BY_CLASS: ReadonlyMap<string, State> = new Map<string, State>([
  ['invalid', 'invalid'],
  ['undecided', 'undecided'],
  ['failed', 'red'],
]);

export interface Terms {
  readonly rule: GateRule;
  readonly at: Date;
  /** Numbers of nodes for which the change makes the recipe another one. */
  readonly nodes: readonly number[];
  /** What is otherwise since the base had this piece first, although evidence may not bind it. */
  readonly since: Otherwise | undefined;
}

/** The worst that is said of it decides; if nothing is, every check that counts must have passed. */
export function judgePiece(
  pointer: GatePointer,
  verified: Verified | undefined,
  terms: Terms,
): JudgedPiece {
  const { path, change } = pointer;
  const artifact = pointer.pointer?.artifact;
  const report = verified !== undefined && 'verdict' in verified ? verified : undefined;
  const reasons = reasonsOf(pointer, verified, terms);
  const [[state, fault] = GOOD] = reasons.toSorted(([a], [b]) => rank(a) - rank(b));
  const piece: GatePiece = {
    pointer: { path, line: lineOf(pointer, fault) },
    at: change === 'added' ? 'head' : 'both',
    change,
    ...(artifact && { digest: artifact.digest }),
    state,
    ...(report && factsOf(report, terms.at)),
    ...(fault && { fault }),
    counted: false,
  };
  const said = { piece, states: statesOf(state, reasons), unshown: unshownBy(terms) };
  if (report === undefined) return { ...said, keys: [], nodes: 0 };
  return { ...said, keys: signerKeys(report), nodes: report.nodes };
}

function unshownBy({ nodes, since }: Terms): ReadonlySet<number> {
  return new Set([...nodes, ...(since?.nodes ?? [])]);
}

function statesOf(own: State, reasons: readonly Reason[]): ReadonlySet<State> {
  const said = reasons.filter(([, { code }]) => code !== 'EVIDENCE_NOT_COMPARED');
  return new Set([own, ...said.map(([state]) => state)]);
}

/** Of the field that the fault names, else of what the pointer leads to. */
function lineOf({ path, bytes }: GatePointer, fault: FaultJson | undefined): number {
  const field = fault?.at?.startsWith(`${path}#/`) === true ? fault.at.slice(path.length + 1) : '';
  return lineIn(bytes, field || '/attestations/0');
}

/** Whether what a pointer leads to is what it says: evidence of its recipe. */
export function isOwn(verified: Verified | undefined): boolean {
  return verified !== undefined && 'verdict' in verified && isPointed(verified);
}

function isPointed({ checks }: JudgedReport): boolean {
  return checks.some((check) => isOfPointer(check) && check.outcome === 'passed');
}

function isOfPointer({ name }: JudgedReport['checks'][number]): boolean {
  return name === 'pointer-matches-evidence';
}

const GOOD: readonly [State, FaultJson?] = ['single'];

type Reason = readonly [state: State, fault: FaultJson];

function reasonsOf(
  pointer: GatePointer,
  verified: Verified | undefined,
  terms: Terms,
): readonly Reason[] {
  const at = pointer.path;
  if (pointer.faults.length > 0) {
    return pointer.faults.map((fault) => ['invalid', faultJson(fault)]);
  }
  if (pointer.pointer?.artifact === undefined) return [['unsigned', { ...UNPUBLISHED, at }]];
  if (verified === undefined) return [['unreachable', { ...NOT_FETCHED, at }]];
  if ('verdict' in verified) {
    return [
      ...ofChecks(verified, terms.rule),
      ...ofTerms(verified, at, terms),
      ...fromBefore(verified, at, terms.since),
    ];
  }
  return [[stateOf(verified.fault.code), faultJson(verified.fault)]];
}

/** Of evidence that was made before the change: what this has otherwise, and that does not bind. */
function fromBefore(
  { filesCompared }: JudgedReport,
  at: string,
  otherwise: Otherwise | undefined,
): readonly Reason[] {
  // Not by the finding, which is not there where head has no such files any more.
  const isUnbound = filesCompared === undefined;
  return [
    ...(otherwise?.checks === true ? [['stale', { ...OTHER_CHECKS, at }] as const] : []),
    ...(otherwise?.files === true && isUnbound ? [['stale', { ...OTHER_FILES, at }] as const] : []),
  ];
}

const OTHER_FILES = {
  code: 'RECIPE_OTHER',
  found: 'evidence of the files as they were, which it does not bind',
  expected: 'evidence of those of head',
  hint: 'have evidence made with affidavit validate --data, which binds the files of the recipe',
  sentence: ['the recipe has other files since, which the evidence does not bind'],
} as const;

const OTHER_CHECKS = {
  code: 'RECIPE_OTHER',
  found: 'evidence of the health checks as they were',
  expected: 'evidence of those of head',
  hint: 'have evidence made with the health checks as they are now, or leave them as they were',
  sentence: ['the recipe has other health checks since, which no evidence of this AICR binds'],
} as const;

const UNPUBLISHED = {
  code: 'UNSIGNED',
  found: 'a pointer to nothing',
  expected: 'one to signed evidence in a registry',
  hint: 'publish the evidence and sign it: affidavit evidence publish',
} as const;

const NOT_FETCHED = {
  code: 'REGISTRY_LACKS',
  found: 'no bundle',
  expected: 'what the pointer leads to',
  hint: 'run the gate again where its registry can be reached, or name a directory of bundles',
} as const;

/** Each fault, and each check that was not made. */
function ofChecks({ checks, verdict }: JudgedReport, rule: GateRule): readonly Reason[] {
  // One that was skipped says why, e.g. UNSIGNED.
  const faults = checks.flatMap((check) => (check.outcome === 'passed' ? [] : check.faults));
  const kept = faults.filter(({ code }) => code !== 'VALUE_CLAIMED' || !rule.allowClaimed);
  const reasons = kept.map((fault): Reason => [stateOf(fault.code), atHead(fault)]);
  const open = checks.filter(
    ({ outcome, faults: own }) => outcome !== 'passed' && own.length === 0,
  );
  const skipped = open.map(({ name, found, expected, hint }): Reason => [
    'undecided',
    { code: 'EVIDENCE_NOT_COMPARED', at: name, found, expected, hint },
  ]);
  const all = [...reasons, ...skipped];
  // What this file does not know of must not pass: the verdict is never better than it was.
  const least = LEAST[verdict];
  const isSaid =
    least === undefined ||
    (verdict === 'undecided' && faults.length > kept.length) ||
    all.some(([state]) => rank(state) <= rank(least));
  if (isSaid) return all;
  const fault = { code: 'EVIDENCE_NOT_COMPARED', at: null, found: verdict } as const;
  return [
    ...all,
    [
      least,
      { ...fault, expected: 'verified', hint: 'verify it by itself: affidavit verify-evidence' },
    ],
  ];
}

/** Here nobody can leave the recipes out. */
function atHead(fault: FaultJson): FaultJson {
  if (fault.code !== 'RECIPE_OTHER') return fault;
  return { ...fault, hint: 'have evidence made of the recipe as it is at head' };
}

const LEAST: Readonly<Record<VerificationJson['verdict'], State | undefined>> = {
  verified: undefined,
  failed: 'red',
  invalid: 'not-allowed',
  unjudged: 'unreachable',
  undecided: 'undecided',
};

function rank(state: State): number {
  return STATES.indexOf(state);
}

function stateOf(code: ErrorCode): State {
  return BY_CODE.get(code) ?? BY_CLASS.get(ERROR_CATALOGUE[code][0]) ?? 'unreachable';
}

/** Whether it was compared with the pointer and the recipe of head, who signed, when, and what is bound. */
function ofTerms(report: JudgedReport, at: string, terms: Terms): readonly Reason[] {
  const { rule } = terms;
  const undecided = (found: string, expected: string, hint: string): Reason => [
    'undecided',
    { code: 'EVIDENCE_NOT_COMPARED', at, found, expected, hint },
  ];
  const again = 'run the gate again; if it says this again, it is a bug';
  const isKnown = report.policy?.entry !== undefined && report.signature.state === 'verified';
  const unbound = report.findings.find(({ code }) => code === 'FILES_NOT_BOUND');
  return [
    ...(isPointed(report)
      ? []
      : [undecided('evidence that was not compared with its pointer', 'a comparison', again)]),
    ...(report.recipeCompared
      ? []
      : [undecided('a recipe that was not compared with that of head', 'a comparison', again)]),
    ...(isKnown ? [] : [undecided('no entry of the policy that allows a signer', 'one', again)]),
    ...(unbound === undefined || rule.allowUnboundFiles ? [] : [['undecided', unbound] as const]),
    ...tooOld(report, at, terms),
  ];
}

/** By the earliest proven time. One in the future is no good clock. */
function tooOld({ signature }: JudgedReport, at: string, terms: Terms): readonly Reason[] {
  const { maximumAgeDays } = terms.rule;
  if (maximumAgeDays === undefined || signature.state !== 'verified') return [];
  const age = ageOf(signature.signedAt, terms.at);
  if (age >= -MAX_CLOCK_SKEW_MS && age <= maximumAgeDays * DAY_MS) return [];
  const fault = {
    ...({ code: 'STALE', at, found: `signed at ${signature.signedAt}` } as const),
    expected: `at most ${counted(maximumAgeDays, 'day')} before the time of this report`,
    hint: age < 0 ? CLOCK : 'have the evidence made again',
    sentence:
      age < 0
        ? sentence`signed at ${signature.signedAt}, which is after the time of this report`
        : sentence`signed at ${signature.signedAt}, and the rule allows ${maximumAgeDays} days`,
  };
  return [['stale', fault]];
}

const CLOCK = 'whoever runs the gate has to correct its clock, or --at';
