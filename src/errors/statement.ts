import type { Meanings } from './meaning.ts';

/** The statement. */
export const STATEMENT_ERRORS = {
  STATEMENT_INVALID: ['invalid', 'the statement is not an in-toto statement about a recipe'],
  STATEMENT_DIFFERS: ['invalid', 'statement.intoto.json differs from what was signed'],
  PREDICATE_TYPE_UNKNOWN: ['invalid', 'the predicateType is not known'],
} as const satisfies Meanings;
