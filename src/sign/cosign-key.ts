// The encrypted key file of cosign, and of the Go library behind it:
// https://github.com/secure-systems-lab/go-securesystemslib/tree/main/encrypted

import { scryptSync } from 'node:crypto';

import { decodeJson } from '../document/json.ts';
import { ObjectReader } from '../document/object-reader.ts';
import { refuse, within, type Place } from '../place.ts';
import { quote } from '../quote.ts';
import { decodeBase64 } from '../trust/base64.ts';
import { requireScrypt, type ScryptCost } from './key-derivation.ts';

/** A key that scrypt and secretbox (XSalsa20 and Poly1305) encrypt. */
export interface SealedKey {
  readonly cost: ScryptCost;
  readonly salt: Buffer;
  readonly nonce: Buffer;
  readonly ciphertext: Buffer;
}

const KEY_BYTES = 32;
const NONCE_BYTES = 24;
const TAG_BYTES = 16;

/** Reads what is in the PEM block. Throws the place's code. */
export function parseSealedKey(json: Uint8Array, place: Place): SealedKey {
  return within(place, () => {
    const reader = new ObjectReader(decodeJson(json, 'key'), 'key');
    const derivation = reader.object('kdf');
    const cipher = reader.object('cipher');
    requireName(derivation, 'scrypt', place);
    requireName(cipher, 'nacl/secretbox', place);
    const cost = derivation.object('params');
    const sealed = {
      cost: { N: cost.integer('N'), r: cost.integer('r'), p: cost.integer('p') },
      salt: decodeBase64(derivation.string('salt'), place),
      nonce: decodeBase64(cipher.string('nonce'), place),
      ciphertext: decodeBase64(reader.string('ciphertext'), place),
    };
    requireScrypt(sealed.cost, place);
    const { nonce, ciphertext } = sealed;
    if (nonce.length !== NONCE_BYTES || ciphertext.length < TAG_BYTES) {
      const found = `a nonce of ${nonce.length} bytes and a ciphertext of ${ciphertext.length}`;
      refuse(place, found, `a nonce of ${NONCE_BYTES} and at least ${TAG_BYTES}`);
    }
    return sealed;
  });
}

function requireName(reader: ObjectReader, expected: string, place: Place): void {
  const name = reader.string('name');
  if (name !== expected) refuse(place, quote(name), expected);
}

/** The PKCS #8 in it; undefined if the password is wrong, or a byte was changed. */
export async function unsealKey(
  { cost, salt, nonce, ciphertext }: SealedKey,
  password: string,
): Promise<Buffer | undefined> {
  const { N, r, p } = cost;
  // All of it, and some: without a limit of its own Node takes 32 MiB, less than any of these files needs.
  const maxmem = 128 * r * (N + p + 4);
  const key = scryptSync(password, salt, KEY_BYTES, { N, r, p, maxmem });
  const { xsalsa20poly1305 } = await import('@noble/ciphers/salsa.js');
  try {
    return Buffer.from(xsalsa20poly1305(key, nonce).decrypt(ciphertext));
  } catch {
    return undefined;
  }
}
