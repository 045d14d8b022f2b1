import type { Meanings } from './meaning.ts';

/** Documents: what a recipe, a snapshot, a result or a policy may look like. */
export const DOCUMENT_ERRORS = {
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
} as const satisfies Meanings;
