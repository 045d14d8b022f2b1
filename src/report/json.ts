// The reports that programs read. schemas/report.schema.json, schemas/validation-report.schema.json
import type { CheckResult } from '../attestation/check.ts';
import { VERDICT_EXIT_CODES } from '../attestation/verdict.ts';
import { hexOf } from '../digest.ts';
import type { Json } from '../document/json-value.ts';
import { timestampOf } from '../document/time.ts';
import type { Fault } from '../errors/fault.ts';
import type { ConstraintResult } from '../evidence/constraint/evaluate.ts';
import type { PhaseResult } from '../evidence/phase/phase.ts';
import type { Dimension, Fingerprint, OsDimension } from '../evidence/snapshot/fingerprint.ts';
import type { DimensionMatch } from '../evidence/snapshot/match.ts';
import type { Facts } from '../evidence/validate/facts.ts';
import type { ValidationReport } from '../evidence/validate/validation-report.ts';
import type { VerificationReport } from '../evidence/verify/verify-evidence.ts';
import { SCHEMA_VERSION } from '../media-types.ts';
import { replaceInvisible } from '../quote.ts';
import type { Tool } from '../tool.ts';
import type { Identity } from '../trust/identity.ts';
import { LIMIT_OF_TRUST } from './limit-of-trust.ts';

/** A value that is not there is null in a list of equals, and else absent. */
export type JsonObject = Readonly<Record<string, Json>>;

/** The same for a tarball and its directory: the input is named nowhere. */
export function verificationJson(report: VerificationReport): JsonObject {
  const { signature, manifestDigest, claimed } = report;
  return {
    schemaVersion: SCHEMA_VERSION,
    tool: toolJson(report.tool),
    verdict: report.verdict,
    exitCode: VERDICT_EXIT_CODES[report.verdict],
    checks: report.checks.map(checkJson),
    ...(signature.state === 'verified' ? { signer: identityJson(signature.proof.signer) } : {}),
    signature: signatureJson(signature),
    pinned: report.pinned,
    sandbox: report.root.sandbox,
    weakened: report.weakened,
    network: 'none',
    root: { source: report.root.source, digest: report.root.digest, sandbox: report.root.sandbox },
    ...(manifestDigest === undefined ? {} : { bundle: { manifestDigest } }),
    ...(claimed === undefined ? {} : { claimed: claimedJson(claimed) }),
    ...factsJson(report.facts),
    findings: report.findings.map(faultJson),
    limitOfTrust: LIMIT_OF_TRUST,
  };
}

export function validationJson(report: ValidationReport): JsonObject {
  const { evidence, facts, faults, findings, tool } = report;
  return {
    schemaVersion: SCHEMA_VERSION,
    tool: toolJson(tool),
    outcome: faults.length === 0 ? 'passed' : 'failed',
    exitCode: VERDICT_EXIT_CODES[faults.length === 0 ? 'verified' : 'failed'],
    ...factsJson(facts),
    faults: faults.map(faultJson),
    findings: findings.map(faultJson),
    ...(evidence === undefined ? {} : { evidence: evidenceJson(evidence) }),
    limitOfTrust: LIMIT_OF_TRUST,
  };
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
  return Array.from({ length: character.length }, (_, index) => {
    const unit = character.charCodeAt(index).toString(16);
    return `\\u${unit.padStart(4, '0')}`;
  }).join('');
}

function toolJson({ name, version }: Tool): JsonObject {
  return { name, version };
}

function identityJson({ subject, issuer }: Identity): JsonObject {
  return { identity: subject, issuer };
}

function checkJson({ name, outcome, found, expected, hint, faults }: CheckResult): JsonObject {
  return { name, outcome, found, expected, hint, faults: faults.map(faultJson) };
}

function faultJson({ code, at, found, expected, hint }: Fault): JsonObject {
  return { code, at: at ?? null, found, expected, hint };
}

function signatureJson(signature: VerificationReport['signature']): JsonObject {
  if (signature.state !== 'verified') return { state: signature.state };
  const { signedAt, times, logEntries } = signature.proof;
  return {
    state: signature.state,
    signedAt: timestampOf(signedAt),
    times: times.map(({ source, at }) => ({ source, at: timestampOf(at) })),
    logEntries: logEntries.map(({ log, index }) => ({ log, index })),
  };
}

