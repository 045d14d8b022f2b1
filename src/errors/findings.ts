import type { Meanings } from './meaning.ts';

/** Findings: shown, without effect on the verdict, and each something that a person can act on. */
export const FINDINGS = {
  API_VERSION_OUTDATED: ['finding', 'the apiVersion is retired or missing'],
  KIND_MISSING: ['finding', 'the document does not name its kind'],
  MEASUREMENT_DUPLICATE: ['finding', 'the snapshot measures one thing twice'],
  CRITERIA_WITHOUT_OVERLAY: ['finding', 'no overlay is for a criterion that was asked for'],
  OVERLAYS_ORDERED_BY_NAME: ['finding', 'overlays of equal rank disagree, and their names decide'],
  CONSTRAINT_PATH_UNKNOWN: ['finding', 'no known snapshot has what a constraint names'],
  OVERLAY_UNREACHABLE: ['finding', 'no query finds the overlay, and no overlay inherits from it'],
  FIELD_IGNORED: ['finding', 'the document has a field that this version does not know'],
  FIELD_DROPPED: ['finding', "AICR's recipes have no such field, so it is in no digest"],
  NUMBER_REWRITTEN: ['finding', 'AICR writes this number otherwise'],
  RECIPE_DATA_OTHER: ['finding', 'the recipes at hand give another recipe'],
  RECIPE_DIGEST_OTHER: ['finding', "the recipe means what yours does, and AICR's digest differs"],
  FILES_NOT_BOUND: ['finding', 'the evidence does not bind the files that its recipe only names'],
  TEXT_NOT_NFC: ['finding', 'a text is not in the normal form of Unicode'],
  TIMESTAMP_DOUBTFUL: [
    'finding',
    'the timestamp of the document is missing, malformed or in the future',
  ],
  VERSION_DOUBTFUL: ['finding', 'the tool version of the document is not a semantic version'],
  RESULTS_FILE_IGNORED: ['finding', 'a file beside the results is not a CTRF report'],
  DIMENSION_UNKNOWN: ['finding', 'the snapshot does not show this'],
  CHECK_SKIPPED: ['finding', 'a check was skipped'],
  CHECK_FLAKY: ['finding', 'a check did not end the same each time'],
  FIGURE_MISSING: ['finding', 'no test shows a figure that the recipe demands'],
  FIGURE_UNEVALUABLE: ['finding', 'the recipe demands a figure in words that are no number'],
  FIGURE_CONSTRAINT_DIFFERS: ['finding', 'a test compared its figure with another constraint'],
  RUN_TOOL_OTHER: ['finding', 'snapshot and phases were not all made by one version of one tool'],
  RUN_DATA_MISSING: ['finding', 'the results do not say where or when they were made'],
  FILE_NOT_JUDGED: ['finding', 'the bundle has a file that is not part of evidence'],
  SUBJECT_NOT_CONFIRMED: [
    'finding',
    'the statement is about an artifact in a registry, which the bundle does not show',
  ],
  AFFIDAVIT_MISSING: [
    'finding',
    'what affidavit recorded beside the claims of AICR was not signed',
  ],
  VALIDATOR_TAG_MUTABLE: ['finding', 'a validator is named by a tag that may be moved'],
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
  SIGNER_REVOKED_LATER: ['finding', 'the signer was revoked after the evidence was signed'],
  POINTER_NOT_CONFIRMED: [
    'finding',
    'no signature shows that the evidence is from the artifact of the pointer',
  ],
  POINTER_REF_OTHER: ['finding', 'the same workflow has signed on another branch or tag'],
  MEASUREMENT_WITHHELD: [
    'finding',
    'the snapshot has a measurement of a type that is not known, and it was withheld',
  ],
  REDACTION_UNKNOWN: ['finding', 'the policy of the redaction is not known'],
  SCHEMA_NEWER: ['finding', 'the document was written by a newer minor version'],
} as const satisfies Meanings;
