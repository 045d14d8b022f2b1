// X.509 certificates (RFC 5280 §4.1), from their own bytes.

import type { KeyObject, X509Certificate } from 'node:crypto';

import { TAG, childOf, childrenOf, oidOf, parseDer, requireTag } from '../../der/read-der.ts';
import type { Der } from '../../der/read-der.ts';
import { MAX_EXTENSIONS } from '../../limits.ts';
import { refuse, type Place } from '../../place.ts';

/** A certificate, and what judging needs of it. Nothing in it is judged yet, but for its shape. */
export interface Certificate {
  readonly x509: X509Certificate;
  readonly publicKey: KeyObject;
  /** The serial number's bytes, and the names of issuer and subject, each whole in DER. */
  readonly serial: Buffer;
  readonly issuer: Buffer;
  readonly subject: Buffer;
  /** The AlgorithmIdentifier of its signature in hexadecimal digits. */
  readonly algorithm: string;
  readonly extensions: Extensions;
  /** What its issuer signed, the signature, and its own key (SubjectPublicKeyInfo), as they stand in it. */
  readonly signed: Buffer;
  readonly signature: Der;
  readonly spki: Buffer;
  /** Of the signed part, the extensions last. */
  readonly fields: readonly Der[];
}

export type Extensions = ReadonlyMap<string, Extension>;

/** The octet string with an extension's own DER. */
interface Extension extends Der {
  readonly isCritical: boolean;
}

export const EXTENSION = {
  keyUsage: '551d0f',
  subjectAlternativeName: '551d11',
  basicConstraints: '551d13',
  nameConstraints: '551d1e',
  extendedKeyUsage: '551d25',
} as const;

/** The critical extensions that are read. Any other one must be refused (§4.2). */
const UNDERSTOOD: ReadonlySet<string> = new Set([
  EXTENSION.keyUsage,
  EXTENSION.subjectAlternativeName,
  EXTENSION.basicConstraints,
  EXTENSION.extendedKeyUsage,
]);

const CRITICAL = '0101ff';
const VERSION_3 = 'a003020102';
/** Version, serial number, algorithm, issuer, validity, subject, key, extensions. */
const FIELDS = 8;

/** Throws the place's code. */
export function readCertificate(x509: X509Certificate, place: Place): Certificate {
  const [signed, algorithm, signature] = childrenOf(parseDer(x509.raw, place), TAG.sequence);
  const fields = childrenOf(signed ?? absent(place), TAG.sequence);
  const field = (index: number): Der => fields[index] ?? absent(place);
  if (field(0).raw.toString('hex') !== VERSION_3 || fields.length !== FIELDS) absent(place);
  // The outer name of the algorithm is not signed; its copy inside is.
  if (algorithm?.raw.equals(field(2).raw) !== true) {
    return refuse(place, 'two different signature algorithms', 'one algorithm');
  }
  // OpenSSL reads more times than a Date can hold.
  if ([x509.validFromDate, x509.validToDate].some((at) => Number.isNaN(at.getTime()))) {
    return refuse(place, 'a validity that is no time', 'two times');
  }
  return {
    x509,
    publicKey: publicKeyOf(x509, place),
    serial: field(1).contents,
    issuer: field(3).raw,
    subject: field(5).raw,
    algorithm: algorithm.raw.toString('hex'),
    extensions: readExtensions(childOf(field(7), TAG.context3)),
    signed: signed?.raw ?? absent(place),
    signature: signature ?? absent(place),
    spki: field(6).raw,
    fields,
  };
}

function absent(place: Place): never {
  return refuse(place, 'a certificate of another shape', 'X.509, version 3, with extensions');
}

function publicKeyOf(x509: X509Certificate, place: Place): KeyObject {
  try {
    return x509.publicKey;
  } catch (error) {
    return refuse(place, 'a key that cannot be read', 'an ECDSA, Ed25519 or RSA key', error);
  }
}

function readExtensions(list: Der): Extensions {
  const extensions = new Map<string, Extension>();
  const all = childrenOf(list, TAG.sequence);
  if (all.length > MAX_EXTENSIONS) {
    return refuse(list.place, `${all.length} extensions`, `at most ${MAX_EXTENSIONS}`);
  }
  for (const extension of all) {
    const [name, ...rest] = childrenOf(extension, TAG.sequence);
    const value = rest.pop();
    const [critical, ...more] = rest;
    if (name === undefined || value === undefined || more.length > 0) {
      return refuse(list.place, 'an extension of another shape', 'a name, a flag and a value');
    }
    const oid = oidOf(name);
    if (extensions.has(oid)) refuse(list.place, `${oid} twice`, 'each extension once');
    requireUnderstood(oid, critical);
    requireTag(value, TAG.octetString);
    extensions.set(oid, { ...value, isCritical: critical !== undefined });
  }
  return extensions;
}

function requireUnderstood(oid: string, critical: Der | undefined): void {
  if (critical === undefined) return;
  const { place } = critical;
  if (critical.raw.toString('hex') !== CRITICAL) {
    refuse(place, 'a critical flag in another spelling', 'true, or no flag');
  }
  if (!UNDERSTOOD.has(oid)) {
    refuse(place, `the critical extension ${oid}`, 'no critical extension that is not understood');
  }
}

/** The items of the sequence in an extension; none if it is not there. */
export function itemsOf(extensions: Extensions, oid: string): readonly Der[] {
  const extension = extensions.get(oid);
  if (extension === undefined) return [];
  return childrenOf(childOf(extension, TAG.octetString), TAG.sequence);
}

/** The bits of KeyUsage that are asked for (§4.2.1.3). Absent, the extension forbids nothing. */
export function keyUsageOf(extensions: Extensions): KeyUsage | undefined {
  const extension = extensions.get(EXTENSION.keyUsage);
  if (extension === undefined) return undefined;
  const bits = childOf(extension, TAG.octetString);
  requireTag(bits, TAG.bitString);
  // The first byte counts the bits that do not belong to the value.
  const first = bits.contents[1] ?? 0;
  return {
    digitalSignature: (first & 0x80) !== 0,
    contentCommitment: (first & 0x40) !== 0,
    keyCertSign: (first & 0x04) !== 0,
  };
}

interface KeyUsage {
  readonly digitalSignature: boolean;
  readonly contentCommitment: boolean;
  readonly keyCertSign: boolean;
}
