import { createHash, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';

/** What a key may be, with the one way in which it signs. Every other key is refused. */
export interface KeyKind {
  /** In words, e.g. `ECDSA P-384`. */
  readonly name: string;
  /** What is signed is the hash of the message; undefined: Ed25519, which hashes in its own way. */
  readonly hash: 'sha256' | 'sha384' | undefined;
  /** The name in Sigstore's protobuf-specs (`PublicKeyDetails`); undefined if it has none. */
  readonly keyDetails: string | undefined;
}

const CURVES: ReadonlyMap<string, KeyKind> = new Map<string, KeyKind>([
  ['prime256v1', { name: 'ECDSA P-256', hash: 'sha256', keyDetails: 'PKIX_ECDSA_P256_SHA_256' }],
  ['secp384r1', { name: 'ECDSA P-384', hash: 'sha384', keyDetails: 'PKIX_ECDSA_P384_SHA_384' }],
]);

const ED25519: KeyKind = { name: 'Ed25519', hash: undefined, keyDetails: 'PKIX_ED25519' };

/** The allowed kinds in words, for errors. */
export const KEY_KINDS = 'ECDSA P-256 or P-384, Ed25519, or RSA with 2048 bits or more';

const LEAST_RSA_BITS = 2048;
/** The largest that OpenSSL verifies. */
const MOST_RSA_BITS = 16_384;
/** The sizes that have a name in protobuf-specs. */
const NAMED_RSA_BITS: ReadonlySet<number> = new Set([2048, 3072, 4096]);
/** With an exponent of one, everybody can sign; 2^32 is more than other programs read. */
const RSA_EXPONENTS = { least: 3n, limit: 2n ** 32n };

/** The kind of a public or private key; undefined if keys like it are refused. */
export function keyKindOf(key: KeyObject): KeyKind | undefined {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details = {} } = key;
  if (type === 'ec') return CURVES.get(details.namedCurve ?? '');
  if (type === 'ed25519') return ED25519;
  // Not RSA-PSS: it signs in another way.
  return type === 'rsa' ? rsaKind(details) : undefined;
}

function rsaKind({
  modulusLength: bits = 0,
  publicExponent: exponent = 0n,
}: NonNullable<KeyObject['asymmetricKeyDetails']>): KeyKind | undefined {
  const { least, limit } = RSA_EXPONENTS;
  const isAllowed =
    bits >= LEAST_RSA_BITS &&
    bits <= MOST_RSA_BITS &&
    exponent >= least &&
    exponent < limit &&
    exponent % 2n === 1n;
  if (!isAllowed) return undefined;
  const keyDetails = NAMED_RSA_BITS.has(bits) ? `PKIX_RSA_PKCS1V15_${bits}_SHA256` : undefined;
  return { name: `RSA ${bits}`, hash: 'sha256', keyDetails };
}

/** In words, also a kind that is refused, e.g. `ec secp521r1`. */
export function keyName({ asymmetricKeyType, asymmetricKeyDetails = {} }: KeyObject): string {
  const { namedCurve, modulusLength } = asymmetricKeyDetails;
  return [asymmetricKeyType, namedCurve, modulusLength].filter(Boolean).join(' ');
}

/** The name of a key in a bundle, as cosign writes it: base64 of the SHA-256 of its SPKI. */
export function keyHintOf(spki: Uint8Array): string {
  return createHash('sha256').update(spki).digest('base64');
}

/** The SubjectPublicKeyInfo of a public key, or of that in a private one, always in the same spelling. */
export function spkiOf(key: KeyObject): Buffer {
  // A point may be compressed, and a private key may come with another public one. A JWK has neither.
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  const jwk = publicKey.export({ format: 'jwk' });
  return createPublicKey({ key: jwk, format: 'jwk' }).export({ format: 'der', type: 'spki' });
}

/** The signature of a message; RSA signs by PKCS #1 v1.5, as cosign does. */
export function signWith(privateKey: KeyObject, { hash }: KeyKind, message: Uint8Array): Buffer {
  return sign(hash, message, privateKey);
}

export function isSignedWith(
  publicKey: KeyObject,
  { hash }: KeyKind,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  return verify(hash, message, publicKey, signature);
}
