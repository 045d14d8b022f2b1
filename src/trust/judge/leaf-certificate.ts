// The certificate that Fulcio gave the signer. RFC 5280, and for the issuer
// https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md

import type { KeyObject, X509Certificate } from 'node:crypto';

import { TAG, childOf, childrenOf, oidOf, parseDer, requireTag } from '../../der/read-der.ts';
import type { Der } from '../../der/read-der.ts';
import { refuse, type Place } from '../../place.ts';
import { quote } from '../../quote.ts';
import type { CertificateClaims, Identity } from '../trust.ts';
import { parseX509 } from '../x509.ts';

export interface LeafCertificate {
  readonly x509: X509Certificate;
  readonly publicKey: KeyObject;
  readonly signer: Identity;
}

const KEY_USAGE = '551d0f';
const SUBJECT_ALTERNATIVE_NAME = '551d11';
const BASIC_CONSTRAINTS = '551d13';
const EXTENDED_KEY_USAGE = '551d25';
const CODE_SIGNING = '2b06010505070303';
const FULCIO = '2b0601040183bf3001';
const ISSUER = `${FULCIO}08`;
const ISSUER_BEFORE_2022 = `${FULCIO}01`;
const USER_NAME = `${FULCIO}07`;

/** The critical extensions that are read. Any other one must be refused (§4.2). */
const UNDERSTOOD: ReadonlySet<string> = new Set([
  KEY_USAGE,
  SUBJECT_ALTERNATIVE_NAME,
  BASIC_CONSTRAINTS,
  EXTENDED_KEY_USAGE,
]);

const URI_NAME = 0x86;
const EMAIL_NAME = 0x81;
const OTHER_NAME = 0xa0;
const CRITICAL = '0101ff';
const VERSION_3 = 'a003020102';
const NO_AUTHORITY = '3000';

/** Throws the place's code. Whether a trusted authority issued it is not decided here. */
export function parseLeafCertificate(bytes: Uint8Array, place: Place): LeafCertificate {
  const x509 = parseX509(bytes, place);
  const extensions = extensionsOf(parseDer(bytes, place));
  requireLeaf(extensions, place);
  return {
    x509,
    publicKey: publicKeyOf(x509, place),
    signer: {
      ...nameOf(extensions, place),
      issuer: issuerOf(extensions, place),
      claims: claimsOf(extensions, place),
    },
  };
}

const KEY_TYPES: ReadonlySet<string> = new Set(['ec', 'ed25519', 'rsa']);

function publicKeyOf(x509: X509Certificate, place: Place): KeyObject {
  try {
    const { publicKey } = x509;
    if (KEY_TYPES.has(publicKey.asymmetricKeyType ?? '')) return publicKey;
  } catch (error) {
    refuse(place, 'a key that cannot be read', 'an ECDSA, Ed25519 or RSA key', error);
  }
  return refuse(place, 'a key of another type', 'an ECDSA, Ed25519 or RSA key');
}

/** Whether the certificate names the issuer and carries its signature. */
export function isIssuedBy(x509: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return x509.checkIssued(issuer) && x509.verify(issuer.publicKey);
  } catch {
    // OpenSSL throws if the algorithm of the signature does not fit the issuer's key.
    return false;
  }
}

type Extensions = ReadonlyMap<string, Der>;

function extensionsOf(certificate: Der): Extensions {
  const { place } = certificate;
  const [signed, algorithm] = childrenOf(certificate, TAG.sequence);
  const fields = signed === undefined ? [] : childrenOf(signed, TAG.sequence);
  const [version, , signedAlgorithm] = fields;
  const last = fields.at(-1);
  if (version?.raw.toString('hex') !== VERSION_3 || last?.tag !== TAG.context3) {
    return refuse(place, 'a certificate without extensions', 'an X.509 certificate, version 3');
  }
  // The outer name of the algorithm is not signed; its copy inside is.
  if (algorithm === undefined || signedAlgorithm?.raw.equals(algorithm.raw) !== true) {
    refuse(place, 'two different signature algorithms', 'one algorithm');
  }
  return readExtensions(childOf(last, TAG.context3));
}

function readExtensions(list: Der): Extensions {
  const extensions = new Map<string, Der>();
  for (const extension of childrenOf(list, TAG.sequence)) {
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
    extensions.set(oid, value);
  }
  return extensions;
}

