// Certificates that no service would give: of any key, with any extensions.

import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

import * as der from '../../src/der/write-der.ts';
import * as x509 from '../../src/sandbox/certificate.ts';
import type { KeyPair, SigningCertificate, Validity } from '../../src/sandbox/certificate.ts';

export interface Wanted {
  readonly keys: KeyPair;
  readonly name: Buffer;
  readonly validity: Validity;
  readonly extensions: readonly Buffer[];
  /** The AlgorithmIdentifier, if not the usual one for the issuer's key. */
  readonly algorithm?: Buffer;
  /** In the signed part alone. */
  readonly innerAlgorithm?: Buffer;
  /** By which its issuer signs it, if that has an RSA key. */
  readonly rsaHash?: keyof typeof RSA;
}

/** The names of signatures, by their hash. */
export const ECDSA = {
  sha256: '1.2.840.10045.4.3.2',
  sha384: '1.2.840.10045.4.3.3',
  sha512: '1.2.840.10045.4.3.4',
} as const;
export const RSA = {
  sha256: '1.2.840.113549.1.1.11',
  sha384: '1.2.840.113549.1.1.12',
  sha512: '1.2.840.113549.1.1.13',
} as const;
const HASHES = { prime256v1: 'sha256', secp384r1: 'sha384', secp521r1: 'sha512' } as const;
export const RSA_WITH_SHA256 = der.sequence(der.oid(RSA.sha256), der.nullValue());
const ED25519 = der.sequence(der.oid('1.3.101.112'));

export function ec(namedCurve: 'P-256' | 'P-384' | 'P-521'): KeyPair {
  return generateKeyPairSync('ec', { namedCurve });
}

export function rsa(modulusLength: number): KeyPair {
  return generateKeyPairSync('rsa', { modulusLength });
}

export function ed25519(): KeyPair {
  return generateKeyPairSync('ed25519');
}

/** @param issuer undefined: it signs itself */
export function certify(
  wanted: Wanted,
  issuer?: Pick<SigningCertificate, 'name' | 'keys'>,
): SigningCertificate {
  const { name: issuerName, keys: issuerKeys } = issuer ?? wanted;
  const { hash, algorithm: usual } = signatureBy(issuerKeys.privateKey, wanted.rsaHash);
  const { algorithm = usual, innerAlgorithm = algorithm } = wanted;
  const serialNumber = Buffer.concat([Buffer.of(0x41), randomBytes(15)]);
  const tbs = der.sequence(
    der.explicit(0, der.integer(2)),
    der.unsignedInteger(serialNumber),
    innerAlgorithm,
    issuerName,
    der.sequence(der.time(wanted.validity.notBefore), der.time(wanted.validity.notAfter)),
    wanted.name,
    x509.spkiOf(wanted.keys.publicKey),
    der.explicit(3, der.sequence(...wanted.extensions)),
  );
  const signature = der.bitString(sign(hash, tbs, issuerKeys.privateKey));
  const bytes = der.sequence(tbs, algorithm, signature);
  return { der: bytes, name: wanted.name, issuerName, serialNumber, keys: wanted.keys };
}

function signatureBy(
  key: KeyObject,
  rsaHash: keyof typeof RSA = 'sha256',
): { hash: string | undefined; algorithm: Buffer } {
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (curve === 'prime256v1' || curve === 'secp384r1' || curve === 'secp521r1') {
    const hash = HASHES[curve];
    return { hash, algorithm: der.sequence(der.oid(ECDSA[hash])) };
  }
  if (key.asymmetricKeyType !== 'rsa') return { hash: undefined, algorithm: ED25519 };
  return { hash: rsaHash, algorithm: der.sequence(der.oid(RSA[rsaHash]), der.nullValue()) };
}

/** The extended key usage with these purposes. */
export function purposes(oids: readonly string[], critical = false): Buffer {
  const value = der.sequence(...oids.map((oid) => der.oid(oid)));
  return x509.extension('2.5.29.37', value, critical);
}

const CA_CONSTRAINTS = (pathLength?: number): Buffer =>
  der.sequence(der.boolean(true), ...(pathLength === undefined ? [] : [der.integer(pathLength)]));

/** basicConstraints of an authority. */
export function authority(pathLength?: number): Buffer {
  return x509.extension('2.5.29.19', CA_CONSTRAINTS(pathLength), true);
}

/** keyUsage: keyCertSign and cRLSign. */
export const MAY_CERTIFY = x509.extension('2.5.29.15', der.bitString(Buffer.of(6), 1), true);

/** Extensions that must make a certificate useless to whoever does not understand them. */
export const UNUSABLE: Readonly<Record<string, Buffer>> = {
  'an unknown critical extension': x509.extension('1.2.3.4', der.nullValue(), true),
  'critical certificate policies': x509.extension(
    '2.5.29.32',
    der.sequence(der.sequence(der.oid('2.5.29.32.0'))),
    true,
  ),
  'name constraints': x509.extension('2.5.29.30', nameConstraints()),
  'critical name constraints': x509.extension('2.5.29.30', nameConstraints(), true),
};

/** Permits the names of one host. */
function nameConstraints(): Buffer {
  const subtree = der.sequence(der.implicit(2, Buffer.from('example.test')));
  return der.sequence(der.retag(0, der.sequence(subtree)));
}
