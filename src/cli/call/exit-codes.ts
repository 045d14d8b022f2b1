import { VERDICT_EXIT_CODES, type Verdict } from '../../attestation/verdict.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import type { ErrorClass } from '../../errors/meaning.ts';

/** All exit codes. docs/cli.md repeats them for users, and a test runs every row. */
export const EXIT_CODES = {
  ...VERDICT_EXIT_CODES,
  /** sysexits EX_USAGE: the command was called wrongly. */
  usage: 64,
  /** sysexits EX_SOFTWARE: a bug. Never a verdict. */
  internal: 70,
  /** 128 + SIGINT. */
  interrupted: 130,
} as const satisfies Record<Verdict | Exclude<ErrorClass, 'finding'>, number>;

/** The exit code of an error that ended a command. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof EvidenceError) || error.class === 'finding') return EXIT_CODES.internal;
  return EXIT_CODES[error.class];
}
