import type { Layout, ReceivedFiles } from '../archive/entry.ts';
import type { Digest } from '../digest.ts';
import type { Fault, Finding } from '../errors/evidence-error.ts';
import type { PolicySigner } from '../policy/policy-signer.ts';
import type { ReceivedStatement, StatementRules } from '../statement/statement.ts';
import type { DocumentFile } from '../trust/message-reader.ts';
import type { Proof } from '../trust/trust.ts';
import type { CheckLog, Outcome } from './check-log.ts';

/**
 * One kind of signed thing, e.g. recipe evidence. It says what differs from kind to kind; all kinds
 * share one line (`verify`). docs/decisions/0007
 *
 * @typeParam Name the names of its checks
 * @typeParam Statement what it reads of each statement
 * @typeParam Found what it found out beside verdict and findings
 */
export interface Kind<Name extends string, Statement, Found extends object> {
  readonly layout: Layout;
  /**
   * Every check, in the order of the report; the first is that the archive contains only what the layout
   * allows. The verdict is `verified` only if each has passed.
   */
  readonly checks: readonly [Name, ...Name[]];
  /** What is signed. All attestations of one thing have one signer, whom the caller names. */
  readonly attestations: OneOrMore<AttestationSlot<Name, Statement>>;
  /** Of its own checks, those that only a signature can pass: `allowUnsigned` gives them up too. */
  readonly signatureChecks: readonly Name[];
  /** What is found if archive or statements cannot be read; the files are there if the archive could be. */
  nothingFound(files?: ReceivedFiles): Found;
  /** The recomputed name of what is signed, by which a policy limits its signers; undefined if it is not known. */
  nameOf(found: Found): string | undefined;
  /**
   * Why an entry of the policy that names the signer does not allow this. One entry must fit in all: of
   * two, each could allow a half.
   */
  limitOf?(found: Found, entry: PolicySigner, now: Date | undefined): Fault | undefined;
  /** Makes the kind's own checks, once all statements are read. */
  recompute(log: CheckLog<Name>, received: Received<Statement>): Recomputed<Found>;
}

export type OneOrMore<T> = readonly [T, ...T[]];

/** Where a kind has a signed statement, and how it is read. */
export interface AttestationSlot<Name extends string, Statement> {
  readonly file: DocumentFile;
  /** `outside`: it is not in the archive; `verify` gets it by the name of its file. */
  readonly from: 'archive' | 'outside';
  /** The path of the unsigned copy of the statement, if the kind has one. It must be what was signed. */
  readonly copy: string | undefined;
  readonly statement: StatementRules;
  /** The kind's names for the three checks of an attestation. */
  readonly checks: { readonly signature: Name; readonly signer: Name; readonly statement: Name };
  /** Makes the kind's own value of the statement, or says what is wrong with it. */
  readonly read: (statement: ReceivedStatement) => Outcome<Statement>;
  /** How it comes to be signed by somebody who was named; by default as evidence does. */
  readonly next?: SigningHints;
  /**
   * Judges a copy that is not, byte for byte, what was signed. Undefined: it has to be, and so it is for a
   * kind that does not ask.
   */
  readonly readOtherCopy?: (signed: Statement, copy: Uint8Array) => Outcome<Statement> | undefined;
}

export interface SigningHints {
  /** What to do if nobody signed. */
  readonly unsigned: string;
  /** Where signers are named, and what to do if nobody is. */
  readonly named: string;
  readonly name: string;
}

export type Signature =
  | { readonly state: 'absent' }
  | { readonly state: 'not-verified' }
  | { readonly state: 'verified'; readonly proof: Proof };

export interface Opened<Statement> {
  readonly signature: Signature;
  readonly statement: Statement;
  /** Of the bytes of the attestation; undefined if there is none. */
  readonly digest?: Digest | undefined;
}

/** What was received: hashed, and not believed yet. */
export interface Received<Statement> {
  readonly files: ReceivedFiles;
  /** In the order of the kind's attestations. */
  readonly opened: OneOrMore<Opened<Statement>>;
}

/** What a kind found, as far as its checks came. */
export interface Recomputed<Found extends object> {
  readonly found: Found;
  readonly findings: readonly Finding[];
  /** The flags by which the caller gave safety up in what the kind judges, if they made a difference. */
  readonly weakened?: readonly string[];
}
