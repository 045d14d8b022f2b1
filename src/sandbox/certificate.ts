// X.509 certificates, RFC 5280 §4.1.

import { X509Certificate, createHash, sign, type KeyObject } from 'node:crypto';

import * as der from '../der/write-der.ts';

const OID = {
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  ecdsaWithSha384: '1.2.840.10045.4.3.3',
} as const;

export const EXTENDED_KEY_USAGE = {
  codeSigning: '1.3.6.1.5.5.7.3.3',
  timeStamping: '1.3.6.1.5.5.7.3.8',
} as const;

// The bits of KeyUsage, RFC 5280 §4.2.1.3: the byte, and how many of its bits are unused.
const DIGITAL_SIGNATURE = der.bitString(Buffer.of(0b1000_0000), 7);
const SIGN_CERTIFICATES_AND_LISTS = der.bitString(Buffer.of(0b0000_0110), 1);

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** A certificate that can sign: an authority's, or a timestamp authority's leaf. */
export interface SigningCertificate {
  readonly der: Buffer;
  /** The subject's distinguished name, DER. */
  readonly name: Buffer;
  readonly issuerName: Buffer;
  readonly serialNumber: Buffer;
  readonly keys: KeyPair;
}

/** A certificate without its signature. */
export interface CertificateContent {
  /** Big-endian, positive. */
  readonly serialNumber: Buffer;
  readonly issuerName: Buffer;
  readonly subjectName: Buffer;
  readonly validity: Validity;
  readonly publicKey: KeyObject;
  /** Each a whole DER Extension. */
  readonly extensions: readonly Buffer[];
}

/** The empty name: Fulcio's leaf certificates name their subject in the alternative name only. */
export const EMPTY_NAME = der.sequence();

/** A distinguished name of organisation and common name, in Fulcio's order. */
export function distinguishedName(organization: string, commonName: string): Buffer {
  return der.sequence(
    der.setOf(der.sequence(der.oid(OID.organization), der.utf8String(organization))),
    der.setOf(der.sequence(der.oid(OID.commonName), der.utf8String(commonName))),
  );
}

/** @param value the extension's own DER */
export function extension(oid: string, value: Uint8Array, critical = false): Buffer {
  // `critical` is FALSE by default, and DER leaves defaults out.
  const flag = critical ? [der.boolean(true)] : [];
  return der.sequence(der.oid(oid), ...flag, der.octetString(value));
}

/** @param pathLength how many authorities may stand between this one and a leaf */
export function authorityExtensions(pathLength: number): readonly Buffer[] {
  const constraints = der.sequence(der.boolean(true), der.integer(pathLength));
  return [
    extension(OID.keyUsage, SIGN_CERTIFICATES_AND_LISTS, true),
    extension(OID.basicConstraints, constraints, true),
  ];
}

export function digitalSignatureExtension(): Buffer {
  return extension(OID.keyUsage, DIGITAL_SIGNATURE, true);
}

export function extendedKeyUsageExtension(usage: string, critical: boolean): Buffer {
  return extension(OID.extendedKeyUsage, der.sequence(der.oid(usage)), critical);
}

/** SKI of the subject and AKI of the issuer, by which verifiers build the chain. */
export function keyIdentifierExtensions(subject: KeyObject, issuer: KeyObject): readonly Buffer[] {
  return [
    extension(OID.subjectKeyIdentifier, der.octetString(keyIdentifier(subject))),
    extension(OID.authorityKeyIdentifier, der.sequence(der.implicit(0, keyIdentifier(issuer)))),
  ];
}

/** RFC 7093 §2 item 1: the left 160 bits of the SHA-256 of the public key's bits. */
function keyIdentifier(publicKey: KeyObject): Buffer {
  return createHash('sha256').update(pointOf(publicKey)).digest().subarray(0, 20);
}

/** SEC 1 §2.3.3: the key's point, uncompressed. */
export function pointOf(publicKey: KeyObject): Buffer {
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  return Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
}

export function spkiOf(publicKey: KeyObject): Buffer {
  return publicKey.export({ format: 'der', type: 'spki' });
}

/**
 * The TBSCertificate.
 *
 * @param issuer the key that will sign: its algorithm is part of what is signed
 */
export function buildTbs(content: CertificateContent, issuer: KeyObject): Buffer {
  const { notBefore, notAfter } = content.validity;
  return der.sequence(
    der.explicit(0, der.integer(2)), // X.509 v3
    der.unsignedInteger(content.serialNumber),
    signatureAlgorithm(issuer),
    content.issuerName,
    der.sequence(der.time(notBefore), der.time(notAfter)),
    content.subjectName,
    spkiOf(content.publicKey),
    der.explicit(3, der.sequence(...content.extensions)),
  );
}

export function buildCertificate(content: CertificateContent, issuer: KeyObject): Buffer {
  const tbs = buildTbs(content, issuer);
  const signature = sign(hashFor(issuer), tbs, issuer);
  return der.sequence(tbs, signatureAlgorithm(issuer), der.bitString(signature));
}

/** The AlgorithmIdentifier of a signature by this key: ECDSA with the hash of its curve's size. */
export function signatureAlgorithm(key: KeyObject): Buffer {
  const isP384 = hashFor(key) === 'sha384';
  return der.sequence(der.oid(isP384 ? OID.ecdsaWithSha384 : OID.ecdsaWithSha256));
}

export function hashFor(key: KeyObject): 'sha256' | 'sha384' {
  return key.asymmetricKeyDetails?.namedCurve === 'secp384r1' ? 'sha384' : 'sha256';
}

export function pemOf(certificate: Uint8Array): string {
  return new X509Certificate(certificate).toString();
}