/** The items of the sequence in an extension; none if it is not there. */
function itemsOf(extensions: Extensions, oid: string): readonly Der[] {
  const extension = extensions.get(oid);
  if (extension === undefined) return [];
  return childrenOf(childOf(extension, TAG.octetString), TAG.sequence);
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

/** A certificate for code signing, and no authority: an authority's key must not sign evidence. */
function requireLeaf(extensions: Extensions, place: Place): void {
  const constraints = extensions.get(BASIC_CONSTRAINTS);
  if (constraints !== undefined && constraints.contents.toString('hex') !== NO_AUTHORITY) {
    refuse(place, 'the certificate of an authority', 'the certificate of a signer');
  }
  const oids = itemsOf(extensions, EXTENDED_KEY_USAGE).map(oidOf);
  if (oids.join() !== CODE_SIGNING) {
    refuse(place, `the purposes ${quote(oids.join(' '))}`, `code signing (${CODE_SIGNING}) alone`);
  }
  const usage = extensions.get(KEY_USAGE);
  if (usage !== undefined) requireSigning(childOf(usage, TAG.octetString));
}

/** RFC 5280 §4.2.1.3: bit 0 is digitalSignature, bit 5 keyCertSign; the first byte counts spare bits. */
function requireSigning(bits: Der): void {
  requireTag(bits, TAG.bitString);
  const first = bits.contents[1] ?? 0;
  if ((first & 0x84) !== 0x80) {
    refuse(bits.place, 'a key that may not sign, or may certify', 'a key that may only sign');
  }
}

/** The one name, from the bytes themselves. */
function nameOf(extensions: Extensions, place: Place): Pick<Identity, 'type' | 'subject'> {
  const names = itemsOf(extensions, SUBJECT_ALTERNATIVE_NAME);
  const [name, ...more] = names;
  // With several names, nobody could say which of them the policy means.
  if (name === undefined || more.length > 0) {
    return refuse(place, `${names.length} subject alternative names`, 'exactly one');
  }
  switch (name.tag) {
    case URI_NAME:
      return { type: 'uri', subject: printableText(name.contents, place) };
    case EMAIL_NAME:
      return { type: 'email', subject: printableText(name.contents, place) };
    case OTHER_NAME:
      return { type: 'other', subject: printableText(userNameOf(name), place) };
    default: {
      const found = `a name with the tag 0x${name.tag.toString(16)}`;
      return refuse(place, found, 'a URI, an e-mail address or a user name of Fulcio');
    }
  }
}

/** RFC 5280 §4.2.1.6: an otherName is a type and, under [0], a value. */
function userNameOf(name: Der): Buffer {
  const [type, value, ...more] = childrenOf(name, OTHER_NAME);
  if (type === undefined || value === undefined || more.length > 0 || oidOf(type) !== USER_NAME) {
    return refuse(name.place, 'an otherName of another kind', `one of the kind ${USER_NAME}`);
  }
  const text = childOf(value, TAG.context0);
  requireTag(text, TAG.utf8String);
  return text.contents;
}

/** What is there must be readable; what is not there is undefined. */
function claimsOf(extensions: Extensions, place: Place): CertificateClaims {
  const claim = (arc: string): string | undefined => {
    const extension = extensions.get(`${FULCIO}${arc}`);
    return extension && printableText(utf8Contents(extension), place);
  };
  return {
    runnerEnvironment: claim('0b'),
    sourceRepositoryUri: claim('0c'),
    sourceRepositoryRef: claim('0e'),
    sourceRepositoryId: claim('0f'),
    sourceRepositoryOwnerId: claim('11'),
    buildTrigger: claim('14'),
  };
}

/** The issuer, which newer certificates have twice. */
function issuerOf(extensions: Extensions, place: Place): string {
  const current = extensions.get(ISSUER);
  const former = extensions.get(ISSUER_BEFORE_2022);
  const issuers = [
    ...(current === undefined ? [] : [printableText(utf8Contents(current), place)]),
    ...(former === undefined ? [] : [printableText(former.contents, place)]),
  ];
  const [issuer, other = issuer] = issuers;
  if (issuer === undefined) return refuse(place, 'no OIDC issuer', 'the issuer of the identity');
  if (issuer !== other) {
    refuse(place, `the issuers ${quote(issuer)} and ${quote(other ?? '')}`, 'one issuer');
  }
  return issuer;
}

function utf8Contents(extension: Der): Buffer {
  const text = childOf(extension, TAG.octetString);
  requireTag(text, TAG.utf8String);
  return text.contents;
}

/**
 * Visible ASCII. A decoder that drops the high bit would read byte 0xE1 as `a`, and take one identity
 * for another.
 */
function printableText(bytes: Buffer, place: Place): string {
  const isPrintable = bytes.length > 0 && bytes.every((byte) => byte > 0x20 && byte < 0x7f);
  if (!isPrintable) {
    refuse(place, `the name ${quote(bytes.toString('latin1'))}`, 'visible ASCII characters');
  }
  return bytes.toString('latin1');
}
