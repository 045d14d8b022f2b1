import { orIfRefused } from '../errors/evidence-error.ts';
import { refuse } from '../place.ts';
import type { DocumentFile } from '../trust/message-reader.ts';
import type { Proof, Trust } from '../trust/trust.ts';

/** Signs a statement. The result is a Sigstore bundle, v0.3, as JSON. */
export interface Signer {
  /**
   * @param statement the exact bytes to sign (in-toto Statement v1, JSON)
   * @throws EvidenceError SIGNING_FAILED, SERVICE_FAILED
   */
  sign(statement: Uint8Array): Promise<Uint8Array>;
}

/** Who signs, and the root under which what is signed must verify. */
export interface Signing {
  readonly signer: Signer;
  readonly trust: Trust;
}

/** The kind's names for what is signed, and for the result. */
export interface SealedFiles {
  readonly statement: string;
  readonly attestation: DocumentFile;
}

export interface Sealed {
  /** A Sigstore bundle v0.3, JSON. */
  readonly sigstoreBundle: Uint8Array;
  readonly proof: Proof;
}

/**
 * Signs a statement, and verifies the answer as a verifier will: a service can answer anything.
 *
 * @throws EvidenceError SELF_CHECK_FAILED, and what the signer throws
 */
export async function seal(
  statement: Uint8Array,
  { signer, trust }: Signing,
  files: SealedFiles,
): Promise<Sealed> {
  const sigstoreBundle = await signer.sign(statement);
  const proof = orIfRefused(
    () => trust.verify(sigstoreBundle, files.attestation),
    (error) => {
      const found = `${error.code}: ${error.found}`;
      const expected = `${error.expected}, under ${trust.root.source}`;
      refuse({ code: 'SELF_CHECK_FAILED', hint: HINT_SERVICES }, found, expected, error);
    },
  );
  if (Buffer.from(proof.payload).equals(statement)) return { sigstoreBundle, proof };
  const place = { code: 'SELF_CHECK_FAILED', hint: HINT_SERVICES } as const;
  refuse(place, 'another payload than the statement', `the bytes of ${files.statement}`);
}

const HINT_SERVICES =
  'check that --trusted-root belongs to the services of --signing-config; nothing signed was written, but if a log made an entry, it keeps it';
