import type { CheckLog } from '../../attestation/check-log.ts';

/** The checks that are always made of recipe evidence, in order. docs/verification.md has a section for each. */
export const CHECK_NAMES = [
  'archive-is-safe',
  'signature-is-valid',
  'signer-is-allowed',
  'statement-is-evidence',
  'signed-after-run',
  'manifest-matches-statement',
  'files-match-manifest',
  'recipe-matches-digest',
  'redaction-matches-policy',
  'fingerprint-matches-snapshot',
  'constraints-match-claims',
  'phases-match-results',
  'bom-matches-claims',
  'run-is-coherent',
  'cluster-fits-recipe',
  'constraints-hold',
  'phases-are-green',
] as const;

/** Made only if a pointer led to the evidence. */
export const POINTER_CHECK = 'pointer-matches-evidence';

/** Made only if the caller has a recipe at hand. */
export const OWN_RECIPE_CHECK = 'recipe-matches-yours';

/** Made only if the caller has the logs of redacted evidence at hand. */
export const LOGS_CHECK = 'logs-match-statement';

/** Made only if the caller has revealed values. */
export const REVEALED_CHECK = 'revealed-values-were-withheld';

/** Those that are made only if there is something to compare with, in order. */
export const MORE_CHECKS = [REVEALED_CHECK, POINTER_CHECK, OWN_RECIPE_CHECK, LOGS_CHECK] as const;

export type CheckName = (typeof CHECK_NAMES)[number] | (typeof MORE_CHECKS)[number];

export type EvidenceLog = CheckLog<CheckName>;
