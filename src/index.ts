// The public library: names re-exported, no logic. docs/architecture.md tells where each lives.

export type { BundleFile, Entry, ReceivedFile, ReceivedFiles } from './archive/entry.ts';
export { gunzip, gzip } from './archive/gzip.ts';
export { memoryFile } from './archive/memory-file.ts';
export { readTar } from './archive/read-tar.ts';
export { writeTar } from './archive/write-tar.ts';
export { openEntries } from './io/bundle-source.ts';
export { isBundlePath } from './bundle-path.ts';
export type { BundlePath } from './bundle-path.ts';
export { parseBom } from './bom/bom.ts';
export type { Bom, BomComponent } from './bom/bom.ts';
export type { ConstraintOutcome, ConstraintResult } from './constraint/evaluate.ts';
export { evaluateConstraints } from './constraint/evaluate.ts';
export type { Digest } from './digest.ts';
export { digestOf } from './digest.ts';
export { Plain } from './document/data.ts';
export type { Data, DataMap } from './document/data.ts';
export { decodeJson } from './document/json.ts';
export { decodeYaml } from './document/yaml.ts';
export { ERROR_CATALOGUE, EvidenceError } from './errors.ts';
export type { ErrorClass, ErrorCode, Finding } from './errors.ts';
export { parseManifest } from './manifest/manifest.ts';
export type { Manifest, ManifestFile } from './manifest/manifest.ts';
export { packEvidence } from './pack/pack-evidence.ts';
export type { PackInputs, PackedEvidence } from './pack/pack-evidence.ts';
export { parsePhaseReport, parseResults } from './phase/ctrf.ts';
export type { CtrfReport, ReportPlace, Results, ResultsInput } from './phase/ctrf.ts';
export type { Phase, PhaseCounts, PhaseResult, PhaseTest } from './phase/phase.ts';
export { parsePolicy } from './policy/policy.ts';
export type { Identity, Policy } from './policy/policy.ts';
export { parseRecipe } from './recipe/recipe.ts';
export type { RecipeConstraint } from './recipe/recipe-constraint.ts';
export type { Recipe } from './recipe/recipe.ts';
export { canonicalRecipe } from './aicr/canonical-yaml.ts';
export type { CanonicalRules } from './aicr/canonical-yaml.ts';
export { recipeDigest } from './aicr/recipe-digest.ts';
export { encodeReport, validationJson, verificationJson } from './report/json.ts';
export type { JsonObject } from './report/json.ts';
export { renderValidationMarkdown, renderVerificationMarkdown } from './report/markdown.ts';
export type {
  BomSummary,
  Facts,
  Tool,
  ValidationReport,
  VerificationReport,
} from './report/report.ts';
export { renderValidationTerminal, renderVerificationTerminal } from './report/terminal.ts';
export type { Signing } from './sign/sign-statement.ts';
export type { Signer } from './sign/signer.ts';
export { fingerprintOf } from './snapshot/fingerprint.ts';
export type { Fingerprint } from './snapshot/fingerprint.ts';
export { matchRecipe } from './snapshot/match.ts';
export type { CriteriaMatch, DimensionMatch, MatchState } from './snapshot/match.ts';
export { parseSnapshot } from './snapshot/snapshot.ts';
export type { Snapshot, Subtype } from './snapshot/snapshot.ts';
export type { ReceivedPredicate } from './statement/predicate.ts';
export { parseStatement } from './statement/statement.ts';
export { publicGoodRoot } from './trust/public-good.ts';
export { sigstoreTrust } from './trust/sigstore-trust.ts';
export { validate } from './validate/validate.ts';
export type { ClusterAssessment } from './validate/assess-cluster.ts';
export type { NamedDocument, Validation, ValidationInputs } from './validate/validate.ts';
export type { CheckName, CheckOutcome, CheckResult, Fault } from './verify/check.ts';
export { CHECK_NAMES } from './verify/check.ts';
export type { SignedPayload, Trust, TrustedRootInfo } from './verify/trust.ts';
export type { Verdict } from './verify/verdict.ts';
export { verifyEvidence } from './verify/verify-evidence.ts';
export type { VerifyOptions } from './verify/verify-evidence.ts';
