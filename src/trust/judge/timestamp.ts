// Whether a timestamp counts: RFC 3161 §2.4.2, RFC 5652 §5.6, and what the trusted root says of its
// authority. docs/verification.md has the rules.

import { createHash, verify, type KeyObject, type X509Certificate } from 'node:crypto';

import { TAG, type Der } from '../../der/read-der.ts';
import { refuse, type Place } from '../../place.ts';
import type { StampSignature } from '../judgement.ts';
import type { Timestamp } from '../sigstore-bundle.ts';
import { NOT_VOUCHED_FOR, isNamedIn, type Authority } from '../trusted-root.ts';
import { holds } from '../validity-window.ts';
import type { Certificate } from './certificate.ts';
import { readSigner, type ChainJudge } from './chain.ts';
import { identifies, parseSignedAttributes, type SignedAttributes } from './signed-attributes.ts';
import { readHash, type Hash } from './timestamp-info.ts';
import { parseTimestampResponse, type TimestampToken } from './timestamp-response.ts';
import { vouching } from './vouching.ts';

/** A timestamp that verifies. */
export interface JudgedTimestamp {
  readonly timestamp: Timestamp;
  /** Rounded down to milliseconds. */
  readonly at: Date;
  /** The digits behind the point of its time. */
  readonly fraction: string;
  /**
   * The same and, if the time is more precise than that, the next millisecond. Whatever must be valid at
   * the time must be valid at each of them.
   */
  readonly moments: readonly Date[];
  readonly signature: StampSignature;
  /** The authorities of the root that vouch for it then: several, if they differ in their windows alone. */
  readonly authorities: readonly Authority[];
}

/** Judges the timestamps of bundles under one trusted root. */
export class TimestampJudge {
  readonly #authorities: readonly Authority[];
  readonly #chains: ChainJudge;
  readonly #signers = new WeakMap<X509Certificate, Certificate>();

  constructor(authorities: readonly Authority[], chains: ChainJudge) {
    this.#authorities = authorities;
    this.#chains = chains;
  }

  /**
   * All timestamps of a bundle. Throws TIMESTAMP_INVALID, with the place of the one that is wrong.
   *
   * @param signature the bytes that are stamped: the signature of the envelope
   */
  judge(timestamps: readonly Timestamp[], signature: Uint8Array): readonly JudgedTimestamp[] {
    const seen = new Set<string>();
    return timestamps.map((timestamp) => {
      const { response, place } = timestamp;
      const token = parseTimestampResponse(response, place);
      // An authority gives each number once. Around the signed part one token may come in two forms.
      const { issuer, serial } = token.signer;
      const name = [issuer, serial, token.info.serial].map((part) => part.toString('hex')).join();
      if (seen.has(name)) refuse(place, 'a timestamp that is there already', 'each timestamp once');
      seen.add(name);
      return { timestamp, ...this.#judgeToken(token, signature, place) };
    });
  }

  #judgeToken(
    token: TimestampToken,
    signature: Uint8Array,
    place: Place,
  ): Omit<JudgedTimestamp, 'timestamp'> {
    const unknown = { ...place, hint: NOT_VOUCHED_FOR };
    const named = this.#authorities.filter(({ chain: [signer] }) =>
      isNamedIn(token.signer, signer),
    );
    const [authority] = named;
    if (authority === undefined) {
      const found = 'a timestamp of an authority that is not trusted';
      return refuse(unknown, found, 'one of the trusted root');
    }
    // A root with two signers of one name is refused: the others have the same certificate.
    const signer = this.#signer(authority.chain[0], unknown);
    const attributes = parseSignedAttributes(token.signer.attributes);
    requireSigned(token, attributes, signer, place);
    requireStampOf(token, signature, place);
    const { at, fraction, moments } = token.info;
    const authorities = vouching(named, (each) => {
      requireIdentified(attributes, signer, each, place);
      requireBagOf(token, each, place);
      requireInForce(each, moments, unknown);
      const question = { purpose: 'time stamping', times: moments, place: unknown } as const;
      this.#chains.judge(signer, each.chain.slice(1), question);
    });
    const name = signatureName(signer.publicKey, token.signer.digestAlgorithm);
    return { at, fraction, moments, authorities, signature: name };
  }

  #signer(x509: X509Certificate, place: Place): Certificate {
    const signer = this.#signers.get(x509) ?? readSigner(x509, 'time stamping', place);
    this.#signers.set(x509, signer);
    return signer;
  }
}

