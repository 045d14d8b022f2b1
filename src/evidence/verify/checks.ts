import type { CheckLog } from '../../attestation/check-log.ts';

/** The checks of recipe evidence, in order. docs/verification.md has a section for each. */
export const CHECK_NAMES = [
  'archive-is-safe',
  'signature-is-valid',
  'signer-is-allowed',
  'statement-is-evidence',
  'signed-after-run',
  'manifest-matches-statement',
  'files-match-manifest',
  'recipe-matches-digest',
  'fingerprint-matches-snapshot',
  'constraints-match-claims',
  'phases-match-results',
  'bom-matches-claims',
  'cluster-fits-recipe',
  'constraints-hold',
  'phases-are-green',
] as const;

export type CheckName = (typeof CHECK_NAMES)[number];

export type EvidenceLog = CheckLog<CheckName>;
