/**
 * What an error means for the verdict. Each class has one exit code (`cli/exit-codes.ts`); a
 * `finding` never changes a verdict, it is shown.
 */
export type ErrorClass =
  | 'failed'
  | 'invalid'
  | 'unjudged'
  | 'undecided'
  | 'usage'
  | 'internal'
  | 'interrupted'
  | 'finding';

/** The closed list of codes. `docs/errors.md` has a section for each, and a test keeps both equal. */
export const ERROR_CATALOGUE = {
  // Documents: what a recipe, a snapshot, a result or a policy may look like.
  DOCUMENT_INVALID: ['invalid', 'the document cannot be read as what it should be'],
  DOCUMENT_UNSUPPORTED: ['invalid', 'the document uses a feature of its format that is not read'],
  DOCUMENT_DUPLICATE_KEY: ['invalid', 'the document names one key twice'],
  FIELD_MISSING: ['invalid', 'a field is missing'],
  FIELD_INVALID: ['invalid', 'a field has a value that it cannot have'],
  FIELD_UNKNOWN: ['invalid', 'the document has a field that its schema does not know'],
  KIND_UNEXPECTED: ['invalid', 'the document is of another kind'],
  API_VERSION_UNKNOWN: ['invalid', 'the apiVersion is not known'],
  API_VERSION_RETIRED: ['invalid', 'evidence of a retired apiVersion was not asked for'],
  SCHEMA_VERSION_UNKNOWN: ['invalid', 'the schemaVersion is not known'],
  RECIPE_PROFILE_UNSUPPORTED: ['invalid', 'the recipe carries a profile'],
  RECIPE_OVERLAY_UNSUPPORTED: ['invalid', 'the recipe is an overlay, not a resolved recipe'],
  LIMIT_EXCEEDED: ['invalid', 'the input is larger than the limit'],

  // Results and logs.
  RESULTS_MISSING: ['invalid', 'no CTRF report was found'],
  RESULTS_PHASE_UNKNOWN: ['invalid', 'the results are of a phase that does not exist'],
  RESULTS_PHASE_CONFLICT: ['invalid', 'the results name two phases for one report'],
  RESULTS_PHASE_DUPLICATE: ['invalid', 'one phase has two reports'],
  RESULTS_SUMMARY_DIFFERS: [
    'invalid',
    'the summary of a report differs from the count of its tests',
  ],
  LOGS_INVALID: ['invalid', 'the logs directory holds something that is not a log'],

  // The archive and its files.
  ARCHIVE_UNREADABLE: ['invalid', 'the input is not one whole gzip-compressed tar archive'],
  ARCHIVE_UNSAFE: ['invalid', 'the archive holds an entry that a bundle must not hold'],
  BUNDLE_INCOMPLETE: ['invalid', 'the bundle lacks a file that every bundle has'],
  FILE_MISSING: ['invalid', 'a file that the manifest lists is missing'],
  FILE_EXTRA: ['invalid', 'the bundle holds a file that the manifest does not list'],
  FILE_DIFFERS: ['invalid', 'a file differs from the manifest'],
  MANIFEST_DIFFERS: ['invalid', 'the manifest differs from the one that the statement names'],

  // The signature.
  SIGSTORE_BUNDLE_INVALID: ['invalid', 'the attestation is not a well-formed Sigstore bundle'],
  SIGNATURE_INVALID: ['invalid', 'the signature does not verify'],
  CERTIFICATE_INVALID: ['invalid', 'the signing certificate is not trusted'],
  LOG_ENTRY_INVALID: ['invalid', 'the transparency log entry does not prove this signature'],
  TIMESTAMP_INVALID: ['invalid', 'the time of signing is not proven'],
  PAYLOAD_TYPE_UNEXPECTED: ['invalid', 'what was signed is not an in-toto statement'],
  SIGNER_NOT_ALLOWED: ['invalid', 'the signer is not one that is allowed'],
  SIGNED_BEFORE_RUN: ['invalid', 'the evidence was signed before it was made'],

  // The statement and what it claims.
  STATEMENT_INVALID: ['invalid', 'the statement is not an in-toto statement about a recipe'],
  STATEMENT_DIFFERS: ['invalid', 'statement.intoto.json differs from what was signed'],
  PREDICATE_TYPE_UNKNOWN: ['invalid', 'the predicateType is not known'],
  RECIPE_DIFFERS: ['invalid', 'the recipe is not the one that the statement names'],
  FINGERPRINT_DIFFERS: ['invalid', 'the claimed fingerprint differs from the snapshot'],
  MATCH_DIFFERS: ['invalid', 'the claimed match differs from recipe and snapshot'],
  CONSTRAINTS_DIFFER: ['invalid', 'the claimed constraint results differ from recipe and snapshot'],
  PHASES_DIFFER: ['invalid', 'the claimed phase results differ from the CTRF reports'],
  BOM_DIFFERS: ['invalid', 'the claimed bill of materials differs from the file'],

  // Honest red: the evidence is whole, and it says that something is not right.
  CLUSTER_MISMATCH: ['failed', 'the cluster is not what the recipe is for'],
  CLUSTER_UNKNOWN: ['failed', 'the snapshot does not show what the recipe demands'],
  CONSTRAINT_FAILED: ['failed', 'a constraint does not hold'],
  CONSTRAINT_UNEVALUABLE: ['failed', 'a constraint cannot be evaluated'],
  PHASE_NOT_GREEN: ['failed', 'a phase is not green'],

  // A decision is needed.
  UNSIGNED: ['undecided', 'the evidence is not signed'],
  SIGNER_NOT_PINNED: ['undecided', 'nobody said which signer is expected'],

  // Nothing was judged.
  FILE_UNREADABLE: ['unjudged', 'a file cannot be read'],
  FILE_UNWRITABLE: ['unjudged', 'a file cannot be written'],
  FILE_CHANGED: ['unjudged', 'a file changed while it was being read'],
  OUTPUT_EXISTS: ['unjudged', 'the output exists already'],
  POLICY_INVALID: ['unjudged', 'the policy cannot be used'],
  TRUSTED_ROOT_INVALID: ['unjudged', 'the trusted root cannot be used'],
  SIGNING_CONFIG_INVALID: ['unjudged', 'the signing config cannot be used'],
  SIGNING_FAILED: ['unjudged', 'signing did not succeed'],
  SELF_CHECK_FAILED: ['unjudged', 'what was signed does not verify and was not written'],
  SERVICE_FAILED: ['unjudged', 'a service did not answer as it should'],
  COMMAND_NOT_STARTED: ['unjudged', 'the command cannot be started'],
  PORT_UNAVAILABLE: ['unjudged', 'the port cannot be used'],
  NODE_UNSUPPORTED: ['unjudged', 'this Node cannot run affidavit'],
  NETWORK_BLOCKED: ['unjudged', 'a network call was attempted offline'],

  // How the command was called.
  USAGE: ['usage', 'the command line is not understood'],
  RESULTS_REQUIRED: ['usage', 'evidence needs results'],
  IDENTITY_INCOMPLETE: ['usage', 'an identity needs its issuer, and an issuer its identity'],
  TOKEN_MISSING: ['usage', 'signing needs an identity token'],
  SOURCE_DATE_EPOCH_INVALID: ['usage', 'SOURCE_DATE_EPOCH cannot be used'],

  INTERNAL: ['internal', 'a bug in affidavit'],
  INTERRUPTED: ['interrupted', 'interrupted'],

  // Findings: shown, and without effect on the verdict.
  API_VERSION_OUTDATED: ['finding', 'the apiVersion is retired or missing'],
  KIND_MISSING: ['finding', 'the document does not say of which kind it is'],
  MEASUREMENT_DUPLICATE: ['finding', 'the snapshot measures one thing twice'],
  FIELD_IGNORED: ['finding', 'the document has a field that this version does not know'],
  TIMESTAMP_DOUBTFUL: [
    'finding',
    'the timestamp of the document is missing, malformed or in the future',
  ],
  VERSION_DOUBTFUL: ['finding', 'the tool version of the document is not a semantic version'],
  RESULTS_FILE_IGNORED: ['finding', 'a file beside the results is not a CTRF report'],
  DIMENSION_UNKNOWN: ['finding', 'the snapshot does not show this'],
  DIMENSION_NOT_INFERABLE: ['finding', 'a snapshot cannot show this'],
  CHECK_SKIPPED: ['finding', 'a check was skipped'],
  FILE_NOT_JUDGED: ['finding', 'the bundle holds a file that is no part of evidence'],
  PHASE_NOT_LISTED: ['finding', 'the recipe does not list this phase'],
  BOM_IMAGE_MISSING: [
    'finding',
    'an image of the snapshot or recipe is not in the bill of materials',
  ],
  BOM_IMAGE_UNKNOWN: [
    'finding',
    'an image of the bill of materials is in neither snapshot nor recipe',
  ],
  BOM_COMPONENT_DIFFERS: [
    'finding',
    'a component of the bill of materials differs from the recipe',
  ],
  SCHEMA_NEWER: ['finding', 'the document was written by a newer minor version'],
  NOT_CLAIMED: ['finding', 'the statement makes no claim here; the recomputed value is shown'],
} as const satisfies Record<string, readonly [ErrorClass, string]>;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;

