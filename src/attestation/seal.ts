import { timestampOf } from '../document/time.ts';
import { EvidenceError } from '../errors/evidence-error.ts';
import type { ErrorDetail } from '../errors/evidence-error.ts';
import { ATTESTATION, STATEMENT_FILE } from '../evidence/layout.ts';
import { isSignedBeforeRun } from '../evidence/signed-before-run.ts';
import type { Signer } from '../sign/signer.ts';
import type { Proof, Trust } from '../trust/trust.ts';

/** Who signs, and the root under which what is signed must verify. */
export interface Signing {
  readonly signer: Signer;
  readonly trust: Trust;
}

export interface SignedStatement {
  /** A Sigstore bundle v0.3, JSON. */
  readonly sigstoreBundle: Uint8Array;
  readonly proof: Proof;
}

/**
 * Signs a statement and verifies what came back as a verifier will: a service can answer anything.
 *
 * @throws EvidenceError SELF_CHECK_FAILED, and what the signer throws
 */
export async function signStatement(
  statement: Uint8Array,
  attestedAt: Date,
  { signer, trust }: Signing,
): Promise<SignedStatement> {
  const sigstoreBundle = await signer.sign(statement);
  const proof = verifyAgain(trust, sigstoreBundle);
  if (!Buffer.from(proof.payload).equals(statement)) {
    throw selfCheckFailed({
      found: 'another payload than the statement',
      expected: `the bytes of ${STATEMENT_FILE}`,
      hint: HINT_SERVICES,
    });
  }
  if (isSignedBeforeRun(proof.signedAt, attestedAt)) {
    const signedAt = timestampOf(proof.signedAt);
    throw selfCheckFailed({
      found: `signed at ${signedAt}, before attestedAt ${timestampOf(attestedAt)}`,
      expected: 'evidence that is not signed before it is made',
      hint: 'check the clock of this machine and SOURCE_DATE_EPOCH; nothing was written',
    });
  }
  return { sigstoreBundle, proof };
}

function verifyAgain(trust: Trust, sigstoreBundle: Uint8Array): Proof {
  try {
    return trust.verify(sigstoreBundle, ATTESTATION);
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    throw selfCheckFailed({
      found: `${error.code}: ${error.found}`,
      expected: `${error.expected}, under ${trust.root.source}`,
      hint: HINT_SERVICES,
      cause: error,
    });
  }
}

const HINT_SERVICES =
  'check that --trusted-root belongs to the services of --signing-config; nothing was written';

function selfCheckFailed(detail: ErrorDetail): EvidenceError {
  return new EvidenceError('SELF_CHECK_FAILED', detail);
}
