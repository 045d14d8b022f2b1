import type { Meanings } from './meaning.ts';

/** What only those who write recipes are told: `recipe lint` and `recipe migrate`. */
export const LINT_ERRORS = {
  CONSTRAINT_INVALID: [
    'invalid',
    'a constraint names nothing that is measured, or cannot be decided',
  ],
  CHECK_UNKNOWN: ['invalid', 'no validator runs a check in this phase'],
  COMPONENT_UNKNOWN: ['invalid', 'the registry has no such component'],
  MIGRATION_REFUSED: ['invalid', 'the document cannot have a current header as it is'],
} as const satisfies Meanings;
