/** What of a Sigstore a client needs. */
export interface Sigstore {
  /** Sigstore's TrustedRoot. */
  readonly root: string;
  /** Sigstore's SigningConfig by kind of evidence. */
  readonly configs: Readonly<Partial<Record<EvidenceKind, string>>>;
  readonly identity: string;
  readonly issuer: string;
  readonly token: (claims?: Readonly<Record<string, unknown>>) => string;
}

/** Who proves when and where something was signed. */
export type EvidenceKind = 'v1' | 'v1-tsa' | 'v2-tsa';

/** Rekor v1 as the others need it: its address, and the file with its key in PEM. */
export interface RekorV1Address {
  readonly url: string;
  readonly key: string;
}
