// Salted commitments to withheld values: one leaf for each. Whoever is shown value and salt sees that the
// signer had the value; nobody else can find it out by trying. docs/format.md, section "Commitments".

import { createHash, createHmac } from 'node:crypto';

import type { Digest } from '../../digest.ts';
import { Plain, plain, type Data, type Json } from '../../document/data.ts';
import type { ObjectReader } from '../../document/object-reader.ts';
import { plainOf } from '../../document/yaml.ts';
import { MAX_NESTING } from '../../limits.ts';
import type { Scalar } from './withheld.ts';

export const SCHEME = 'affidavit-redaction/v1';

/** One value that a file of the bundle has not, or has changed. */
export interface WithheldValue {
  readonly file: string;
  /** A pointer; a measurement and a subtype that are read stand in it by their names, not by index. */
  readonly path: string;
  /** A text may look like a number. */
  readonly type: 'string' | Plain['type'];
  /** As the document spells it, without quotes. */
  readonly text: string;
}

/** A value of a file, as `Withhold` tells of it. */
export function withheldValue(file: string, path: string, value: Scalar): WithheldValue {
  const isText = typeof value === 'string';
  return { file, path, type: isText ? 'string' : value.type, text: isText ? value : value.text };
}

/** @param digest of the file before it was redacted */
export function saltOf(secret: Uint8Array, digest: Digest, path: string): Buffer {
  return createHmac('sha256', secret)
    .update(canonical([digest, path]))
    .digest();
}

/** 64 hexadecimal digits. */
export function leafOf(salt: Uint8Array, { file, path, type, text }: WithheldValue): string {
  const hash = createHash('sha256').update(Uint8Array.of(0)).update(salt);
  return hash.update(canonical([file, path, type, text])).digest('hex');
}

/** Throws FIELD_MISSING, FIELD_INVALID. */
export function valueIn(reader: ObjectReader): WithheldValue {
  const [file, path, text] = [reader.string('file'), reader.string('path'), reader.string('text')];
  const type = reader.string('type');
  // As deep as a document may nest, and what a snapshot's places have besides.
  if (!/^(?:\/[^/]*)+$/.test(path) || path.split('/').length > MAX_NESTING + 8) {
    const expected = `a pointer of at most ${MAX_NESTING} keys`;
    reader.refuse('path', { code: 'FIELD_INVALID', expected, hint: 'correct the field' });
  }
  const read = plainOf(text);
  if (type === 'string') return { file, path, type, text };
  if (read instanceof Plain && read.type === type) return { file, path, type: read.type, text };
  const expected = 'string, or the type that the text has without quotes';
  return reader.refuse('type', { code: 'FIELD_INVALID', expected, hint: 'correct the field' });
}

/** The value as a document has it. */
export function dataOf({ type, text }: WithheldValue): Data {
  return type === 'string' ? text : plain(type, text);
}

/** A document of ours as a file. */
export function encodeDocument(json: Json): Uint8Array {
  // One text alone is held: of a file of openings it may be 128 MiB.
  return Buffer.concat([Buffer.from(JSON.stringify(json, null, 2)), Buffer.from('\n')]);
}

/** JCS (RFC 8785) of a list of texts, whose escapes are those of ECMAScript (§3.2.2.2). */
function canonical(texts: readonly string[]): string {
  return JSON.stringify(texts);
}
