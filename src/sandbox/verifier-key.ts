import {
  X509Certificate,
  constants,
  createPublicKey,
  publicDecrypt,
  type KeyObject,
} from 'node:crypto';

import { p256, p384 } from '@noble/curves/nist.js';

import { pointOf } from './certificate.ts';

/** Which kinds of keys the logs take, as Rekor v2 does unless it is told otherwise. */
interface VerifierKind {
  /** The name in protobuf-specs (`PublicKeyDetails`); RSA keys of other sizes have none. */
  readonly keyDetails: string | undefined;
  /** Of what is signed; undefined: Ed25519, whose signature is not over a digest. */
  readonly hash: 'sha256' | 'sha384' | undefined;
}

/** A key with which something was signed. */
export interface Verifier {
  readonly key: KeyObject;
  readonly kind: VerifierKind;
  /**
   * The certificate or key as PEM with 64 columns (RFC 7468 §2). Rekor v1 always logs it like this. Some
   * clients compare the logged text with what they would have written.
   */
  readonly pem: string;
}

const CURVES: ReadonlyMap<string, VerifierKind> = new Map([
  ['prime256v1', { keyDetails: 'PKIX_ECDSA_P256_SHA_256', hash: 'sha256' } as const],
  ['secp384r1', { keyDetails: 'PKIX_ECDSA_P384_SHA_384', hash: 'sha384' } as const],
]);
const ED25519: VerifierKind = { keyDetails: 'PKIX_ED25519', hash: undefined };
const NAMED_RSA_BITS: ReadonlySet<number> = new Set([2048, 3072, 4096]);

function kindOf(key: KeyObject): VerifierKind | undefined {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details = {} } = key;
  if (type === 'ec') return CURVES.get(details.namedCurve ?? '');
  if (type === 'ed25519') return ED25519;
  const { modulusLength: bits = 0 } = details;
  if (type !== 'rsa' || bits < 2048) return undefined;
  const keyDetails = NAMED_RSA_BITS.has(bits) ? `PKIX_RSA_PKCS1V15_${bits}_SHA256` : undefined;
  return { keyDetails, hash: 'sha256' };
}

/** Reads a certificate or a public key in this format and no other; undefined unless its kind is taken. */
export function parseVerifier(bytes: Buffer, format: 'pem' | 'der'): Verifier | undefined {
  if (bytes.includes('-----BEGIN ') !== (format === 'pem')) return undefined;
  const verifier =
    unlessRefused(() => certificateOf(bytes)) ?? unlessRefused(() => publicKeyOf(bytes, format));
  const kind = verifier === undefined ? undefined : kindOf(verifier.key);
  return verifier === undefined || kind === undefined ? undefined : { ...verifier, kind };
}

/** The same for a P-256 key alone. */
export function parseP256(bytes: Buffer, format: 'pem' | 'der'): KeyObject | undefined {
  const key = parseVerifier(bytes, format)?.key;
  return key?.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : undefined;
}

type KeyAndPem = Pick<Verifier, 'key' | 'pem'>;

function certificateOf(bytes: Buffer): KeyAndPem {
  const certificate = new X509Certificate(bytes);
  return { key: certificate.publicKey, pem: certificate.toString() };
}

function publicKeyOf(bytes: Buffer, format: 'pem' | 'der'): KeyAndPem {
  const key = createPublicKey({ key: bytes, format, type: 'spki' });
  return { key, pem: key.export({ format: 'pem', type: 'spki' }).toString() };
}

/** OpenSSL's error only says that this is no certificate, or no key. */
function unlessRefused<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** DigestInfo of SHA-256 up to the digest (RFC 8017 §9.2). */
const SHA256_INFO = Buffer.from('3031300d060960864801650304020105000420', 'hex');

/**
 * Whether the signature is this key's over this digest: ECDSA in DER (FIPS 186-5 §6.4.2), RSA by PKCS #1
 * v1.5 with SHA-256. `node:crypto` always hashes its input itself, and a log that stores digests never
 * sees that input.
 */
export function isSignatureOfDigest(key: KeyObject, digest: Buffer, signature: Buffer): boolean {
  if (key.asymmetricKeyType === 'rsa') return isRsaSignature(key, digest, signature);
  if (key.asymmetricKeyType !== 'ec') return false;
  const curve = key.asymmetricKeyDetails?.namedCurve === 'secp384r1' ? p384 : p256;
  // Half of all signatures have a high s. Only some digital currencies refuse it.
  const options = { prehash: false, lowS: false, format: 'der' } as const;
  return curve.verify(signature, digest, pointOf(key), options);
}

function isRsaSignature(key: KeyObject, digest: Buffer, signature: Buffer): boolean {
  const padding = constants.RSA_PKCS1_PADDING;
  const signed = unlessRefused(() => publicDecrypt({ key, padding }, signature));
  return signed?.equals(Buffer.concat([SHA256_INFO, digest])) ?? false;
}
