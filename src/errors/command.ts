import type { Meanings } from './meaning.ts';

/** How the command was called. */
export const COMMAND_ERRORS = {
  USAGE: ['usage', 'the command line is not understood'],
  RESULTS_REQUIRED: ['usage', 'evidence needs results'],
  IDENTITY_INCOMPLETE: ['usage', 'an identity needs its issuer, and an issuer its identity'],
  TOKEN_MISSING: ['usage', 'signing needs an identity token'],
  SOURCE_DATE_EPOCH_INVALID: ['usage', 'SOURCE_DATE_EPOCH cannot be used'],
} as const satisfies Meanings;

/** The program itself. */
export const PROCESS_ERRORS = {
  INTERNAL: ['internal', 'a bug in affidavit'],
  INTERRUPTED: ['interrupted', 'interrupted'],
} as const satisfies Meanings;