function signatureName({ asymmetricKeyType }: KeyObject, digestAlgorithm: Der): StampSignature {
  const { hash } = readHash(digestAlgorithm);
  return `${asymmetricKeyType === 'rsa' ? 'rsa' : 'ecdsa'} ${hash}`;
}

/** RFC 5652 §5.4: a digest of the content is signed, among the attributes, as a SET. */
function requireSigned(
  token: TimestampToken,
  { messageDigest, ...attributes }: SignedAttributes,
  { publicKey }: Certificate,
  place: Place,
): void {
  const { signer, content } = token;
  const { hash, hasNull } = readHash(signer.digestAlgorithm);
  const writesNull = hasNullParameters(token, attributes);
  const expected = signatureAlgorithm(publicKey.asymmetricKeyType, hash, writesNull);
  if (hasNull !== writesNull || signer.signatureAlgorithm.raw.toString('hex') !== expected) {
    refuse(place, 'an algorithm in another spelling', 'the spelling of this kind of authority');
  }
  if (!createHash(hash).update(content).digest().equals(messageDigest)) {
    refuse(place, 'the message digest of something else', 'the digest of this timestamp');
  }
  const signed = Buffer.concat([Buffer.of(TAG.set), signer.attributes.raw.subarray(1)]);
  if (!verify(hash, signed, publicKey, signer.signature)) {
    refuse(place, 'a signature of other bytes or by another key', 'the signature of the authority');
  }
}

/**
 * Whether NULL stands behind the names of digests, and behind rsaEncryption. Both spellings are in use,
 * and nobody signs them, so what is signed must say which one this authority writes. Sigstore's own
 * authority leaves it out; it shows in that it writes NULL in the imprint, whatever it was sent, and
 * the issuer beside the digest of its certificate. OpenSSL and the others write it.
 */
function hasNullParameters(
  { info }: TimestampToken,
  { certificateIds }: Pick<SignedAttributes, 'certificateIds'>,
): boolean {
  const namesIssuer = certificateIds.every(([{ issuerSerial }]) => issuerSerial !== undefined);
  return !(info.imprint.hasNull && namesIssuer);
}

/** RFC 5754 §3.3: without parameters. */
const ECDSA: Readonly<Record<Hash, string>> = {
  sha256: '300a06082a8648ce3d040302',
  sha384: '300a06082a8648ce3d040303',
  sha512: '300a06082a8648ce3d040304',
};
/** What Sigstore's own authority writes with an RSA key. */
const RSA_WITH_HASH: Readonly<Record<Hash, string>> = {
  sha256: '300b06092a864886f70d01010b',
  sha384: '300b06092a864886f70d01010c',
  sha512: '300b06092a864886f70d01010d',
};
const RSA_ENCRYPTION = '300d06092a864886f70d0101010500';

function signatureAlgorithm(keyType: string | undefined, hash: Hash, writesNull: boolean): string {
  if (keyType === 'ec') return ECDSA[hash];
  return writesNull ? RSA_ENCRYPTION : RSA_WITH_HASH[hash];
}

function requireStampOf({ info }: TimestampToken, signature: Uint8Array, place: Place): void {
  const { hash, digest } = info.imprint;
  if (createHash(hash).update(signature).digest().equals(digest)) return;
  refuse(place, 'a timestamp of something else', 'a timestamp of this signature');
}

function requireIdentified(
  attributes: SignedAttributes,
  signer: Certificate,
  { chain }: Authority,
  place: Place,
): void {
  const certificates = chain.map(({ raw }) => raw);
  if (identifies(attributes, signer, certificates)) return;
  refuse(place, 'the id of another certificate', 'that of the authority in the trusted root');
}

/** The signer's chain from its start, each certificate once: in its order, or in that of DER for a SET. */
function requireBagOf({ certificates }: TimestampToken, { chain }: Authority, place: Place): void {
  const expected = chain.slice(0, certificates.length).map(({ raw }) => raw);
  const sorted = expected.toSorted((a, b) => Buffer.compare(a, b));
  if (isSame(certificates, expected) || isSame(certificates, sorted)) return;
  refuse(place, 'other embedded certificates', "none, or those of the signer's chain");
}

function isSame(left: readonly Buffer[], right: readonly Buffer[]): boolean {
  return (
    left.length === right.length && left.every((bytes, at) => right[at]?.equals(bytes) === true)
  );
}

function requireInForce({ validFor }: Authority, moments: readonly Date[], place: Place): void {
  if (moments.every((moment) => holds(validFor, moment))) return;
  const found = `a timestamp of ${moments.map((moment) => moment.toISOString()).join(' and ')}`;
  refuse(place, found, 'a time at which the trusted root trusts this authority');
}
