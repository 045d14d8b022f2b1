// RFC 3161 timestamps, which are CMS signed data (RFC 5652). Only the timestamp info and the signed
// attributes are signed. Everything around them may have only one spelling here, because nobody else
// would notice a change. Nothing is verified yet.

import { TAG, childOf, childrenOf, oidOf, parseDer, requireTag } from '../../der/read-der.ts';
import type { Der } from '../../der/read-der.ts';
import { refuse, type Place } from '../../place.ts';
import { parseTimestampInfo, type TimestampInfo } from './timestamp-info.ts';

/** A token, its parts as they were sent. */
export interface TimestampToken {
  readonly info: TimestampInfo;
  /** The bytes of the info, whose digest is a signed attribute. */
  readonly content: Buffer;
  /** The certificates that it carries. Sigstore's authority writes an empty list if it sends none. */
  readonly certificates: readonly Buffer[];
  readonly signer: SignerInfo;
}

interface SignerInfo {
  /** Who signed: the contents of the issuer's name and of the serial number. */
  readonly issuer: Buffer;
  readonly serial: Buffer;
  readonly digestAlgorithm: Der;
  readonly attributes: Der;
  readonly signatureAlgorithm: Der;
  readonly signature: Buffer;
}

const GRANTED = '020100';
const VERSION_1 = '020101';
const VERSION_3 = '020103';
const SIGNED_DATA = '2a864886f70d010702';
export const TIMESTAMP_INFO = '2a864886f70d0109100104';

/** Throws the place's code. */
export function parseTimestampResponse(response: Uint8Array, place: Place): TimestampToken {
  const [status = absent(place), token = absent(place)] = items(parseDer(response, place), 2);
  requireGranted(status);
  const [version = absent(place), algorithms = absent(place), info = absent(place), ...rest] =
    childrenOf(contentOf(token, SIGNED_DATA), TAG.sequence);
  requireBytes(version, VERSION_3, 'version 3');
  const signers = rest.pop() ?? absent(place);
  const [certificates, ...lists] = rest;
  if (lists.length > 0) refuse(place, 'revocation lists', 'certificates and one signer');
  const signer = readSigner(childOf(signers, TAG.set));
  const declared = childOf(algorithms, TAG.set);
  requireBytes(declared, signer.digestAlgorithm.raw.toString('hex'), 'that of the signer');
  const content = contentOf(info, TIMESTAMP_INFO);
  requireTag(content, TAG.octetString);
  return {
    info: parseTimestampInfo(content.contents, place),
    content: content.contents,
    certificates: certificates ? childrenOf(certificates, TAG.context0).map(({ raw }) => raw) : [],
    signer,
  };
}

/**
 * PKIStatusInfo. Its text is for people who ask for a timestamp: nobody signs it, and it is never shown.
 * `grantedWithMods` would be an unsigned change away from `granted`.
 */
function requireGranted(status: Der): void {
  const [code = absent(status.place), text, ...more] = childrenOf(status, TAG.sequence);
  requireBytes(code, GRANTED, 'the status granted');
  if (more.length > 0) refuse(status.place, 'a failure', 'the status granted');
  if (text === undefined) return;
  const lines = childrenOf(text, TAG.sequence);
  if (lines.length === 0) refuse(status.place, 'a status text without a line', 'no text');
  for (const line of lines) requireTag(line, TAG.utf8String);
}

/** ContentInfo and EncapsulatedContentInfo: a type, and under [0] a value of it. */
function contentOf(info: Der, type: string): Der {
  const [found = absent(info.place), content = absent(info.place)] = items(info, 2);
  if (oidOf(found) !== type) refuse(info.place, `the type ${oidOf(found)}`, `the type ${type}`);
  return childOf(content, TAG.context0);
}

/** SignerInfo, RFC 5652 §5.3. Six fields: nothing unsigned after the signature. */
function readSigner(signer: Der): SignerInfo {
  const { place } = signer;
  const fields = items(signer, 6);
  const field = (index: number): Der => fields[index] ?? absent(place);
  requireBytes(field(0), VERSION_1, 'version 1');
  const [issuer = absent(place), serial = absent(place)] = items(field(1), 2);
  requireTag(issuer, TAG.sequence);
  requireTag(serial, TAG.integer);
  requireTag(field(3), TAG.context0);
  requireTag(field(5), TAG.octetString);
  return {
    issuer: issuer.contents,
    serial: serial.contents,
    digestAlgorithm: field(2),
    attributes: field(3),
    signatureAlgorithm: field(4),
    signature: field(5).contents,
  };
}

/** Exactly this many values in a sequence. */
function items(parent: Der, count: number): readonly Der[] {
  const list = childrenOf(parent, TAG.sequence);
  if (list.length === count) return list;
  return refuse(parent.place, `${list.length} values in a timestamp`, `${count} values`);
}

function requireBytes(value: Der, hex: string, expected: string): void {
  const found = value.raw.toString('hex');
  if (found !== hex) refuse(value.place, `the bytes ${found.slice(0, 80)}`, expected);
}

function absent(place: Place): never {
  return refuse(place, 'a timestamp that lacks a part', 'a whole timestamp');
}