function claimedJson(claimed: NonNullable<VerificationReport['claimed']>): JsonObject {
  return { ...claimed, redaction: claimed.redaction ?? null };
}

function evidenceJson(evidence: NonNullable<ValidationReport['evidence']>): JsonObject {
  const { path, manifestDigest, signer, sandbox } = evidence;
  const signed = signer === undefined ? {} : { signer: identityJson(signer) };
  return { path, manifestDigest, ...signed, sandbox };
}

function factsJson(facts: Facts): JsonObject {
  const { recipe, fingerprint, match, constraints, phaseConstraints, phases, bom } = facts;
  return {
    ...(recipe === undefined
      ? {}
      : {
          recipe: {
            name: recipe.name,
            digest: hexOf(recipe.digest),
            apiVersion: recipe.apiVersion,
          },
        }),
    ...(fingerprint === undefined ? {} : { fingerprint: fingerprintJson(fingerprint) }),
    ...(match === undefined
      ? {}
      : { match: { matched: match.matched, perDimension: match.perDimension.map(matchJson) } }),
    ...(constraints === undefined ? {} : { constraints: constraints.map(constraintJson) }),
    ...(phaseConstraints === undefined
      ? {}
      : {
          phaseConstraints: phaseConstraints.map(({ phase, name, expected }) => ({
            phase,
            name,
            expected,
          })),
        }),
    ...(phases === undefined ? {} : { phases: phases.map(phaseJson) }),
    ...(bom === undefined ? {} : { bom: bomJson(bom) }),
  };
}

function bomJson(bom: NonNullable<Facts['bom']>): JsonObject {
  const { format, version, digest, components, images } = bom;
  return { format, version, digest, components, images };
}

function fingerprintJson(fingerprint: Fingerprint): JsonObject {
  return {
    service: dimensionJson(fingerprint.service),
    accelerator: dimensionJson(fingerprint.accelerator),
    gpuModel: dimensionJson(fingerprint.gpuModel),
    os: osJson(fingerprint.os),
    k8sVersion: dimensionJson(fingerprint.k8sVersion),
    region: dimensionJson(fingerprint.region),
    nodeCount: sourced({ value: fingerprint.nodeCount.value }, fingerprint.nodeCount),
    gpuNodeCount: sourced({ value: fingerprint.gpuNodeCount.value }, fingerprint.gpuNodeCount),
  };
}

function osJson(os: OsDimension): JsonObject {
  const value: JsonObject = { value: os.value };
  return sourced(os.version === undefined ? value : { ...value, version: os.version }, os);
}

function dimensionJson(dimension: Dimension): JsonObject {
  return sourced({ value: dimension.value }, dimension);
}

function sourced(
  value: JsonObject,
  { source, note }: Partial<Pick<Dimension, 'source' | 'note'>>,
): JsonObject {
  return {
    ...value,
    ...(source === undefined ? {} : { source }),
    ...(note === undefined ? {} : { note }),
  };
}

function matchJson(match: DimensionMatch): JsonObject {
  const { dimension, recipeRequires, fingerprintProvides } = match;
  return {
    dimension,
    ...(recipeRequires === undefined ? {} : { recipeRequires }),
    ...(fingerprintProvides === undefined ? {} : { fingerprintProvides }),
    match: match.match,
  };
}

function constraintJson(constraint: ConstraintResult): JsonObject {
  const { name, expected, actual, outcome, reason, severity, remediation } = constraint;
  return {
    name,
    expected,
    actual: actual ?? null,
    outcome,
    reason: reason ?? null,
    severity: severity ?? null,
    remediation: remediation ?? null,
  };
}

function phaseJson({ phase, required, state, counts, missing, tests }: PhaseResult): JsonObject {
  const { passed, failed, skipped, pending, other } = counts;
  return {
    phase,
    required,
    state,
    counts: { passed, failed, skipped, pending, other },
    missing,
    tests: tests.map(({ name, status, message }) => ({ name, status, message: message ?? null })),
  };
}
