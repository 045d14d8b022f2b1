// From what the commands found to the reports that programs read, of which everything else that shows them is made.
import type { CheckResult } from '../attestation/check-log.ts';
import { digestOf, hexOf } from '../digest.ts';
import type { Json } from '../document/data.ts';
import { timestampOf } from '../document/time.ts';
import type { Fault, Finding } from '../errors/evidence-error.ts';
import type { ConstraintResult } from '../evidence/constraint/evaluate.ts';
import type { PhaseConstraint } from '../evidence/figure/figure.ts';
import type { PhaseResult } from '../evidence/phase/phase.ts';
import type { Fingerprint } from '../evidence/snapshot/fingerprint.ts';
import type { Facts, ValidationReport } from '../evidence/validate/facts.ts';
import { outcomeOf } from '../evidence/validate/outcome.ts';
import type { ArtifactSource, TriedReferrer } from '../evidence/verify/artifact-source.ts';
import type { CheckName } from '../evidence/verify/checks.ts';
import type { VerificationReport } from '../evidence/verify/verify-evidence.ts';
import { SCHEMA_VERSION } from '../media-types.ts';
import { nameOfSigner, sourceOf, type PolicySigner } from '../policy/policy-signer.ts';
import type { Policy } from '../policy/policy.ts';
import {
  isKeySigner,
  type Identity,
  type ProvenSigner,
  type TrustedRootInfo,
} from '../trust/trust.ts';
import { LIMIT_OF_TRUST } from './report-json.ts';
import type {
  AgeJson,
  CheckJson,
  ClaimedJson,
  ConstraintJson,
  FactsJson,
  FaultJson,
  PhaseConstraintJson,
  PhaseJson,
  PolicyEntryJson,
  PolicyJson,
  ReferrerJson,
  RootJson,
  SignatureJson,
  SignerJson,
  SourceJson,
  TestJson,
  ValidationJson,
  VerificationJson,
} from './report-json.ts';

/** A value that is not there is null in a list of equals, and else absent. */
export type JsonObject = Readonly<Record<string, Json | undefined>>;

/** What only the caller knows. */
interface Call {
  /** The input as the user named it. */
  readonly source?: string;
  /** The words of the command that makes the report again, from `affidavit` on. */
  readonly repeat?: readonly string[];
}

/** The same for a tarball, its directory and a registry, but for `source` and what the caller adds: the input is named nowhere else. */
export function verificationJson(
  report: VerificationReport,
  { source, repeat }: Call = {},
): VerificationJson {
  const { signature, manifestDigest, claimed } = report;
  return present({
    schemaVersion: SCHEMA_VERSION,
    tool: { ...report.tool },
    verdict: report.verdict,
    exitCode: report.exitCode,
    checks: report.checks.map(checkJson),
    signer: signature.state === 'verified' ? signerJson(signature.proof.signer) : undefined,
    signature: signatureJson(report),
    pinned: report.pinned,
    policy: report.policy?.file && policyJson(report.policy.file, report.policy.entry),
    clock: report.now && timestampOf(report.now),
    recipeCompared: report.recipeCompared,
    filesCompared: report.filesCompared,
    sandbox: report.root.sandbox,
    selfCheck: report.signature.state === 'absent',
    weakened: report.weakened,
    network: 'none',
    root: rootJson(report.root),
    bundle: manifestDigest && { manifestDigest },
    claimed: claimed && claimedJson(claimed),
    ...factsJson(report.facts),
    findings: report.findings.map(faultJson),
    limitOfTrust: LIMIT_OF_TRUST,
    source: report.source === undefined ? source : sourceJson(report.source),
    repeat,
  });
}

function sourceJson({ referrers, ...source }: ArtifactSource): SourceJson {
  return present({ ...source, referrers: referrers.map(referrerJson) });
}

function referrerJson(referrer: TriedReferrer): ReferrerJson {
  const { registry, digest, fate, signer, signedAt, subject, fault } = referrer;
  return present({
    ...{ registry, digest, fate, subject },
    signer: signer && signerJson(signer),
    signedAt: signedAt && timestampOf(signedAt),
    fault: fault && faultJson(fault),
  });
}

function claimedJson(claimed: NonNullable<VerificationReport['claimed']>): ClaimedJson {
  const { redaction } = claimed;
  return present({
    ...claimed,
    redaction: redaction?.policy ?? null,
    redactionVersion: redaction?.version,
  });
}

export function validationJson(
  report: ValidationReport,
  { repeat }: Pick<Call, 'repeat'> = {},
): ValidationJson {
  const { evidence, facts, faults, findings, tool } = report;
  return present({
    schemaVersion: SCHEMA_VERSION,
    tool: { ...tool },
    outcome: OUTCOMES[outcomeOf(faults)],
    sandbox: evidence?.sandbox ?? false,
    selfCheck: true,
    exitCode: report.exitCode,
    ...factsJson(facts),
    faults: faults.map(faultJson),
    findings: findings.map(faultJson),
    evidence: evidence && evidenceJson(evidence),
    limitOfTrust: LIMIT_OF_TRUST,
    repeat,
  });
}

