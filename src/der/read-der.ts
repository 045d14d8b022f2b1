// Distinguished encoding rules (ITU-T X.690 §10), as far as certificates and timestamps need them. The
// only reader: of bundles, and of requests to the sandbox. It is equally strict with both.

import { refuse, type Place } from '../place.ts';

/** The tags of DER (ITU-T X.690 §8.1.2), those of `[0]` and `[3]` for what is constructed. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  context0: 0xa0,
  context3: 0xa3,
} as const;

/** One value: its tag, its contents, and all its bytes. */
export interface Der {
  readonly tag: number;
  readonly contents: Buffer;
  readonly raw: Buffer;
  readonly place: Place;
}

/** Exactly one value and nothing after it. Only the shortest form of a length is read. */
export function parseDer(bytes: Uint8Array, place: Place): Der {
  const [value, ...rest] = valuesOf(Buffer.from(bytes), place);
  if (value === undefined || rest.length > 0) {
    refuse(place, `${rest.length + (value === undefined ? 0 : 1)} DER values`, 'one DER value');
  }
  return value;
}

/** The values inside a sequence, a set or an explicit tag. */
export function childrenOf(parent: Der, tag: number): readonly Der[] {
  requireTag(parent, tag);
  return valuesOf(parent.contents, parent.place);
}

/** The only value inside. */
export function childOf(parent: Der, tag: number): Der {
  requireTag(parent, tag);
  return parseDer(parent.contents, parent.place);
}

/** An object identifier's contents in hexadecimal digits. */
export function oidOf(value: Der): string {
  requireTag(value, TAG.oid);
  return value.contents.toString('hex');
}

export function requireTag(value: Der, tag: number): void {
  if (value.tag === tag) return;
  refuse(value.place, `the DER tag 0x${value.tag.toString(16)}`, `the tag 0x${tag.toString(16)}`);
}

function valuesOf(bytes: Buffer, place: Place): readonly Der[] {
  const values: Der[] = [];
  let start = 0;
  while (start < bytes.length) {
    const tag = bytes.readUInt8(start);
    // Tag numbers of 31 and more take further bytes; nothing that is read here has one.
    if ((tag & 0x1f) === 0x1f) refuse(place, 'a DER tag of several bytes', 'a tag of one byte');
    const { length, header } = lengthAt(bytes, start + 1, place);
    const end = start + 1 + header + length;
    if (end > bytes.length) refuse(place, 'a DER value that is cut off', 'a whole value');
    values.push({
      tag,
      contents: bytes.subarray(start + 1 + header, end),
      raw: bytes.subarray(start, end),
      place,
    });
    start = end;
  }
  return values;
}

function lengthAt(bytes: Buffer, at: number, place: Place): { length: number; header: number } {
  const first = bytes[at];
  if (first === undefined) return refuse(place, 'a DER value without a length', 'a whole value');
  if (first < 0x80) return { length: first, header: 1 };
  const count = first & 0x7f;
  const digits = bytes.subarray(at + 1, at + 1 + count);
  const isWhole = count > 0 && count <= 4 && digits.length === count;
  const length = isWhole ? digits.readUIntBE(0, count) : -1;
  // Another reader may accept a longer form of the same length, and a signature may not show the change.
  if (length < 0x80 || length < 256 ** (count - 1)) {
    refuse(place, 'a DER length that is not in its shortest form', 'the shortest form');
  }
  return { length, header: 1 + count };
}
