import type { Meanings } from './meaning.ts';

/** The statement and what it claims. */
export const STATEMENT_ERRORS = {
  STATEMENT_INVALID: ['invalid', 'the statement is not an in-toto statement about a recipe'],
  STATEMENT_DIFFERS: ['invalid', 'statement.intoto.json differs from what was signed'],
  PREDICATE_TYPE_UNKNOWN: ['invalid', 'the predicateType is not known'],
  RECIPE_DIFFERS: ['invalid', 'the recipe is not the one that the statement names'],
  FINGERPRINT_DIFFERS: ['invalid', 'the claimed fingerprint differs from the snapshot'],
  MATCH_DIFFERS: ['invalid', 'the claimed match differs from recipe and snapshot'],
  CONSTRAINTS_DIFFER: ['invalid', 'the claimed constraint results differ from recipe and snapshot'],
  PHASES_DIFFER: ['invalid', 'the claimed phase results differ from the CTRF reports'],
  BOM_DIFFERS: ['invalid', 'the claimed bill of materials differs from the file'],
} as const satisfies Meanings;
