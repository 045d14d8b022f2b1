/** A log entry as a Sigstore bundle has it, in protobuf's JSON: bytes in base64, 64-bit integers as text. */
export interface LogEntryJson {
  readonly logIndex: string;
  readonly logId: { readonly keyId: string };
  readonly kindVersion: { readonly kind: string; readonly version: string };
  /** Rekor v2 states no time, and a zero would read as 1970. */
  readonly integratedTime?: string | undefined;
  readonly inclusionPromise?: { readonly signedEntryTimestamp: string } | undefined;
  readonly inclusionProof?: InclusionProofJson | undefined;
  readonly canonicalizedBody: string;
}

/** sigstore-python refuses the first entry of a log if `hashes`, `logIndex` or `treeSize` is left out. */
export interface InclusionProofJson {
  readonly logIndex: string;
  readonly rootHash: string;
  readonly treeSize: string;
  readonly hashes: readonly string[];
  readonly checkpoint: { readonly envelope: string };
}
