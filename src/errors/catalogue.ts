import { SIGNATURE_ERRORS, STATEMENT_ERRORS } from './attestation.ts';
import {
  CLAIMED_VALUES,
  CLAIM_ERRORS,
  EVIDENCE_TIME_ERRORS,
  RED_RESULTS,
  RUN_COHERENCE,
} from './evidence.ts';
import { FINDINGS } from './findings.ts';
import { INPUT_ERRORS } from './input.ts';
import { LINT_ERRORS } from './lint.ts';
import { RUN_ERRORS } from './run.ts';

/** The closed list of codes. `docs/errors.md` has a section for each, and a test keeps both equal. */
export const ERROR_CATALOGUE = {
  ...INPUT_ERRORS,
  ...LINT_ERRORS,
  ...SIGNATURE_ERRORS,
  ...EVIDENCE_TIME_ERRORS,
  ...STATEMENT_ERRORS,
  ...CLAIM_ERRORS,
  ...RUN_COHERENCE,
  ...CLAIMED_VALUES,
  ...RED_RESULTS,
  ...RUN_ERRORS,
  ...FINDINGS,
} as const;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;
