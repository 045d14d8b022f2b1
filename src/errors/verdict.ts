import type { Meanings } from './meaning.ts';

/** A decision is needed. */
export const OPEN_DECISIONS = {
  UNSIGNED: ['undecided', 'the evidence is not signed'],
  SIGNER_NOT_PINNED: ['undecided', 'nobody said which signer is expected'],
} as const satisfies Meanings;