/** What `snapshot fingerprint --format json` prints. schemas/fingerprint.schema.json */
export function fingerprintJson(fingerprint: Fingerprint, findings: readonly Finding[]): object {
  return { schemaVersion: SCHEMA_VERSION, fingerprint, findings: findings.map(faultJson) };
}

const OUTCOMES = { verified: 'passed', failed: 'failed', undecided: 'undecided' } as const;

/** Takes the fields that are not there out of what was just made. */
export function present<Fields extends object>(fields: Fields): Fields {
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) Reflect.deleteProperty(fields, name);
  }
  return fields;
}

export function rootJson(root: TrustedRootInfo): RootJson {
  const { source, digest, sandbox, newest } = root;
  return {
    ...present({ source, digest, sandbox, newest: newest && timestampOf(newest) }),
    ...ageJson(root),
  };
}

/** Of what was fetched by TUF. */
export function ageJson({ updated }: Pick<TrustedRootInfo, 'updated'>): AgeJson {
  return updated === undefined
    ? {}
    : { updatedAt: timestampOf(updated.at), ageDays: updated.ageDays };
}

export function signerJson(signer: ProvenSigner): SignerJson {
  if (isKeySigner(signer)) return { publicKey: digestOf(signer.publicKey) };
  const { subject: identity, issuer, type } = signer;
  return { identity, issuer, ...(type === 'other' && { type }) };
}

/** @param entry the one that allows the signer; undefined if none does */
export function policyJson(
  file: NonNullable<Policy['file']>,
  entry: PolicySigner | undefined,
): PolicyJson {
  return present({ ...file, entry: entry && entryJson(entry) });
}

function entryJson(entry: PolicySigner): PolicyEntryJson {
  const { at, label, tier, recipes } = entry;
  return present({ at, ...nameOfSigner(entry), tier, label, recipes });
}

function checkJson({
  name,
  outcome,
  found,
  expected,
  hint,
  faults,
}: CheckResult<CheckName>): CheckJson {
  return { name, outcome, found, expected, hint, faults: faults.map(faultJson) };
}

const MADE = new WeakMap<Fault, FaultJson>();

/** Several checks may meet one fault: it stays one. */
export function faultJson(fault: Fault): FaultJson {
  const { code, at = null, found, expected, hint, sentence } = fault;
  const json = MADE.get(fault) ?? {
    ...{ code, at, found, expected, hint },
    ...(sentence !== undefined && { sentence }),
  };
  MADE.set(fault, json);
  return json;
}

type VerifiedJson = Extract<SignatureJson, { readonly state: 'verified' }>;

/** An allowlist of AICR names no user names. */
function certificateJson(signer: Identity): Pick<VerifiedJson, 'certificate' | 'source'> {
  const { type, claims } = signer;
  return {
    certificate: { type, ...claims },
    ...(type !== 'other' && { source: sourceOf(signer) }),
  };
}

export function signatureJson({
  signature,
  oneJudge,
}: Pick<VerificationReport, 'signature' | 'oneJudge'>): SignatureJson {
  if (signature.state !== 'verified') return { state: signature.state };
  const { signer, signedAt, times, logEntries } = signature.proof;
  return present({
    state: signature.state,
    ...(isKeySigner(signer) ? {} : certificateJson(signer)),
    signedAt: timestampOf(signedAt),
    times: times.map(({ source, at }) => ({ source, at: timestampOf(at) })),
    logEntries: logEntries.map(({ log, index }) => ({ log, index })),
    oneJudge,
  });
}

function evidenceJson(
  evidence: NonNullable<ValidationReport['evidence']>,
): ValidationJson['evidence'] {
  const { path, manifestDigest, signer, sandbox } = evidence;
  return present({ path, manifestDigest, signer: signer && signerJson(signer), sandbox });
}

/** Fingerprint and match are shown as the predicate has them. */
function factsJson(facts: Facts): FactsJson {
  const { recipe, fingerprint, match, constraints, phaseConstraints, phases, bom } = facts;
  return {
    recipe: recipe && present({ ...recipe, digest: hexOf(recipe.digest) }),
    fingerprint,
    match,
    constraints: constraints?.map(constraintJson),
    phaseConstraints: phaseConstraints?.map(phaseConstraintJson),
    phases: phases?.map(phaseJson),
    bom,
    onlyClaimed: facts.onlyClaimed,
  };
}

function constraintJson(constraint: ConstraintResult): ConstraintJson {
  const { name, expected, outcome } = constraint;
  const { actual = null, reason = null, severity = null, remediation = null } = constraint;
  return { name, expected, actual, outcome, reason, severity, remediation };
}

/** A figure is claimed: what a validator printed. */
function phaseConstraintJson({ figure, ...constraint }: PhaseConstraint): PhaseConstraintJson {
  return { ...constraint, figure: figure ?? null };
}

function phaseJson({ checks, tests, ...result }: PhaseResult): PhaseJson {
  const declared = new Set(checks);
  return {
    ...result,
    tests: tests.map((test) => testJson(test, declared.has(test.name))),
  };
}

/** There may be very many, and an object from which a field was taken out again is several times as large. */
function testJson(test: PhaseResult['tests'][number], declared: boolean): TestJson {
  const { name, status, message = null, flaky, image } = test;
  const row = { name, status, message, declared };
  return flaky === undefined && image === undefined ? row : present({ ...row, flaky, image });
}
