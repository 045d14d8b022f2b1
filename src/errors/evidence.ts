import type { Meanings } from './meaning.ts';

/** When the evidence was signed. */
export const EVIDENCE_TIME_ERRORS = {
  SIGNED_BEFORE_RUN: ['invalid', 'the evidence was signed before it was made'],
} as const satisfies Meanings;

/** What the statement claims of recipe, snapshot and results. */
export const CLAIM_ERRORS = {
  RECIPE_DIFFERS: ['invalid', 'the recipe is not the one that the statement names'],
  PROFILE_HISTORICAL: [
    'undecided',
    'the profile of the recipe was bound by other policy descriptors than those that are known',
  ],
  RECIPE_NOT_CANONICAL: ['invalid', 'recipe.yaml of the bundle is not the canonical text'],
  FINGERPRINT_DIFFERS: ['invalid', 'the claimed fingerprint differs from the snapshot'],
  MATCH_DIFFERS: ['invalid', 'the claimed match differs from recipe and snapshot'],
  CONSTRAINTS_DIFFER: ['invalid', 'the claimed constraint results differ from recipe and snapshot'],
  PHASES_DIFFER: ['invalid', 'the claimed phase results differ from the CTRF reports'],
  MEASURED_DIFFERS: ['invalid', 'the claimed figures differ from the CTRF reports'],
  VALIDATORS_DIFFER: ['invalid', 'the claimed validator images differ from the CTRF reports'],
  REDACTION_DIFFERS: ['invalid', 'the evidence is not redacted as its statement says'],
  OPENINGS_OTHER: ['invalid', 'the openings, or the revealed values, are of another bundle'],
  REVEALED_DIFFERS: ['invalid', 'a revealed value is not one that was withheld'],
  REDACTION_CHANGES_RESULT: ['invalid', 'the redacted snapshot would show something else'],
  LOGS_DIFFER: ['invalid', 'the logs are not those that the statement names'],
  BOM_DIFFERS: ['invalid', 'the claimed bill of materials differs from the file'],
} as const satisfies Meanings;

/** What snapshot and results say of the run, compared with each other. The second half is for a person to judge. */
export const RUN_COHERENCE = {
  RUN_CLUSTERS_DIFFER: ['invalid', 'the phases were run on different clusters'],
  RUN_SERVERS_DIFFER: ['invalid', 'snapshot and phases saw different Kubernetes versions'],
  RUN_AFTER_EVIDENCE: ['invalid', 'a phase ended after the evidence was made or signed'],
  RUN_SPAN_TOO_LONG: ['undecided', 'snapshot and phases are far apart in time'],
  RUN_TOOLS_DIFFER: ['undecided', 'the phases were run by different versions of a tool'],
  RUN_TEST_TOO_LONG: ['undecided', 'a test took longer than its phase'],
} as const satisfies Meanings;

/** What nobody but the signer can know. */
export const CLAIMED_VALUES = {
  VALUE_CLAIMED: ['undecided', 'a value is not shown, and only claimed'],
} as const satisfies Meanings;

/** Honest red: the evidence is intact, and it says that something is not right. */
export const RED_RESULTS = {
  CLUSTER_MISMATCH: ['failed', 'the cluster is not what the recipe is for'],
  CLUSTER_UNKNOWN: ['failed', 'the snapshot does not show what the recipe demands'],
  CONSTRAINT_FAILED: ['failed', 'a constraint does not hold'],
  CONSTRAINT_UNEVALUABLE: ['failed', 'a constraint cannot be evaluated'],
  PHASE_NOT_GREEN: ['failed', 'a phase is not green'],
  FIGURE_CONTRADICTS: ['failed', 'a measured figure is not what the recipe demands'],
} as const satisfies Meanings;
