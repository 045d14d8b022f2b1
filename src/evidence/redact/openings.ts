// The file of `--openings`: the secret that all salts come from, and every withheld value. Never in a bundle.

import { digestOf, isDigest, type Digest } from '../../digest.ts';
import { decodeJson } from '../../document/json.ts';
import { ObjectReader, requireSchemaVersion } from '../../document/object-reader.ts';
import type { EvidenceError } from '../../errors/evidence-error.ts';
import { nameWanted } from '../../file-kinds.ts';
import { MAX_OPENINGS_BYTES } from '../../limits.ts';
import { SCHEMA_VERSION } from '../../media-types.ts';
import { refusedAs, refusal, refuse } from '../../place.ts';
import { isOfKind, recognised, recognising } from '../../recognise.ts';
import {
  SCHEME,
  encodeDocument,
  leafOf,
  saltOf,
  valueIn,
  type WithheldValue,
} from './commitment.ts';
import { encodeRedaction } from './redaction-file.ts';

export interface Openings {
  /** 32 bytes. */
  readonly secret: Uint8Array;
  /** Of `redaction.json`: the bundle that they open. */
  readonly redaction: Digest;
  /** Of each file before it was redacted, by its path in the bundle. */
  readonly digests: ReadonlyMap<string, Digest>;
  readonly values: readonly WithheldValue[];
}

function encodeOpenings({ secret, redaction, digests, values }: Openings): Uint8Array {
  return encodeDocument({
    schemaVersion: SCHEMA_VERSION,
    scheme: SCHEME,
    secret: Buffer.from(secret).toString('hex'),
    redaction,
    files: [...digests].map(([file, digest]) => ({ file, digest })),
    values: values.map(({ file, path, type, text }) => ({ file, path, type, text })),
  });
}

/**
 * @param file how complaints name it
 * @throws EvidenceError OPENINGS_INVALID (unjudged)
 */
export function parseOpenings(bytes: Uint8Array, file: string): Openings {
  return refusedAs('OPENINGS_INVALID', () =>
    recognising('openings', { file, bytes }, () => readOpenings(bytes, file)),
  );
}

function readOpenings(bytes: Uint8Array, file: string): Openings {
  const reader = new ObjectReader(decodeJson(bytes, file), file);
  requireSchemaVersion(reader);
  constant(reader, 'scheme', SCHEME);
  const openings = {
    secret: hexIn(reader, 'secret'),
    redaction: digestIn(reader, 'redaction'),
    digests: new Map(
      reader.list('files', (item, at) => {
        const row = new ObjectReader(item, at);
        const digest = [row.string('file'), digestIn(row, 'digest')] as const;
        row.end();
        return digest;
      }),
    ),
    values: reader.list('values', (item, at) => {
      const row = new ObjectReader(item, at);
      const value = valueIn(row);
      row.end();
      return value;
    }),
  };
  reader.end();
  return openings;
}

/** Throws FIELD_INVALID, FIELD_MISSING. */
export function constant(reader: ObjectReader, name: string, expected: string): void {
  if (reader.string(name) !== expected) refused(reader, name, `"${expected}"`);
}

/** 32 bytes in hexadecimal digits. Throws FIELD_INVALID, FIELD_MISSING. */
export function hexIn(reader: ObjectReader, name: string): Buffer {
  const text = reader.string(name);
  const isHex = /^[0-9a-f]{64}$/.test(text);
  return isHex ? Buffer.from(text, 'hex') : refused(reader, name, '64 hexadecimal digits');
}

/** Throws FIELD_INVALID, FIELD_MISSING. */
export function digestIn(reader: ObjectReader, name: string): Digest {
  const text = reader.string(name);
  return isDigest(text) ? text : refused(reader, name, 'sha256: and 64 hexadecimal digits');
}

function refused(reader: ObjectReader, name: string, expected: string): never {
  return reader.refuse(name, {
    code: 'FIELD_INVALID',
    // A secret is never shown.
    found: 'something else',
    expected,
    hint: 'use the file as affidavit wrote it',
  });
}

/** All that is withheld of these files. */
interface WithheldOf {
  /** As they were before they were redacted. */
  readonly files: readonly { readonly path: string; readonly bytes: Uint8Array }[];
  readonly values: readonly WithheldValue[];
}

/** What commits to all withheld values, and what opens them. */
export interface Commitment {
  /** `redaction.json`. */
  readonly bytes: Uint8Array;
  readonly leaves: number;
  /** The file of `--openings`. */
  readonly openings: Uint8Array;
}

/**
 * @param redactionFile its path in the bundle
 * @throws EvidenceError LIMIT_EXCEEDED if it could not be read again
 */
export function commit(
  secret: Uint8Array,
  { files, values }: WithheldOf,
  redactionFile: string,
): Commitment {
  // Counted first: the places of values that nest deep are longer together than any text may be.
  requireReadable(lengthOf(values), '--openings', WITHOUT);
  const digests = new Map(files.map(({ path, bytes }) => [path, digestOf(bytes)]));
  const leaves = values.flatMap((value) => {
    const digest = digests.get(value.file);
    return digest === undefined ? [] : [leafOf(saltOf(secret, digest, value.path), value)];
  });
  const redaction = encodeRedaction(leaves, redactionFile);
  const openings = encodeOpenings({ secret, redaction: digestOf(redaction), digests, values });
  requireReadable(openings.length, '--openings', WITHOUT);
  return { bytes: redaction, leaves: leaves.length, openings };
}

const WITHOUT = 'redact without --openings: nothing is committed to then';

/** At most what its file has. */
function lengthOf(values: readonly WithheldValue[]): number {
  return values.reduce((sum, { path, text }) => sum + path.length + text.length, 0);
}

/** Whoever reads the file takes no more. Throws LIMIT_EXCEEDED. */
export function requireReadable(bytes: number, at: string, fix: string): void {
  if (bytes <= MAX_OPENINGS_BYTES) return;
  const found = `values that take ${bytes} bytes or more, with their places`;
  const expected = `at most ${MAX_OPENINGS_BYTES} bytes in one file`;
  refuse({ code: 'LIMIT_EXCEEDED', at, hint: `${fix}; nothing was written` }, found, expected);
}

/**
 * Never says that it should be removed: it may be the only secret that opens a bundle, or the bundle itself.
 *
 * @param file how complaints name it
 * @param more its content, and what makes openings usable
 */
export function refuseOpenings(
  file: string,
  found: string,
  expected: string,
  more?: { readonly bytes: Uint8Array; readonly fix: string },
): never {
  const isUsable = more !== undefined && isOfKind(more.bytes, 'openings');
  const error = refusal(
    { code: 'OPENINGS_INVALID', at: file, hint: isUsable ? more.fix : nameWanted('openings') },
    found,
    `${expected}, as --openings writes it`,
  );
  throw more === undefined ? error : recognised(error, 'openings', { file, bytes: more.bytes });
}

/** Said of openings, or of what was revealed of them, that are not those of the bundle. */
export function ofAnotherBundle(at: string, found: string, expected: string): EvidenceError {
  const hint = 'use the file that was written with this bundle, or revealed from it';
  return refusal({ code: 'OPENINGS_OTHER', at, hint }, found, expected);
}
