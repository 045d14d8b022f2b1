import type { KeyObject } from 'node:crypto';

import { p256 } from '@noble/curves/nist.js';

import { pointOf } from './certificate.ts';

/**
 * Whether the DER signature is this P-256 key's over this SHA-256 digest (FIPS 186-5 §6.4.2).
 * `node:crypto` always hashes its input itself, and a log that stores digests never sees that input.
 */
export function isSignatureOfDigest(key: KeyObject, digest: Buffer, signature: Buffer): boolean {
  // A high s is one that half of all signers make; only some currencies refuse it.
  const options = { prehash: false, lowS: false, format: 'der' } as const;
  return p256.verify(signature, digest, pointOf(key), options);
}
