// What `trust update` keeps: the metadata and targets of a TUF repository, in one file, so that no half of
// it is ever replaced. The folder may be anybody's: nothing here counts before `verify-copy.ts` has read it.

import type { Data } from '../../document/data.ts';
import { parseTimeAt, timestampOf } from '../../document/time.ts';
import { MAX_TRUST_COPY_BYTES } from '../../limits.ts';
import { refuse, type Place } from '../../place.ts';
import { quote } from '../../quote.ts';
import { decodeBase64 } from '../base64.ts';
import { readMessage, type MessageReader } from '../message-reader.ts';

export interface TrustCopy {
  /** When it was fetched: nothing in it had expired then. */
  readonly updatedAt: Date;
  /** The TUF roots after the first one, each signed by the one before. */
  readonly roots: readonly Buffer[];
  readonly timestamp: Buffer;
  readonly snapshot: Buffer;
  readonly targets: Buffer;
  /** The target `trusted_root.json`. */
  readonly trustedRoot: Buffer;
  /** The target `signing_config.v0.2.json`; undefined if the repository has none. */
  readonly signingConfig: Buffer | undefined;
}

const SCHEMA_VERSION = '1.0.0';

export const COPY_MEANING = {
  code: 'TRUST_CACHE_INVALID',
  hint: 'make it again: affidavit trust update; if you made it a moment ago, somebody else writes there',
} as const;

/** Throws TRUST_CACHE_INVALID. `file` is how messages name it. */
export function parseTrustCopy(bytes: Uint8Array, file: string): TrustCopy {
  return readMessage(bytes, { name: file, maxBytes: MAX_TRUST_COPY_BYTES }, COPY_MEANING, readCopy);
}

export function encodeTrustCopy(copy: TrustCopy): string {
  const { updatedAt, roots, signingConfig, ...parts } = copy;
  const json = {
    schemaVersion: SCHEMA_VERSION,
    updatedAt: timestampOf(updatedAt),
    roots: roots.map((root) => root.toString('base64')),
    timestamp: parts.timestamp.toString('base64'),
    snapshot: parts.snapshot.toString('base64'),
    targets: parts.targets.toString('base64'),
    trustedRoot: parts.trustedRoot.toString('base64'),
    ...(signingConfig && { signingConfig: signingConfig.toString('base64') }),
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}

function readCopy(reader: MessageReader): TrustCopy {
  const version = reader.string('schemaVersion');
  if (version !== SCHEMA_VERSION) {
    refuse(reader.place('schemaVersion'), quote(version), SCHEMA_VERSION);
  }
  return {
    updatedAt: parseTimeAt(reader.place('updatedAt'), reader.string('updatedAt')),
    roots: reader.list('roots', (root, at) => readBytes(root, { ...COPY_MEANING, at })),
    timestamp: reader.bytes('timestamp'),
    snapshot: reader.bytes('snapshot'),
    targets: reader.bytes('targets'),
    trustedRoot: reader.bytes('trustedRoot'),
    signingConfig: reader.has('signingConfig') ? reader.bytes('signingConfig') : undefined,
  };
}

function readBytes(data: Data, place: Place): Buffer {
  return typeof data === 'string'
    ? decodeBase64(data, place)
    : refuse(place, 'something else than a string', 'base64');
}
