import type { Digest } from '../digest.ts';

/** Who signed: the certificate's subject alternative name and its OIDC issuer. */
export interface Identity {
  readonly subject: string;
  readonly issuer: string;
}

/** What a Sigstore bundle proved. */
export interface Proof {
  /** Exactly the bytes that were signed. */
  readonly payload: Uint8Array;
  readonly signer: Identity;
  /** The earliest time of signing that a log or a timestamp authority proved. */
  readonly signedAt: Date;
  /** Each verified time with who vouches for it, e.g. `timestamp authority` or `transparency log`. */
  readonly times: readonly { readonly source: string; readonly at: Date }[];
  /** Each verified log entry: the log's base URL and the entry's index in it. */
  readonly logEntries: readonly { readonly log: string; readonly index: string }[];
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
}

/** Where a Sigstore bundle was found: how complaints name it, and how large it may be, in bytes. */
export interface AttestationFile {
  readonly name: string;
  readonly maxBytes: number;
}

/**
 * Turns a Sigstore bundle into what it proves, or throws an EvidenceError (`sigstoreTrust`). No network,
 * no clock.
 */
export interface Trust {
  readonly root: TrustedRootInfo;
  verify(sigstoreBundle: Uint8Array, file: AttestationFile): Proof;
}
