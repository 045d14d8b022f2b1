import type { KeyObject } from 'node:crypto';

import type { Digest } from '../digest.ts';
import type { DocumentFile } from './message-reader.ts';

/** Who judges a signature: our own judge and then `@sigstore/verify`, or our own alone. */
export type Judges = 'both' | 'own';

/** Who signed by a certificate: its only subject alternative name, and the OIDC issuer. */
export interface Identity {
  /** `other` is a user name that Fulcio puts into an otherName (1.3.6.1.4.1.57264.1.7). */
  readonly type: 'uri' | 'email' | 'other';
  readonly subject: string;
  readonly issuer: string;
  readonly claims: CertificateClaims;
}

/**
 * What a CI's certificate says beside the identity. Undefined: the certificate does not say it.
 * https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md
 */
export interface CertificateClaims {
  /** 1.3.6.1.4.1.57264.1.11, e.g. `github-hosted`. */
  readonly runnerEnvironment?: string | undefined;
  /** .12, e.g. `https://github.com/o/r`. */
  readonly sourceRepositoryUri?: string | undefined;
  /** .14, e.g. `refs/heads/main`. */
  readonly sourceRepositoryRef?: string | undefined;
  /** .15, a number that a repository keeps when it is renamed. */
  readonly sourceRepositoryId?: string | undefined;
  /** .17, the same of its owner. */
  readonly sourceRepositoryOwnerId?: string | undefined;
  /** .20, e.g. `push`. */
  readonly buildTrigger?: string | undefined;
}

/** Who signed by a key that the verifier knows. */
export interface KeySigner {
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer;
  /** Base64 of its SHA-256, as the bundle names it. */
  readonly hint: string;
}

export type ProvenSigner = Identity | KeySigner;

export function isKeySigner(signer: ProvenSigner): signer is KeySigner {
  return 'publicKey' in signer;
}

/** All that is known of them is the same. */
export function isSameSigner(one: ProvenSigner, other: ProvenSigner): boolean {
  return textOf(one) === textOf(other);
}

function textOf(signer: ProvenSigner): string {
  if (isKeySigner(signer)) return signer.publicKey.toString('base64');
  const { type, subject, issuer, claims } = signer;
  const { sourceRepositoryUri, sourceRepositoryId, sourceRepositoryOwnerId } = claims;
  const source = [sourceRepositoryUri, sourceRepositoryId, sourceRepositoryOwnerId];
  const run = [claims.sourceRepositoryRef, claims.buildTrigger, claims.runnerEnvironment];
  return JSON.stringify([type, subject, issuer, source, run]);
}

export interface ProvenTime {
  readonly source: string;
  /** Rounded down to milliseconds. */
  readonly at: Date;
  /** The same and, if the time is more precise than that, the next millisecond: it lies between them. */
  readonly moments: readonly Date[];
  /** Of a timestamp, which authority: the digest of the last certificate of its chain, which outlives its keys. */
  readonly authority?: Digest | undefined;
}

/** What a Sigstore bundle proved. */
export interface Proof {
  /** Exactly the bytes that were signed. */
  readonly payload: Uint8Array;
  readonly signer: ProvenSigner;
  /** The earliest time of signing that a log or a timestamp authority proved. */
  readonly signedAt: Date;
  /** Each verified time with who vouches for it, e.g. `timestamp authority` or `transparency log`. */
  readonly times: readonly ProvenTime[];
  /** Each verified log entry: the log's base URL and the entry's index in it. */
  readonly logEntries: readonly { readonly log: string; readonly index: string }[];
  /** Safety that the caller gave up, by flag, and without which this would not verify. */
  readonly weakened: readonly string[];
  /** Why only our own judge judged all of it; undefined if the second one judged all of it too. */
  readonly oneJudge?: string | undefined;
}

/** The trusted root in use, as reports show it. */
export interface TrustedRootInfo {
  /** `embedded public-good root`, or the file as the user named it. */
  readonly source: string;
  /** Of the file's bytes. */
  readonly digest: Digest;
  /** True if any authority of the root is a sandbox. */
  readonly sandbox: boolean;
  /** When the newest of its keys and certificates came into use; undefined if it says so of none. */
  readonly newest?: Date | undefined;
  /** When it was fetched by TUF, and how many whole days ago; undefined if it was not. */
  readonly updated?: { readonly at: Date; readonly ageDays: number } | undefined;
}

/**
 * Turns a Sigstore bundle into what it proves, or throws an EvidenceError (`sigstoreTrust`). No network,
 * no clock.
 */
export interface Trust {
  readonly root: TrustedRootInfo;
  /** Safety that the caller gave up, by flag, whatever is verified. */
  readonly weakened: readonly string[];
  verify(sigstoreBundle: Uint8Array, file: DocumentFile): Proof;
}

/** The same for every bundle that Sigstore ever had, and for certificates. */
export interface SigstoreTrust extends Trust {
  /** Judges a certificate at its own first moment, before anything is signed with it. DER. */
  verifyCertificate(certificate: Uint8Array): Certified;
  /**
   * Judges a bundle that is no evidence: any format, a message signature, any payload. It does not say
   * what an envelope is about.
   */
  verifyAny(sigstoreBundle: Uint8Array, file: DocumentFile, options?: AnyBundle): AnyProof;
}

/** What a bundle of any kind proved. */
export interface AnyProof extends Proof {
  /** Of an envelope; undefined of a message signature. */
  readonly payloadType: string | undefined;
}

export interface AnyBundle {
  /** The file of a message signature. */
  readonly artifact?: Artifact | undefined;
  /** Take a bundle whose time a timestamp authority alone proves. By default false. */
  readonly withoutLog?: boolean | undefined;
}

/** A file that a message signature is about. It is not in the bundle. */
export type Artifact =
  | { readonly bytes: Uint8Array }
  | {
      /** SHA-256. */
      readonly digest: Buffer;
      /** `node:crypto` cannot verify a signature by the digest alone, so the caller says how. */
      readonly isSigned: (digest: Buffer, key: KeyObject, signature: Buffer) => boolean;
    };

/** A certificate that an authority of the root issued, and a certificate log promised to show. */
export interface Certified {
  readonly signer: Identity;
  readonly publicKey: KeyObject;
  /** As of a `Proof`. */
  readonly weakened: readonly string[];
}
