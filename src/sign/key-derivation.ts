// What it costs to make a key of a password. A file that somebody else made may ask for hours and for all
// the memory, before anybody knows whether the password is right.

import { TAG, childrenOf, oidOf, parseDer, requireTag, type Der } from '../der/read-der.ts';
import { refuse, type Place } from '../place.ts';

/** N·r·p of scrypt: the most that cosign reads, twice what it writes. */
const MAX_SCRYPT_COST = 2 ** 20;

/** Some seconds. OWASP asks for 600,000 (2026-11). */
const MAX_PBKDF2_ITERATIONS = 10_000_000;

/** RFC 7914 §2: blocks, their size, and how often; their product is the work. */
export interface ScryptCost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** Throws the place's code. */
export function requireScrypt({ N, r, p }: ScryptCost, place: Place): void {
  const isPossible = N > 1 && r > 0 && p > 0 && Number.isInteger(Math.log2(N));
  if (isPossible && N * r * p <= MAX_SCRYPT_COST) return;
  const expected = `a power of two for N, and N·r·p up to ${MAX_SCRYPT_COST}`;
  refuse(place, `scrypt with N = ${N}, r = ${r} and p = ${p}`, expected);
}

const PBES2 = '2a864886f70d01050d';
const PBKDF2 = '2a864886f70d01050c';
const SCRYPT = '2b06010401da47040b';

/**
 * OpenSSL takes up to 32 MiB for the scrypt of PKCS #8: N·r blocks of 128 bytes and a few more, so 2^18 of them are too
 * many. A key file of cosign may ask for more: Node is told how much that needs.
 */
const MOST_OPENSSL_BLOCKS = 2 ** 17;

/** An EncryptedPrivateKeyInfo (RFC 5958 §3) by PBES2 (RFC 8018 §6.2). Throws the place's code. */
export function requireAffordable(encrypted: Uint8Array, place: Place): void {
  const [algorithm] = childrenOf(parseDer(encrypted, place), TAG.sequence);
  const scheme = algorithmOf(algorithm, place);
  if (scheme.oid !== PBES2) refuse(place, 'a key in an outdated encryption', 'PBES2');
  const [derivation] = childrenOf(scheme.parameters, TAG.sequence);
  const { oid, parameters } = algorithmOf(derivation, place);
  const [, ...values] = childrenOf(parameters, TAG.sequence);
  if (oid === PBKDF2) {
    const iterations = integerOf(values[0], place);
    if (iterations <= MAX_PBKDF2_ITERATIONS) return;
    refuse(place, `PBKDF2 with ${iterations} iterations`, `at most ${MAX_PBKDF2_ITERATIONS}`);
  }
  if (oid !== SCRYPT) refuse(place, 'a password that is used in another way', 'PBKDF2 or scrypt');
  const [N = 0, r = 0, p = 0] = values.slice(0, 3).map((value) => integerOf(value, place));
  requireScrypt({ N, r, p }, place);
  if (N * r > MOST_OPENSSL_BLOCKS) {
    refuse(place, `scrypt with N = ${N} and r = ${r}`, `N·r up to ${MOST_OPENSSL_BLOCKS}`);
  }
}

function algorithmOf(value: Der | undefined, place: Place): { oid: string; parameters: Der } {
  const [oid, parameters] = value === undefined ? [] : childrenOf(value, TAG.sequence);
  if (oid === undefined || parameters === undefined) {
    return refuse(place, 'no algorithm of encryption', 'PBES2 with its parameters');
  }
  return { oid: oidOf(oid), parameters };
}

/** Up to 2^48: nothing that is affordable is larger. */
function integerOf(value: Der | undefined, place: Place): number {
  if (value === undefined) return refuse(place, 'too few parameters', 'those of the password');
  requireTag(value, TAG.integer);
  const { length } = value.contents;
  if (length === 0 || length > 6) refuse(place, `a number of ${length} bytes`, 'a smaller one');
  return value.contents.readIntBE(0, length);
}
