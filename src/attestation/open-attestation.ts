import { digestOf } from '../digest.ts';
import type { Fault } from '../errors/fault.ts';
import { allows, describeSigner } from '../policy/policy.ts';
import type { Policy } from '../policy/policy.ts';
import { quote } from '../quote.ts';
import { parseStatement } from '../statement/statement.ts';
import type { ReceivedStatement, StatementRules } from '../statement/statement.ts';
import type { Identity } from '../trust/identity.ts';
import type { AttestationFile, Proof, Trust } from '../trust/trust.ts';
import type { CheckLog, Comparison, Outcome } from './check-log.ts';

/** One signed statement, as it was received. */
export interface Attestation<Name extends string> {
  readonly file: AttestationFile;
  /** A Sigstore bundle, from the archive or from elsewhere; undefined if nobody signed. */
  readonly bytes: Uint8Array | undefined;
  /** The statement that lies unsigned beside it, where the kind has one: it must be what was signed. */
  readonly copy: Uint8Array | undefined;
  readonly statement: StatementRules;
  /** How the kind calls the three checks that are made here. */
  readonly checks: { readonly signature: Name; readonly signer: Name; readonly statement: Name };
}

/** Whose word counts. */
export interface Judges {
  readonly trust: Trust;
  /** Who may sign; undefined if the caller did not say, and then the verdict is never `verified`. */
  readonly policy: Policy | undefined;
}

export type Signature =
  | { readonly state: 'absent' }
  | { readonly state: 'not-verified' }
  | { readonly state: 'verified'; readonly proof: Proof };

/** What an attestation gives: as much of it as its checks let through. */
export interface Opened<T> {
  readonly signature: Signature;
  readonly statement: T | undefined;
}

/**
 * Opens one attestation: bytes → proof → signer → statement. A signature that does not verify ends the
 * line, a signer who is not allowed does not. Several attestations of one signer: pass
 * `onlySigner(signature)` as the policy of the others.
 *
 * @param read makes the kind's own value of the statement, or says what is wrong with it
 */
export function openAttestation<Name extends string, T>(
  log: CheckLog<Name>,
  attestation: Attestation<Name>,
  judges: Judges,
  read: (statement: ReceivedStatement) => Outcome<T>,
): Opened<T> {
  const signature = checkSignature(log, attestation, judges);
  if (signature.state === 'not-verified') return { signature, statement: undefined };
  const payload = signature.state === 'verified' ? signature.proof.payload : attestation.copy;
  if (payload === undefined) {
    log.skip(attestation.checks.statement, unsigned(attestation.file));
    return { signature, statement: undefined };
  }
  const statement = log.require(attestation.checks.statement, () =>
    readStatement(attestation, payload, read),
  );
  return { signature, statement };
}

/** Whoever made this signature, and nobody else; undefined if nobody is known to have made it. */
export function onlySigner(signature: Signature): Policy | undefined {
  return signature.state === 'verified' ? { signers: [signature.proof.signer] } : undefined;
}

function checkSignature<Name extends string>(
  log: CheckLog<Name>,
  { file, bytes, checks }: Attestation<Name>,
  { trust, policy }: Judges,
): Signature {
  if (bytes === undefined) {
    log.skip(checks.signature, unsigned(file));
    log.skip(checks.signer, unsigned(file));
    return { state: 'absent' };
  }
  const proof = log.require(checks.signature, () => verified(trust.verify(bytes, file)));
  if (proof === undefined) return { state: 'not-verified' };
  if (policy === undefined) log.skip(checks.signer, notPinned(file, proof.signer));
  else log.note(checks.signer, () => allowed(file, policy, proof.signer));
  return { state: 'verified', proof };
}

function verified(proof: Proof): Outcome<Proof> {
  const { times, logEntries } = proof;
  return {
    value: proof,
    found: `a signature, ${logEntries.length} log entries, ${times.length} proofs of time`,
    expected: 'a signature with certificate, log entry and time under the trusted root',
  };
}

function allowed({ name }: AttestationFile, policy: Policy, signer: Identity): Comparison {
  const found = describeSigner(signer);
  const expected = policy.signers.map(describeSigner).join(', or ');
  const fault: Fault = {
    code: 'SIGNER_NOT_ALLOWED',
    at: name,
    found,
    expected,
    hint: 'if this signer shall be trusted, name this identity and issuer, letter by letter',
  };
  return { found, expected, faults: allows(policy, signer) ? [] : [fault] };
}

/** The statement is read from the bytes that were signed; the copy beside them must be the same. */
function readStatement<Name extends string, T>(
  { copy, statement: rules }: Attestation<Name>,
  payload: Uint8Array,
  read: (statement: ReceivedStatement) => Outcome<T>,
): Outcome<T> {
  const outcome = read(parseStatement(payload, rules));
  if (copy === undefined || Buffer.from(payload).equals(copy)) return outcome;
  const fault: Fault = {
    code: 'STATEMENT_DIFFERS',
    at: rules.file,
    found: digestOf(copy),
    expected: `${digestOf(payload)}, which was signed`,
    hint: 'ask the signer for the bundle as it was signed',
  };
  return { ...outcome, faults: [fault, ...(outcome.faults ?? [])] };
}

function notPinned({ name }: AttestationFile, signer: Identity): Fault {
  const { subject, issuer } = signer;
  return {
    code: 'SIGNER_NOT_PINNED',
    at: name,
    found: describeSigner(signer),
    expected: '--certificate-identity with --certificate-oidc-issuer, or --policy',
    hint: `if that is who should have signed, add --certificate-identity ${quote(subject)} --certificate-oidc-issuer ${quote(issuer)}`,
  };
}

/** Why a check that needs a signature was not made. */
export function unsigned({ name }: AttestationFile): Fault {
  return {
    code: 'UNSIGNED',
    at: name,
    found: 'no signature: anybody could have written these files',
    expected: `${name}, a Sigstore bundle`,
    hint: 'ask the contributor to sign, or judge the files alone with --allow-unsigned',
  };
}
