import { ARCHIVE_ERRORS } from './archive.ts';
import { COMMAND_ERRORS, PROCESS_ERRORS } from './command.ts';
import { DOCUMENT_ERRORS } from './documents.ts';
import { EFFECT_ERRORS } from './effects.ts';
import { CLAIM_ERRORS, EVIDENCE_TIME_ERRORS, RED_RESULTS } from './evidence.ts';
import { FINDINGS } from './findings.ts';
import { RESULT_ERRORS } from './results.ts';
import { SIGNATURE_ERRORS } from './signature.ts';
import { STATEMENT_ERRORS } from './statement.ts';
import { OPEN_DECISIONS } from './verdict.ts';

/** The closed list of codes. `docs/errors.md` has a section for each, and a test keeps both equal. */
export const ERROR_CATALOGUE = {
  ...DOCUMENT_ERRORS,
  ...RESULT_ERRORS,
  ...ARCHIVE_ERRORS,
  ...SIGNATURE_ERRORS,
  ...EVIDENCE_TIME_ERRORS,
  ...STATEMENT_ERRORS,
  ...CLAIM_ERRORS,
  ...RED_RESULTS,
  ...OPEN_DECISIONS,
  ...EFFECT_ERRORS,
  ...COMMAND_ERRORS,
  ...PROCESS_ERRORS,
  ...FINDINGS,
} as const;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;
