import type { Meanings } from './meaning.ts';

/** Honest red: the evidence is whole, and it says that something is not right. */
export const RED_RESULTS = {
  CLUSTER_MISMATCH: ['failed', 'the cluster is not what the recipe is for'],
  CLUSTER_UNKNOWN: ['failed', 'the snapshot does not show what the recipe demands'],
  CONSTRAINT_FAILED: ['failed', 'a constraint does not hold'],
  CONSTRAINT_UNEVALUABLE: ['failed', 'a constraint cannot be evaluated'],
  PHASE_NOT_GREEN: ['failed', 'a phase is not green'],
} as const satisfies Meanings;

/** A decision is needed. */
export const OPEN_DECISIONS = {
  UNSIGNED: ['undecided', 'the evidence is not signed'],
  SIGNER_NOT_PINNED: ['undecided', 'nobody said which signer is expected'],
} as const satisfies Meanings;
