// The reports that programs read. schemas/report.schema.json, schemas/validation-report.schema.json
import type { CheckResult } from '../attestation/check-log.ts';
import { digestOf, hexOf } from '../digest.ts';
import type { Json } from '../document/data.ts';
import { timestampOf } from '../document/time.ts';
import type { Fault, Finding } from '../errors/evidence-error.ts';
import { fingerprintClaim, matchClaim } from '../evidence/claim/predicate.ts';
import type { ConstraintResult } from '../evidence/constraint/evaluate.ts';
import type { PhaseConstraint } from '../evidence/figure/figure.ts';
import type { PhaseResult } from '../evidence/phase/phase.ts';
import type { Fingerprint } from '../evidence/snapshot/fingerprint.ts';
import type { Facts, ValidationReport } from '../evidence/validate/facts.ts';
import { outcomeOf } from '../evidence/validate/outcome.ts';
import type { ArtifactSource, TriedReferrer } from '../evidence/verify/artifact-source.ts';
import type { VerificationReport } from '../evidence/verify/verify-evidence.ts';
import { SCHEMA_VERSION } from '../media-types.ts';
import { sourceOf, type PolicySigner } from '../policy/policy-signer.ts';
import type { Policy } from '../policy/policy.ts';
import { replaceInvisible } from '../quote.ts';
import {
  isKeySigner,
  type Identity,
  type ProvenSigner,
  type TrustedRootInfo,
} from '../trust/trust.ts';
import { LIMIT_OF_TRUST } from './blocks/verdict.ts';

/** A value that is not there is null in a list of equals, and else absent. */
export type JsonObject = Readonly<Record<string, Json>>;

/** The same for a tarball, its directory and a registry, but for `source`: the input is named nowhere. */
export function verificationJson(report: VerificationReport): JsonObject {
  const { signature, manifestDigest, claimed } = report;
  return present({
    schemaVersion: SCHEMA_VERSION,
    tool: { ...report.tool },
    verdict: report.verdict,
    exitCode: report.exitCode,
    checks: report.checks.map(checkJson),
    signer: signature.state === 'verified' ? identityJson(signature.proof.signer) : undefined,
    signature: signatureJson(report),
    pinned: report.pinned,
    policy: report.policy?.file && policyJson(report.policy.file, report.policy.entry),
    clock: report.now && timestampOf(report.now),
    recipeCompared: report.recipeCompared,
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
    source: report.source && sourceJson(report.source),
  });
}

function sourceJson({ referrers, ...source }: ArtifactSource): JsonObject {
  return present({ ...source, referrers: referrers.map(referrerJson) });
}

function referrerJson(referrer: TriedReferrer): JsonObject {
  const { registry, digest, fate, signer, signedAt, subject, fault } = referrer;
  return present({
    ...{ registry, digest, fate, subject },
    signer: signer && identityJson(signer),
    signedAt: signedAt && timestampOf(signedAt),
    fault: fault && faultJson(fault),
  });
}

function claimedJson(claimed: NonNullable<VerificationReport['claimed']>): JsonObject {
  const { redaction, artifact, logs } = claimed;
  return present({
    ...claimed,
    redaction: redaction?.policy ?? null,
    artifact: artifact && { ...artifact },
    logs: logs && { ...logs },
  });
}

export function validationJson(report: ValidationReport): JsonObject {
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
  });
}

/** What `snapshot fingerprint --format json` prints. schemas/fingerprint.schema.json */
export function fingerprintJson(
  fingerprint: Fingerprint,
  findings: readonly Finding[],
): JsonObject {
  return {
    schemaVersion: SCHEMA_VERSION,
    fingerprint: fingerprintClaim(fingerprint),
    findings: findings.map(faultJson),
  };
}

const OUTCOMES = { verified: 'passed', failed: 'failed', undecided: 'undecided' } as const;

