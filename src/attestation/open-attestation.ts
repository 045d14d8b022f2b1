import type { ReceivedFiles } from '../archive/entry.ts';
import { digestOf } from '../digest.ts';
import type { Fault } from '../errors/evidence-error.ts';
import { AS_SIGNED, received, faultAt } from '../place.ts';
import { counted, sentence } from '../sentence.ts';
import { parseStatement } from '../statement/statement.ts';
import type { Proof, Trust } from '../trust/trust.ts';
import type { CheckLog, Outcome } from './check-log.ts';
import type { AttestationSlot, Opened, Signature } from './kind.ts';

/** Where attestations may be. */
export interface Sources {
  readonly files: ReceivedFiles;
  /** Attestations that are not in the archive, by the name of their file. */
  readonly outside: ReadonlyMap<string, Uint8Array>;
}

/**
 * Opens one attestation: bytes → proof → statement. After a signature that does not verify, nothing
 * follows. The statement is undefined if it cannot be read. Who signed is judged at the end
 * (`checkSigner`), when it is known what of.
 */
export function openAttestation<Name extends string, Statement>(
  log: CheckLog<Name>,
  slot: AttestationSlot<Name, Statement>,
  { files, outside }: Sources,
  trust: Trust,
): Opened<Statement | undefined> {
  const { name } = slot.file;
  const bytes = slot.from === 'outside' ? outside.get(name) : files.get(name)?.bytes;
  const signature = checkSignature(log, slot, bytes, trust);
  const digest = bytes && digestOf(bytes);
  if (signature.state === 'not-verified') return { signature, digest, statement: undefined };
  const copy = slot.copy === undefined ? undefined : files.get(slot.copy)?.bytes;
  const payload = signature.state === 'verified' ? signature.proof.payload : copy;
  if (payload === undefined) {
    log.skip(slot.checks.statement, unsigned(slot));
    return { signature, digest, statement: undefined };
  }
  const statement = log.require(slot.checks.statement, () => readStatement(slot, payload, copy));
  return { signature, digest, statement };
}

function checkSignature<Name extends string>(
  log: CheckLog<Name>,
  slot: Pick<AttestationSlot<Name, unknown>, 'file' | 'checks' | 'next'>,
  bytes: Uint8Array | undefined,
  trust: Trust,
): Signature {
  const { file, checks } = slot;
  if (bytes === undefined) {
    log.skip(checks.signature, unsigned(slot));
    return { state: 'absent' };
  }
  const proof = log.require(checks.signature, () => verified(trust.verify(bytes, file)));
  return proof === undefined ? { state: 'not-verified' } : { state: 'verified', proof };
}

function verified(proof: Proof): Outcome<Proof> {
  const { times, logEntries } = proof;
  return {
    value: proof,
    found: [
      'a signature',
      counted(logEntries.length, 'log entry', 'log entries'),
      counted(times.length, 'proof of time', 'proofs of time'),
    ].join(', '),
    expected:
      'a signature with certificate or named key, log entry and time under the trusted root',
    faults: [],
  };
}

/** The statement is read from the bytes that were signed; the copy beside them must say the same. */
function readStatement<Name extends string, Statement>(
  { statement: rules, read, readOtherCopy }: AttestationSlot<Name, Statement>,
  payload: Uint8Array,
  copy: Uint8Array | undefined,
): Outcome<Statement> {
  const outcome = received(() => read(parseStatement(payload, rules)));
  if (copy === undefined || Buffer.from(payload).equals(copy)) return outcome;
  const judged = readOtherCopy?.(outcome.value, copy);
  if (judged !== undefined) return { ...judged, faults: [...judged.faults, ...outcome.faults] };
  const fault: Fault = faultAt(
    { code: 'STATEMENT_DIFFERS', at: rules.file, hint: AS_SIGNED },
    digestOf(copy),
    `${digestOf(payload)}, which was signed`,
  );
  return { ...outcome, faults: [fault, ...outcome.faults] };
}

/** Why a check that needs a signature was not made. */
export function unsigned({
  file: { name },
  next,
}: Pick<AttestationSlot<string, unknown>, 'file' | 'next'>): Fault {
  return {
    code: 'UNSIGNED',
    at: name,
    found: 'no signature: anybody could have written these files',
    expected: `${name}, a Sigstore bundle`,
    hint:
      next?.unsigned ?? 'have the evidence signed, or judge the files alone with --allow-unsigned',
    ...(next && { sentence: sentence`nobody signed ${name}` }),
  };
}
