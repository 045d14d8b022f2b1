// Chains of certificates, from a signer to the trust anchor of a trusted root. RFC 5280 §6.1, without
// what nobody in Sigstore uses: whatever restricts a chain and is not read here refuses it.

import type { KeyObject, X509Certificate } from 'node:crypto';

import { TAG, childOf, childrenOf, oidOf, requireTag } from '../../der/read-der.ts';
import { refuse, type Place } from '../../place.ts';
import { quote } from '../../quote.ts';
import { KEY_KINDS, keyKindOf, keyName } from '../key-kind.ts';
import type { KnownSignatures } from '../known-signatures.ts';
import { holds } from '../validity-window.ts';
import { VerifyMemory } from '../verify-memory.ts';
import { EXTENSION, itemsOf, keyUsageOf, readCertificate } from './certificate.ts';
import type { Certificate } from './certificate.ts';

/** What a certificate must be for: the extended key usage, RFC 5280 §4.2.1.12. */
export type Purpose = 'code signing' | 'time stamping';

const PURPOSES: Readonly<Record<Purpose, string>> = {
  'code signing': '2b06010505070303',
  'time stamping': '2b06010505070308',
};
const ANY_PURPOSE = '551d2500';

const NO_AUTHORITY = '3000';
const TRUE = '0101ff';

/** The algorithms by which a certificate may be signed, each in its one spelling, with the hash that is chosen by it. */
const ALGORITHMS: ReadonlyMap<string, string | undefined> = new Map([
  ['300a06082a8648ce3d040302', 'sha256'], // ECDSA
  ['300a06082a8648ce3d040303', 'sha384'],
  ['300a06082a8648ce3d040304', 'sha512'],
  ['300d06092a864886f70d01010b0500', 'sha256'], // RSA (PKCS #1 v1.5)
  ['300d06092a864886f70d01010c0500', 'sha384'],
  ['300d06092a864886f70d01010d0500', 'sha512'],
  ['300506032b6570', undefined], // Ed25519
]);

/**
 * Reads the certificate of a signer: for this purpose alone, and no authority, because the key of an
 * authority must not sign. Throws the place's code. Who issued it is not decided here.
 */
export function readSigner(x509: X509Certificate, purpose: Purpose, place: Place): Certificate {
  const certificate = readCertificate(x509, place);
  const { extensions, publicKey } = certificate;
  requireUnconstrained(certificate, place);
  const constraints = extensions.get(EXTENSION.basicConstraints);
  if (constraints !== undefined && constraints.contents.toString('hex') !== NO_AUTHORITY) {
    refuse(place, 'the certificate of an authority', 'the certificate of a signer');
  }
  requireOnlyPurpose(certificate, purpose, place);
  requireSigning(certificate, purpose, place);
  const isSignerKey = purpose === 'code signing' ? isLeafKey : isStampingKey;
  if (!isSignerKey(publicKey)) refuse(place, `the key ${keyName(publicKey)}`, KEY_KINDS);
  return certificate;
}

/** RFC 3161 §2.3: of a timestamp authority the purpose must be critical too. */
function requireOnlyPurpose({ extensions }: Certificate, purpose: Purpose, place: Place): void {
  const oids = itemsOf(extensions, EXTENSION.extendedKeyUsage).map(oidOf);
  if (oids.join() !== PURPOSES[purpose]) {
    const expected = `${purpose} (${PURPOSES[purpose]}) alone`;
    refuse(place, `the purposes ${quote(oids.join(' '))}`, expected);
  }
  const { isCritical = false } = extensions.get(EXTENSION.extendedKeyUsage) ?? {};
  if (purpose === 'time stamping' && !isCritical) {
    refuse(place, `${purpose} that is not critical`, 'a critical extended key usage');
  }
}

function requireSigning({ extensions }: Certificate, purpose: Purpose, place: Place): void {
  const usage = keyUsageOf(extensions);
  if (usage === undefined) return;
  // RFC 3161 §2.3 has either bit for an authority.
  const maySign =
    usage.digitalSignature || (purpose === 'time stamping' && usage.contentCommitment);
  if (!maySign || usage.keyCertSign) {
    refuse(place, 'a key that may not sign, or may certify', 'a key that may only sign');
  }
}

/** Which names an authority may certify is not compared with any name, so no chain may ask for it. */
function requireUnconstrained({ extensions }: Certificate, place: Place): void {
  if (!extensions.has(EXTENSION.nameConstraints)) return;
  refuse(place, 'a certificate with name constraints', 'one without');
}

function isLeafKey(key: KeyObject): boolean {
  return keyKindOf(key) !== undefined;
}

function isStampingKey(key: KeyObject): boolean {
  return key.asymmetricKeyType !== 'ed25519' && isAuthorityKey(key);
}

/** Beside those of signers, ECDSA P-521. */
function isAuthorityKey(key: KeyObject): boolean {
  const isP521 = key.asymmetricKeyDetails?.namedCurve === 'secp521r1';
  return isP521 || isLeafKey(key);
}

/** What is asked of a chain: its purpose, and the times at which each certificate of it must be valid. */
interface Question {
  readonly purpose: Purpose;
  readonly times: readonly Date[];
  readonly place: Place;
  /** Takes the signature of the signer's certificate, once it verified. */
  readonly known?: KnownSignatures | undefined;
}

/** An authority, with how many others may stand between it and a signer. */
interface AuthorityCertificate extends Certificate {
  readonly pathLength: number;
}

/**
 * Judges chains under one trusted root. It remembers which of the root's certificates are authorities
 * and which of them issued which, so that many bundles pay for that once.
 */
