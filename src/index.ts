// The public library: names re-exported, no logic. docs/architecture.md says where each is.

// oxlint-disable-next-line import/no-unassigned-import -- it refuses a Node that cannot run the rest
import './io/process/require-node.ts';

export { encodeArchive, type EncodeOptions } from './archive/encode-archive.ts';
export type { BundleFile, Entry, Layout, ReceivedFile, ReceivedFiles } from './archive/entry.ts';
export { gunzip } from './archive/gzip.ts';
export { memoryFile } from './archive/entry.ts';
export { readTar } from './archive/read-tar.ts';
export type { CheckOutcome, CheckResult } from './attestation/check-log.ts';
export type { Signature } from './attestation/kind.ts';
export type { Sealed, Signer, Signing } from './attestation/seal.ts';
export type { Verdict } from './attestation/verdict.ts';
export type { Verification, VerifyOptions } from './attestation/verify.ts';
export { parseBom, type Bom, type BomComponent, type BomSummary } from './bom/bom.ts';
export { isBundlePath, type BundlePath } from './bundle-path.ts';
export { digestOf, type Digest } from './digest.ts';
export { Plain, type Data, type DataMap } from './document/data.ts';
export { decodeJson } from './document/json.ts';
export { decodeYaml } from './document/yaml.ts';
export { ERROR_CATALOGUE, type ErrorCode } from './errors/catalogue.ts';
export { EvidenceError, type Fault, type Finding } from './errors/evidence-error.ts';
export type { ErrorClass } from './errors/meaning.ts';
export { canonicalRecipe, recipeDigest } from './evidence/aicr/canonical-yaml.ts';
export type { CanonicalRules } from './evidence/aicr/canonical-yaml.ts';
export type { ClusterAssessment } from './evidence/validate/judge.ts';
export type { PointerFile } from './evidence/verify/check-pointer.ts';
export {
  CHECK_NAMES,
  LOGS_CHECK,
  OWN_RECIPE_CHECK,
  POINTER_CHECK,
} from './evidence/verify/checks.ts';
export type { CheckName } from './evidence/verify/checks.ts';
export type { ReceivedPredicate } from './evidence/claim/predicate.ts';
export { evaluateConstraints } from './evidence/constraint/evaluate.ts';
export type { ConstraintOutcome, ConstraintResult } from './evidence/constraint/evaluate.ts';
export type { Figure, FigureOutcome, PhaseConstraint } from './evidence/figure/figure.ts';
export { verifyArtifact, type ArtifactChoice } from './evidence/verify/verify-artifact.ts';
export type {
  ArtifactSource,
  Fate,
  JudgedAttestation,
  TriedReferrer,
} from './evidence/verify/artifact-source.ts';
export { verifyEvidence } from './evidence/verify/verify-evidence.ts';
export type {
  VerificationReport,
  VerifyEvidenceOptions,
} from './evidence/verify/verify-evidence.ts';
export type { Facts } from './evidence/validate/facts.ts';
export { EVIDENCE_LAYOUT, LOGS_LAYOUT } from './evidence/layout.ts';
export { artifactOf } from './evidence/pack/artifact-of.ts';
export { packEvidence } from './evidence/pack/pack-evidence.ts';
export { pointerToArtifact } from './evidence/pack/pointer-to-artifact.ts';
export type { UnsignedEvidence } from './evidence/pack/read-unsigned.ts';
export { readUnsignedArtifact, signAsArtifact } from './evidence/pack/unsigned-artifact.ts';
export type { UnsignedArtifact } from './evidence/pack/unsigned-artifact.ts';
export { parseOpenings, type Openings } from './evidence/redact/openings.ts';
export { encodeRevealed } from './evidence/redact/revealed.ts';
export type { WithheldValue } from './evidence/redact/commitment.ts';
export type { PackInputs } from './evidence/pack/pack-evidence.ts';
export type { PackedEvidence } from './evidence/pack/packed-evidence.ts';
export { parsePhaseReport, parseResults } from './evidence/phase/ctrf.ts';
export type {
  CtrfReport,
  Original,
  ReportPlace,
  Results,
  ResultsInput,
} from './evidence/phase/ctrf.ts';
export { mapOriginal } from './evidence/results/original.ts';
export type { Phase, PhaseCounts, PhaseResult, PhaseTest } from './evidence/phase/phase.ts';
export type { RecipeConstraint } from './evidence/recipe/recipe-validation.ts';
export {
  parseOwnRecipe,
  parseRecipe,
  type ReadRecipe,
  type TypedRecipe,
  type Recipe,
} from './evidence/recipe/recipe.ts';
export { parseCatalogue, type Catalogue } from './evidence/resolve/catalogue.ts';
export { ownRecipes, type OwnRecipe, type OwnRecipes } from './evidence/resolve/own-recipe.ts';
export { queryOf } from './evidence/resolve/query.ts';
export type { RecipeFiles } from './evidence/resolve/recipe-files.ts';
export { recipeText } from './evidence/resolve/recipe-text.ts';
export { resolve, type Resolution, type ResolveOptions } from './evidence/resolve/resolve.ts';
export { fingerprintOf, type Fingerprint } from './evidence/snapshot/fingerprint.ts';
export { matchRecipe } from './evidence/snapshot/match.ts';
export type { CriteriaMatch, DimensionMatch, MatchState } from './evidence/snapshot/match.ts';
export { parseSnapshot, type Snapshot } from './evidence/snapshot/snapshot.ts';
export type { Subtype } from './evidence/snapshot/subtype.ts';
export { parseEvidenceStatement } from './evidence/dialect/read-statement.ts';
export { validate } from './evidence/validate/validate.ts';
export type { NamedDocument, Validation, ValidationInputs } from './evidence/validate/validate.ts';
export type { ValidationReport } from './evidence/validate/facts.ts';
export { openEntries } from './io/disk/bundle-source.ts';
export { readRecipeFiles } from './io/disk/recipe-files.ts';
export { openLayout, type OciLayout } from './io/oci/layout.ts';
export { openRegistry, type OpenRegistry } from './io/oci/open-registry.ts';
export { downloadBlob } from './io/oci/partial-blob.ts';
export { pausesOf } from './io/oci/pauses.ts';
export { writeLayout, type WriteLayout } from './io/oci/write-layout.ts';
export { keylessSigner, type KeylessSigning } from './io/sigstore/keyless-signer.ts';
export { keySigner, type KeySigning } from './io/sigstore/key-signer.ts';
export { parseManifest, type Manifest, type ManifestFile } from './manifest/manifest.ts';
export { parsePointer, renderPointer } from './evidence/pointer/pointer.ts';
export type { PointedArtifact, PointedSigner, Pointer } from './evidence/pointer/pointer.ts';
export type { PointedCopies } from './evidence/pointer/pointed-copies.ts';
export { artifactManifest, defaultTag, requireArtifact } from './pointer/artifact.ts';
export type { ArtifactOf } from './pointer/artifact.ts';
export { placeStatus } from './pointer/artifact-status.ts';
export type {
  AskedFor,
  AttachedStatus,
  PlaceStatus,
  Service,
  TagStatus,
} from './pointer/artifact-status.ts';
export { attachReferrer, type Pauses } from './pointer/attach.ts';
export { attestationManifest, requireAttestation } from './pointer/attestation-manifest.ts';
export { copyArtifact, openFrom, readArtifact } from './pointer/copy-artifact.ts';
export type { CopiedArtifact } from './pointer/copy-artifact.ts';
export { findAttestations, readAttestation } from './pointer/find-attestations.ts';
export type {
  AttachedBundle,
  OtherReferrer,
  Referrer,
  UnreadReferrer,
} from './pointer/find-attestations.ts';
export { parseOciIndex, referrersTag, withReferrer } from './pointer/oci-index.ts';
export type { OciIndex } from './pointer/oci-index.ts';
export { parseOciManifest, type OciManifest } from './pointer/oci-manifest.ts';
export { pushEvidence, type PushedEvidence } from './pointer/push.ts';
export { pushManifest, type OpenBlob } from './pointer/push-manifest.ts';
export type {
  Descriptor,
  ReferrerList,
  Registry,
  Repository,
  StoredManifest,
} from './pointer/registry.ts';
export { keysOf, parsePolicy, policyOfKey, type Policy } from './policy/policy.ts';
export type { PolicySigner } from './policy/policy-signer.ts';
export { diffJson, storedSide, verifiedSide } from './report/diff-json.ts';
export type { ChangeJson, DiffJson, ShownSide, SideJson } from './report/diff-json.ts';
export { summarise, type SummaryOptions } from './report/summarise.ts';
export { encodeSvr, encodeVsa, type Summary } from './summary/encode-summary.ts';
export {
  verifySummary,
  type SummaryFile,
  type SummaryFound,
  type SummaryReport,
} from './summary/verify-summary.ts';
export type { ReceivedSummary } from './summary/parse-summary.ts';
export { summaryReportJson, type SummaryReportJson } from './report/summary-report.ts';
export { encodeReport } from './report/encode-report.ts';
export { validationJson, verificationJson } from './report/json.ts';
export { renderDiffMarkdown, renderMarkdown } from './report/render/markdown.ts';
export { renderDiffTerminal, renderTerminal } from './report/render/terminal.ts';
export type {
  ReportJson,
  StoredReport,
  ValidationJson,
  VerificationJson,
} from './report/report-json.ts';
export { parseStoredReport } from './report/stored-report.ts';
export { keyCredential, type KeyCredential } from './sign/key-credential.ts';
export { parseKeyFile, type KeyFile, type PrivateKey } from './sign/key-file.ts';
export { publicGoodSigningConfig } from './sign/public-good-signing-config.ts';
export { parseSigningConfig, type SigningConfig } from './sign/signing-config.ts';
export type { Tool } from './tool.ts';
export type { Identity } from './trust/trust.ts';
export type { PublicKey } from './trust/public-key.ts';
export { publicGoodRoot } from './trust/public-good.ts';
export { sigstoreTrust } from './trust/verify/sigstore-trust.ts';
export type { Proof, Trust, TrustedRootInfo } from './trust/trust.ts';
export type { DocumentFile } from './trust/message-reader.ts';
