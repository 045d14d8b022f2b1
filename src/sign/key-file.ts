import { createPrivateKey, scryptSync, type KeyObject, type PrivateKeyInput } from 'node:crypto';

import { decodeJson } from '../document/json.ts';
import { ObjectReader } from '../document/object-reader.ts';
import { refuse, within, type Place } from '../place.ts';
import { quote } from '../quote.ts';
import { recognising } from '../recognise.ts';
import { decodeBase64 } from '../trust/base64.ts';
import { isPem, parsePem, type PemBlock } from '../trust/pem.ts';
import { allowedKey, type PublicKey } from '../trust/public-key.ts';
import { requireAffordable, requireScrypt, type ScryptCost } from './key-derivation.ts';

/** A private key of an allowed kind, with its public key. */
export interface PrivateKey {
  readonly privateKey: KeyObject;
  readonly publicKey: PublicKey;
}

/** The private key of a file, perhaps behind a password. */
export type KeyFile =
  | { readonly locked: false; readonly key: PrivateKey }
  | { readonly locked: true; readonly unlock: (password: string) => Promise<PrivateKey> };

const EXPECTED = 'one private key in PEM: PKCS #8, SEC 1 or PKCS #1, or a key file of cosign';

/** What each kind of block is. Some programs write the parameters of the curve before the key. */
const READERS: ReadonlyMap<string, (block: PemBlock, place: Place) => KeyFile> = new Map([
  ['PRIVATE KEY', (block, place) => plainKey(block, 'pkcs8', place)],
  ['EC PRIVATE KEY', (block, place) => olderKey(block, 'sec1', place)],
  ['RSA PRIVATE KEY', (block, place) => olderKey(block, 'pkcs1', place)],
  ['ENCRYPTED PRIVATE KEY', encryptedKey],
  ['ENCRYPTED COSIGN PRIVATE KEY', cosignKey],
  ['ENCRYPTED SIGSTORE PRIVATE KEY', cosignKey],
]);
const CURVE_PARAMETERS = 'EC PARAMETERS';

/** What to do with a file of something else. */
const HINTS: ReadonlyMap<string, string> = new Map([
  ['PUBLIC KEY', 'give the private key to --key: the public one verifies'],
  ['CERTIFICATE', 'give the key of the certificate to --key, without the certificate'],
  [
    'OPENSSH PRIVATE KEY',
    'if it is RSA or ECDSA, write a copy in PKCS #8: copy the file, then `ssh-keygen -p -m PKCS8 -f COPY`; ssh-keygen writes no Ed25519 key like that, so make one with `openssl genpkey -algorithm ed25519`',
  ],
]);

/**
 * Reads a file with a private key. Nothing of what is in it is ever in an error.
 *
 * @param file how the user named it
 * @throws EvidenceError KEY_INVALID; its `unlock`: KEY_LOCKED, KEY_INVALID (all unjudged)
 */
export function parseKeyFile(bytes: Uint8Array, file: string): KeyFile {
  const place = { code: 'KEY_INVALID', at: file, hint: 'name the file of the key' } as const;
  const read = (): KeyFile => readKeyFile(bytes, place);
  return isPem(bytes) ? read() : recognising('private-key', { file, bytes }, read);
}

function readKeyFile(bytes: Uint8Array, place: Place): KeyFile {
  const blocks = parsePem(bytes, place).filter(({ label }) => label !== CURVE_PARAMETERS);
  const [block, ...more] = blocks;
  if (block === undefined) return refuse(place, 'no PEM block', EXPECTED);
  if (more.length > 0) refuse(place, `${blocks.length} PEM blocks`, EXPECTED);
  const reader = READERS.get(block.label);
  if (reader !== undefined) return reader(block, place);
  const hint = HINTS.get(block.label) ?? place.hint;
  return refuse({ ...place, hint }, `a PEM block ${quote(block.label)}`, EXPECTED);
}

type Format = 'pkcs8' | 'sec1' | 'pkcs1';

function plainKey({ der }: PemBlock, type: Format, place: Place): KeyFile {
  return { locked: false, key: keyOf({ key: der, format: 'der', type }, place) };
}

function olderKey(block: PemBlock, type: Format, place: Place): KeyFile {
  if (!block.encrypted) return plainKey(block, type, place);
  return lockedKey((passphrase) => ({ key: block.text, format: 'pem', passphrase }), place);
}

function encryptedKey({ der }: PemBlock, place: Place): KeyFile {
  requireAffordable(der, place);
  return lockedKey((passphrase) => ({ key: der, format: 'der', type: 'pkcs8', passphrase }), place);
}

function lockedKey(inputWith: (password: string) => PrivateKeyInput, place: Place): KeyFile {
  return {
    locked: true,
    unlock: async (password) => keyFrom(tryKey(inputWith(password)) ?? refuseLocked(place), place),
  };
}

function cosignKey({ der }: PemBlock, place: Place): KeyFile {
  const sealed = parseSealedKey(der, place);
  return {
    locked: true,
    unlock: async (password) => {
      const key = (await unsealKey(sealed, password)) ?? refuseLocked(place);
      return keyOf({ key, format: 'der', type: 'pkcs8' }, place);
    },
  };
}

function refuseLocked({ at }: Place): never {
  const hint = 'give the password of this key; if it is the right one, the file is damaged';
  const place = { code: 'KEY_LOCKED', at, hint } as const;
  return refuse(place, 'a key that this password does not open', 'its password');
}

function keyOf(input: PrivateKeyInput, place: Place): PrivateKey {
  const found = 'a PEM block in which no key can be read';
  return keyFrom(tryKey(input) ?? refuse(place, found, EXPECTED), place);
}

function keyFrom(privateKey: KeyObject, place: Place): PrivateKey {
  return { privateKey, publicKey: allowedKey(privateKey, place) };
}

/** The error of OpenSSL is of no use: most often it only says where it stopped. */
function tryKey(input: PrivateKeyInput): KeyObject | undefined {
  try {
    return createPrivateKey(input);
  } catch {
    return undefined;
  }
}

// The encrypted key file of cosign, and of the Go library behind it:
// https://github.com/secure-systems-lab/go-securesystemslib/tree/main/encrypted

/** A key that scrypt and secretbox (XSalsa20 and Poly1305) encrypt. */
interface SealedKey {
  readonly cost: ScryptCost;
  readonly salt: Buffer;
  readonly nonce: Buffer;
  readonly ciphertext: Buffer;
}

const KEY_BYTES = 32;
const NONCE_BYTES = 24;
const TAG_BYTES = 16;

/** Reads what is in the PEM block. Throws the place's code. */
function parseSealedKey(json: Uint8Array, place: Place): SealedKey {
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
async function unsealKey(
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
