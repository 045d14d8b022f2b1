import type { ReceivedFiles } from '../archive/entry.ts';
import type { Layout } from '../archive/layout.ts';
import type { Finding } from '../errors/fault.ts';
import type { CheckLog } from './check-log.ts';
import type { Judges, Signature } from './open-attestation.ts';

/**
 * One kind of signed thing, e.g. recipe evidence: what differs from kind to kind on the one line that
 * all of them share (`verify`). docs/decisions/0007
 *
 * @typeParam Name the names of its checks
 * @typeParam Found what it found out beside verdict and findings
 */
export interface Kind<Name extends string, Found extends object> {
  readonly layout: Layout;
  /** Every check, in the order of the report. The verdict is `verified` only if each has passed. */
  readonly checks: readonly Name[];
  /** The check that the archive holds what the layout allows. */
  readonly archiveCheck: Name;
  /** What only a signature can pass: all that `allowUnsigned` gives up. */
  readonly signatureChecks: readonly Name[];
  /** What is found of an archive that cannot be read. */
  readonly nothingFound: Found;
  /** Opens the attestations and judges what they say; makes every check but the archive's. */
  judge(log: CheckLog<Name>, received: Received, judges: Judges): Judged<Found>;
}

/** What was received: hashed, and nothing of it believed yet. */
export interface Received {
  readonly files: ReceivedFiles;
  /** Attestations that do not lie in the archive, by the name that complaints give them. */
  readonly outside: ReadonlyMap<string, Uint8Array>;
}

/** What a kind found; as much of it as the line reached. */
export interface Judged<Found extends object> {
  /** The signature that the report names; a kind with several attestations has one signer for all. */
  readonly signature: Signature;
  readonly found: Found;
  readonly findings: readonly Finding[];
}
