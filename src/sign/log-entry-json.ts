import type { Data } from '../document/data.ts';
import type { ObjectReader } from '../document/object-reader.ts';

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

/** Protobuf's JSON leaves zeros and empty lists out. What it says is verified with the whole bundle. */
export function readLogEntry(reader: ObjectReader): LogEntryJson {
  const kindVersion = reader.object('kindVersion');
  const proof = reader.optionalObject('inclusionProof');
  const promise = reader.optionalObject('inclusionPromise');
  const time = reader.optionalText('integratedTime') ?? '0';
  return {
    logIndex: reader.optionalText('logIndex') ?? '0',
    logId: { keyId: base64Of(reader.object('logId').string('keyId')) },
    kindVersion: { kind: kindVersion.string('kind'), version: kindVersion.string('version') },
    integratedTime: time === '0' ? undefined : time,
    inclusionPromise: promise && {
      signedEntryTimestamp: base64Of(promise.string('signedEntryTimestamp')),
    },
    inclusionProof: proof && readProof(proof),
    canonicalizedBody: base64Of(reader.string('canonicalizedBody')),
  };
}

function readProof(proof: ObjectReader): InclusionProofJson {
  return {
    logIndex: proof.optionalText('logIndex') ?? '0',
    rootHash: base64Of(proof.string('rootHash')),
    treeSize: proof.optionalText('treeSize') ?? '0',
    hashes: proof.optionalList('hashes', base64Of),
    checkpoint: { envelope: proof.object('checkpoint').string('envelope') },
  };
}

/** Protobuf's JSON allows the URL alphabet and no padding too; a bundle has one spelling. */
function base64Of(data: Data): string {
  if (typeof data !== 'string') throw new TypeError('not base64');
  return Buffer.from(data, 'base64').toString('base64');
}
