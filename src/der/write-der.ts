// A writer of DER (ITU-T X.690), as much of it as certificates and timestamps need. It takes what we
// build ourselves: a wrong argument is a bug, not bad input.

import { TAG } from './read-der.ts';

const CONTEXT_PRIMITIVE = 0x80;

/** X.690 §8.1.3: short form up to 127, else the number of length bytes and then those. */
function encodeLength(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  const bytes = bytesOf(BigInt(length));
  return Buffer.concat([Buffer.of(0x80 | bytes.length), bytes]);
}

/** Big-endian, without leading zeros, at least one byte. */
function bytesOf(value: bigint): Buffer {
  const hex = value.toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
}

function encode(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.of(tag), encodeLength(content.length), content]);
}

export function sequence(...parts: readonly Uint8Array[]): Buffer {
  return encode(TAG.sequence, ...parts);
}

/** SET OF: DER wants the encodings in ascending order (X.690 §11.6). */
export function setOf(...parts: readonly Uint8Array[]): Buffer {
  return encode(TAG.set, ...parts.toSorted((a, b) => Buffer.compare(a, b)));
}

/** A non-negative INTEGER. */
export function integer(value: bigint | number): Buffer {
  return unsignedInteger(bytesOf(BigInt(value)));
}

/** A non-negative INTEGER from its big-endian bytes; leading zeros may be there or not. */
export function unsignedInteger(bytes: Uint8Array): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const significant = first === -1 ? Buffer.of(0) : bytes.subarray(first);
  const sign = (significant[0] ?? 0) >= 0x80 ? Buffer.of(0) : Buffer.of();
  return encode(TAG.integer, sign, significant);
}

export function boolean(value: boolean): Buffer {
  return encode(TAG.boolean, Buffer.of(value ? 0xff : 0));
}

export function nullValue(): Buffer {
  return encode(TAG.null);
}

export function octetString(bytes: Uint8Array): Buffer {
  return encode(TAG.octetString, bytes);
}

/** @param unusedBits how many bits at the end of the last byte do not count */
export function bitString(bytes: Uint8Array, unusedBits = 0): Buffer {
  return encode(TAG.bitString, Buffer.of(unusedBits), bytes);
}

export function utf8String(text: string): Buffer {
  return encode(TAG.utf8String, Buffer.from(text, 'utf8'));
}

/** @param text dotted, e.g. `2.5.4.10` */
export function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((arc) => base128(arc));
  return encode(TAG.oid, Buffer.from(bytes));
}

/** X.690 §8.19.2: seven bits a byte, the high bit set on all but the last. */
function base128(arc: number): readonly number[] {
  const bytes = [arc % 0x80];
  for (let rest = Math.floor(arc / 0x80); rest > 0; rest = Math.floor(rest / 0x80)) {
    bytes.unshift(0x80 + (rest % 0x80));
  }
  return bytes;
}

/** RFC 5280 §4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050, whole seconds. */
export function time(at: Date): Buffer {
  return at.getUTCFullYear() < 2050
    ? encode(TAG.utcTime, Buffer.from(timeDigits(at).slice(2), 'ascii'))
    : generalizedTime(at);
}

/** Whole seconds: DER drops trailing zeros of a fraction, and some readers cannot read the rest. */
export function generalizedTime(at: Date): Buffer {
  return encode(TAG.generalizedTime, Buffer.from(timeDigits(at), 'ascii'));
}

/** `20261121091500Z` */
function timeDigits(at: Date): string {
  return `${at.toISOString().slice(0, 19).replaceAll(/\D/g, '')}Z`;
}

/** `[number] EXPLICIT`: the parts, each with its own tag, inside. */
export function explicit(number: number, ...parts: readonly Uint8Array[]): Buffer {
  return encode(TAG.context0 + number, ...parts);
}

/** `[number] IMPLICIT` of a primitive type: its content under another tag. */
export function implicit(number: number, content: Uint8Array): Buffer {
  return encode(CONTEXT_PRIMITIVE + number, content);
}

/** `[number] IMPLICIT` of a SEQUENCE or SET: the same encoding, its first byte replaced. */
export function retag(number: number, encoded: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(TAG.context0 + number), encoded.subarray(1)]);
}
