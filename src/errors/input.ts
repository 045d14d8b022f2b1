import type { Meanings } from './meaning.ts';

/** What was given: documents, results, and the archive with its files. */
export const INPUT_ERRORS = {
  // Documents: what a recipe, a snapshot, a result or a policy may look like.
  DOCUMENT_INVALID: ['invalid', 'the document cannot be read as what it should be'],
  DOCUMENT_UNSUPPORTED: ['invalid', 'the document uses a feature of its format that is not read'],
  DOCUMENT_DUPLICATE_KEY: ['invalid', 'the document names one key twice'],
  FIELD_MISSING: ['invalid', 'a field is missing'],
  FIELD_INVALID: ['invalid', 'a field has a value that it cannot have'],
  FIELD_UNKNOWN: ['invalid', 'the document has a field that its schema does not know'],
  KIND_UNEXPECTED: ['invalid', 'the document is of another kind'],
  API_VERSION_UNKNOWN: ['invalid', 'the apiVersion is not known'],
  BOM_INVALID: ['invalid', 'the bill of materials is not what its schema allows'],
  VALIDATOR_IMAGE_REFUSED: ['invalid', 'a validator image is of no test, or not that of its test'],
  VALIDATOR_IMAGE_MUTABLE: ['invalid', 'a validator is named by a tag that may be moved'],
  API_VERSION_RETIRED: [
    'invalid',
    'the apiVersion is retired or missing, and evidence of it was not asked for',
  ],
  SCHEMA_VERSION_UNKNOWN: ['invalid', 'the schemaVersion is not known'],
  RECIPE_OVERLAY_UNSUPPORTED: ['invalid', 'the recipe is an overlay, not a resolved recipe'],
  OVERLAY_OTHER: ['invalid', 'the overlay is not the one of the recipes'],
  RECIPE_IS_CHART: ['invalid', 'a Helm chart is no recipe'],
  // A directory of recipes, and what is resolved from it.
  RECIPES_INCOMPLETE: ['invalid', 'the directory is none of AICR recipes'],
  RULES_TOO_OLD: ['invalid', 'the recipes have something that the rules of AICR v0.11 do not know'],
  OVERLAY_DUPLICATE: ['invalid', 'two files have one name'],
  OVERLAY_PARENT_MISSING: ['invalid', 'an overlay inherits from one that is not there'],
  OVERLAY_CYCLE: ['invalid', 'an overlay inherits from itself'],
  OVERLAYS_DISAGREE: [
    'invalid',
    'overlays of equal rank disagree, and AICR v0.11 orders them at random',
  ],
  CRITERIA_UNCOVERED: ['invalid', 'no overlay is for a criterion together with the others'],
  MIXIN_MISSING: ['invalid', 'a mixin is not there'],
  MIXIN_CONFLICT: ['invalid', 'a mixin says what it may not say'],
  PROFILE_INVALID: ['invalid', 'the profile of an overlay cannot be used'],
  PROFILE_UNKNOWN: ['invalid', 'the recipe has no such profile, or no such value of it'],
  PROFILE_UNMET: ['invalid', 'the cluster is not made for the chosen value of the profile'],
  RECIPE_FILE_MISSING: ['invalid', 'a file that the recipes name is not there'],
  DEPENDENCY_UNKNOWN: ['invalid', 'a component depends on one that is not in the recipe'],
  DEPENDENCY_CYCLE: ['invalid', 'components depend on each other'],
  // AICR's pointers.
  POINTER_TO_FILE: ['invalid', 'the pointer leads to a file, not to an artifact in a registry'],
  POINTER_TO_ITSELF: ['invalid', 'the pointer leads to itself'],
  POINTER_UNFIT: ['invalid', 'a pointer cannot name this evidence'],
  POINTER_SUBJECT_DIFFERS: [
    'invalid',
    'the evidence is not signed for the artifact of the pointer',
  ],
  POINTER_DIFFERS: ['invalid', 'the pointer says something else than the evidence'],
  POINTER_PATH_OTHER: ['invalid', 'the pointer is not where its recipe, signer and digest belong'],
  REFERRER_OTHER: ['invalid', 'what is attached is attached to another artifact'],
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
  LOGS_INVALID: ['invalid', 'the logs directory has something in it that is not a log'],
  // The archive and its files.
  ARCHIVE_UNREADABLE: ['invalid', 'the input is not one complete gzip-compressed tar archive'],
  ARCHIVE_UNSAFE: ['invalid', 'the archive has an entry that is not allowed in a bundle'],
  BUNDLE_INCOMPLETE: ['invalid', 'a file that every bundle has is missing'],
  FILE_MISSING: ['invalid', 'a file that the manifest lists is missing'],
  FILE_EXTRA: ['invalid', 'the bundle has a file that the manifest does not list'],
  FILE_DIFFERS: ['invalid', 'a file differs from the manifest'],
  MANIFEST_DIFFERS: ['invalid', 'the manifest differs from the one that the statement names'],
} as const satisfies Meanings;
