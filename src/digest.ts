import { hash } from 'node:crypto';

declare const brand: unique symbol;

/** `sha256:` and 64 lower-case hexadecimal digits. */
export type Digest = string & { readonly [brand]: 'Digest' };

const DIGEST = /^sha256:[0-9a-f]{64}$/;

export function isDigest(text: string): text is Digest {
  return DIGEST.test(text);
}

export function digestOf(bytes: Uint8Array | string): Digest {
  return digestOfHex(hash('sha256', bytes));
}

/** A digest from 64 hexadecimal digits that a hash function has just given. */
export function digestOfHex(hex: string): Digest {
  const digest = `sha256:${hex}`;
  if (isDigest(digest)) return digest;
  throw new TypeError(`not a SHA-256 in hexadecimal digits: ${hex.length} characters`);
}

/** The 64 hexadecimal digits alone, as in-toto's DigestSet and AICR's `recipe.digest` have them. */
export function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length);
}