export class ChainJudge {
  readonly #authorities = new WeakMap<X509Certificate, AuthorityCertificate>();
  readonly #links = new VerifyMemory();

  /**
   * Throws the place's code unless every certificate was issued by the next, the last being trusted, and
   * each of them may do what it did at all the times.
   *
   * @param chain of the trusted root: the issuer of the signer first, the trust anchor last
   */
  judge(signer: Certificate, chain: readonly X509Certificate[], question: Question): void {
    const { purpose, times, place, known } = question;
    if (chain.length === 0) refuse(place, 'a certificate without an issuer', 'a chain');
    requireValid(signer, times, place);
    // The certificate of a signer comes with its bundle, that of a timestamp authority with the root.
    const isOfRoot = purpose === 'time stamping';
    let issued = signer;
    for (const [below, x509] of chain.entries()) {
      const authority = this.#authority(x509, place);
      requireValid(authority, times, place);
      requirePurpose(authority, purpose, place);
      if (below > authority.pathLength) {
        refuse(place, `${below} authorities below one`, `at most ${authority.pathLength}`);
      }
      this.#requireIssued(issued, authority, isOfRoot || issued !== signer, place);
      if (issued === signer) noteIssued(signer, authority, known);
      issued = authority;
    }
  }

  #authority(x509: X509Certificate, place: Place): AuthorityCertificate {
    const known = this.#authorities.get(x509) ?? readAuthority(x509, place);
    this.#authorities.set(x509, known);
    return known;
  }

  #requireIssued(issued: Certificate, issuer: Certificate, isOfRoot: boolean, place: Place): void {
    if (!ALGORITHMS.has(issued.algorithm)) {
      refuse(place, `the signature algorithm ${issued.algorithm}`, 'ECDSA, Ed25519 or RSA, SHA-2');
    }
    const verify = (): boolean => isIssuedBy(issued, issuer);
    const isIssued =
      issued.issuer.equals(issuer.subject) &&
      (isOfRoot ? this.#links.remember(issued.x509.raw, issuer.x509.raw, verify) : verify());
    if (!isIssued) refuse(place, 'a certificate that its issuer did not sign', 'a signed one');
  }
}

/** Of a certificate that was verified. */
function noteIssued(
  { algorithm, signed, signature }: Certificate,
  issuer: Certificate,
  known: KnownSignatures | undefined,
): void {
  const hash = ALGORITHMS.get(algorithm);
  if (known === undefined || hash === undefined) return;
  // The first byte counts the bits that do not belong to the value: OpenSSL takes none but 0.
  known.add({ hash, key: issuer.spki, bytes: signed, signature: signature.contents.subarray(1) });
}

function isIssuedBy({ x509 }: Certificate, issuer: Certificate): boolean {
  try {
    return x509.checkIssued(issuer.x509) && x509.verify(issuer.publicKey);
  } catch {
    // OpenSSL throws if the algorithm of the signature does not fit the issuer's key.
    return false;
  }
}

const EMPTY_NAME = Buffer.from('3000', 'hex');

function requireValid({ x509, subject }: Certificate, times: readonly Date[], place: Place): void {
  const { validFromDate: start, validToDate: end } = x509;
  const outside = times.find((time) => !holds({ start, end }, time));
  if (outside === undefined) return;
  // The certificate of a signer has no subject. Node's is undefined then, whatever its type says.
  const name = subject.equals(EMPTY_NAME) ? 'the signer' : quote(x509.subject);
  const expected = `a time from ${start.toISOString()} to ${end.toISOString()}`;
  refuse(
    place,
    `${outside.toISOString()}, when the certificate of ${name} was not valid`,
    expected,
  );
}

/** Which purposes it may certify; without the extension, all. */
function requirePurpose({ extensions }: Certificate, purpose: Purpose, place: Place): void {
  if (!extensions.has(EXTENSION.extendedKeyUsage)) return;
  const oids = itemsOf(extensions, EXTENSION.extendedKeyUsage).map(oidOf);
  if (oids.includes(PURPOSES[purpose]) || oids.includes(ANY_PURPOSE)) return;
  refuse(place, `an authority for ${quote(oids.join(' '))} alone`, `an authority for ${purpose}`);
}

function readAuthority(x509: X509Certificate, place: Place): AuthorityCertificate {
  const certificate = readCertificate(x509, place);
  requireUnconstrained(certificate, place);
  if (keyUsageOf(certificate.extensions)?.keyCertSign !== true) {
    refuse(place, 'an issuer whose key may not certify', 'the key usage keyCertSign');
  }
  if (!isAuthorityKey(certificate.publicKey)) {
    refuse(place, `an issuer with the key ${keyName(certificate.publicKey)}`, KEY_KINDS);
  }
  return { ...certificate, pathLength: pathLengthOf(certificate, place) };
}

/** Not negative, and far more than any chain has. */
const PATH_LENGTH = /^[0-7][0-9a-f]{1,7}$/;

/** BasicConstraints, §4.2.1.9. */
function pathLengthOf({ extensions }: Certificate, place: Place): number {
  const extension = extensions.get(EXTENSION.basicConstraints);
  const constraints = extension && childOf(extension, TAG.octetString);
  const [isAuthority, length, ...more] = constraints ? childrenOf(constraints, TAG.sequence) : [];
  if (isAuthority?.raw.toString('hex') !== TRUE || more.length > 0) {
    return refuse(place, 'an issuer that is no authority', 'basicConstraints of an authority');
  }
  if (length === undefined) return Infinity;
  requireTag(length, TAG.integer);
  const digits = length.contents.toString('hex');
  return PATH_LENGTH.test(digits)
    ? Number.parseInt(digits, 16)
    : refuse(place, `the path length 0x${digits}`, 'a small number');
}