export interface ErrorDetail {
  /** Where: a file, and in it a JSON pointer as a fragment (RFC 6901 §6), e.g. `recipe.yaml#/kind`. */
  readonly at?: string | undefined;
  /** What was found. Foreign text goes through `quote` first. */
  readonly found: string;
  readonly expected: string;
  /** What the user can do next. */
  readonly hint: string;
  readonly cause?: unknown;
}

/** The one error class of this project: everything that is wrong with an input, a service or a call. */
export class EvidenceError extends Error {
  override readonly name = 'EvidenceError';
  readonly code: ErrorCode;
  readonly at: string | undefined;
  readonly found: string;
  readonly expected: string;
  readonly hint: string;

  constructor(code: ErrorCode, detail: ErrorDetail) {
    super(`${ERROR_CATALOGUE[code][1]}: found ${detail.found}, expected ${detail.expected}`, {
      cause: detail.cause,
    });
    this.code = code;
    this.at = detail.at;
    this.found = detail.found;
    this.expected = detail.expected;
    this.hint = detail.hint;
  }

  get class(): ErrorClass {
    return ERROR_CATALOGUE[this.code][0];
  }
}

/** The same complaint under another code, and perhaps at another place; the error itself is its cause. */
export function withCode(error: EvidenceError, code: ErrorCode, at = error.at): EvidenceError {
  const { found, expected, hint } = error;
  return new EvidenceError(code, { at, found, expected, hint, cause: error });
}

/** One thing that is wrong, as a value: it decides a verdict together with others. */
export interface Fault {
  readonly code: ErrorCode;
  /** As in `ErrorDetail`. */
  readonly at: string | undefined;
  readonly found: string;
  readonly expected: string;
  readonly hint: string;
}

/** Something worth saying that changes no verdict. */
export type Finding = Fault;
