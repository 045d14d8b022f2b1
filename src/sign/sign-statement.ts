import { STATEMENT_FILE } from '../archive/bundle-files.ts';
import { timestampOf } from '../document/header.ts';
import { EvidenceError } from '../errors.ts';
import { MAX_CLOCK_SKEW_MS } from '../limits.ts';
import type { SignedPayload, Trust } from '../verify/trust.ts';
import type { Signer } from './signer.ts';

/** Who signs, and the root under which what is signed must verify. */
export interface Signing {
  readonly signer: Signer;
  readonly trust: Trust;
}

export interface SignedStatement {
  /** A Sigstore bundle v0.3, JSON. */
  readonly sigstoreBundle: Uint8Array;
  readonly proof: SignedPayload;
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
    throw selfCheckFailed('another payload than the statement', `the bytes of ${STATEMENT_FILE}`);
  }
  if (attestedAt.getTime() - proof.signedAt.getTime() > MAX_CLOCK_SKEW_MS) {
    const signedAt = timestampOf(proof.signedAt);
    throw selfCheckFailed(
      `signed at ${signedAt}, before attestedAt ${timestampOf(attestedAt)}`,
      'evidence that is not signed before it is made: check the clock and SOURCE_DATE_EPOCH',
    );
  }
  return { sigstoreBundle, proof };
}

function verifyAgain(trust: Trust, sigstoreBundle: Uint8Array): SignedPayload {
  try {
    return trust.verify(sigstoreBundle);
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    throw selfCheckFailed(
      `${error.code}: ${error.found}`,
      `${error.expected}, under ${trust.root.source}`,
      error,
    );
  }
}

function selfCheckFailed(found: string, expected: string, cause?: unknown): EvidenceError {
  return new EvidenceError('SELF_CHECK_FAILED', {
    found,
    expected,
    hint: 'check that --trusted-root belongs to the services of --signing-config; nothing was written',
    cause,
  });
}
