import { ASN1Obj } from '@sigstore/core';

/** Reads one DER value that a client sent; undefined if it is none. */
export function decodeDer(bytes: Uint8Array): ASN1Obj | undefined {
  try {
    return ASN1Obj.parseBuffer(Buffer.from(bytes));
  } catch {
    // The parser has several error classes, RangeError among them, and all mean the same here.
    return undefined;
  }
}
