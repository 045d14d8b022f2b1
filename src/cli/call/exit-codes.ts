import { ENDING_EXIT_CODES, type Ending } from '../../attestation/verdict.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import type { ErrorClass } from '../../errors/meaning.ts';

/** All exit codes. docs/cli.md repeats them for users, and a test runs every row. */
export const EXIT_CODES = {
  ...ENDING_EXIT_CODES,
  /** 128 + SIGINT. */
  interrupted: 130,
} as const satisfies Record<Ending | Exclude<ErrorClass, 'finding'>, number>;

/** The exit code of an error that ended a command. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof EvidenceError) || error.class === 'finding') return EXIT_CODES.internal;
  return EXIT_CODES[error.class];
}