/** Without the fields that are not there. */
export function present(fields: Readonly<Record<string, Json | undefined>>): JsonObject {
  const values = Object.entries(fields);
  return Object.fromEntries(
    values.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/**
 * The text of a report: two spaces, one newline at the end. What a terminal would not show is
 * escaped, so that no test's name rewrites the screen of someone who prints the file.
 */
export function encodeReport(json: JsonObject): string {
  const text = JSON.stringify(json, null, 2);
  // The line ends are the JSON text's own: `JSON.stringify` escapes those of values.
  const safe = replaceInvisible(text, (character) =>
    character === '\n' ? character : escapeUnits(character),
  );
  return `${safe}\n`;
}

/** JSON's own escape, for each UTF-16 code unit. */
function escapeUnits(character: string): string {
  return character.replaceAll(/./gs, (unit) => {
    const hex = unit.charCodeAt(0).toString(16);
    return `\\u${hex.padStart(4, '0')}`;
  });
}

export function rootJson(root: TrustedRootInfo): JsonObject {
  const { source, digest, sandbox, newest } = root;
  return {
    ...present({ source, digest, sandbox, newest: newest && timestampOf(newest) }),
    ...ageJson(root),
  };
}

/** Of what was fetched by TUF. */
export function ageJson({ updated }: Pick<TrustedRootInfo, 'updated'>): JsonObject {
  return updated === undefined
    ? {}
    : { updatedAt: timestampOf(updated.at), ageDays: updated.ageDays };
}

function identityJson(signer: ProvenSigner): JsonObject {
  if (isKeySigner(signer)) return { publicKey: digestOf(signer.publicKey) };
  const { subject, issuer } = signer;
  return { identity: subject, issuer };
}

/** @param entry the one that allows the signer; undefined if none does */
function policyJson(
  file: NonNullable<Policy['file']>,
  entry: PolicySigner | undefined,
): JsonObject {
  return present({ ...file, entry: entry && entryJson(entry) });
}

function entryJson(entry: PolicySigner): JsonObject {
  const { at, label, tier, recipes } = entry;
  return present({ at, ...namedJson(entry), tier, label, recipes });
}

/** As the policy has it; of a key its digest. */
function namedJson(entry: PolicySigner): JsonObject {
  if ('publicKey' in entry) return { key: digestOf(entry.publicKey) };
  const { issuer } = entry;
  if ('template' in entry) return { template: entry.template.text, issuer };
  return 'source' in entry ? { source: entry.source, issuer } : { identity: entry.subject, issuer };
}

function checkJson({ name, outcome, found, expected, hint, faults }: CheckResult): JsonObject {
  return { name, outcome, found, expected, hint, faults: faults.map(faultJson) };
}

export function faultJson({ code, at, found, expected, hint }: Fault): JsonObject {
  return { code, at: at ?? null, found, expected, hint };
}

/** An allowlist of AICR names no user names. */
function certificateJson(signer: Identity): JsonObject {
  const { type, claims } = signer;
  return {
    certificate: { type, ...claims },
    ...(type !== 'other' && { source: sourceOf(signer) }),
  };
}

function signatureJson({ signature, oneJudge }: VerificationReport): JsonObject {
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

function evidenceJson(evidence: NonNullable<ValidationReport['evidence']>): JsonObject {
  const { path, manifestDigest, signer, sandbox } = evidence;
  return present({ path, manifestDigest, signer: signer && identityJson(signer), sandbox });
}

/** Fingerprint and match are shown as the predicate has them. */
function factsJson(facts: Facts): Readonly<Record<string, Json | undefined>> {
  const { recipe, fingerprint, match, constraints, phaseConstraints, phases, bom } = facts;
  const { onlyClaimed } = facts;
  return {
    recipe: recipe && present({ ...recipe, digest: hexOf(recipe.digest) }),
    fingerprint: fingerprint && fingerprintClaim(fingerprint),
    match: match && matchClaim(match),
    constraints: constraints?.map(constraintJson),
    phaseConstraints: phaseConstraints?.map(phaseConstraintJson),
    phases: phases?.map(phaseJson),
    bom: bom && { ...bom },
    onlyClaimed,
  };
}

function constraintJson(constraint: ConstraintResult): JsonObject {
  const { name, expected, outcome } = constraint;
  const { actual = null, reason = null, severity = null, remediation = null } = constraint;
  return { name, expected, actual, outcome, reason, severity, remediation };
}

/** A figure as a number with its unit. It is claimed: what a validator printed. */
function phaseConstraintJson({ figure, ...constraint }: PhaseConstraint): JsonObject {
  if (figure === undefined) return { ...constraint, figure: null };
  const { value, unit, test } = figure;
  return { ...constraint, figure: { value, unit, test } };
}

function phaseJson(result: PhaseResult): JsonObject {
  const { phase, required, state, counts, flaky, missing, tests } = result;
  return {
    phase,
    required,
    state,
    counts: { ...counts },
    flaky,
    missing,
    tests: tests.map(({ name, status, message }) => ({ name, status, message: message ?? null })),
  };
}
