// RFC 3161 timestamps, which are CMS signed data (RFC 5652). Only the timestamp info and the signed
// attributes are signed. Everything around them may have only one spelling here, because nobody else
// would notice a change.

import { TAG, childOf, childrenOf, oidOf, parseDer, requireTag } from '../../der/read-der.ts';
import type { Der } from '../../der/read-der.ts';
import { parseUtcTime } from '../../document/time.ts';
import { refuse, type Place } from '../../place.ts';
import { quote } from '../../quote.ts';

export interface TimestampToken {
  readonly at: Date;
  /** Who signed: the issuer's name in DER and the serial number's bytes. */
  readonly issuer: Buffer;
  readonly serial: Buffer;
}

const GRANTED = '3003020100';
const VERSION_1 = '020101';
const VERSION_3 = '020103';
const SIGNED_DATA = '2a864886f70d010702';
const TIMESTAMP_INFO = '2a864886f70d0109100104';
const NULL_PARAMETERS = '0500';

const DIGESTS: ReadonlyMap<string, string> = new Map([
  ['608648016503040201', 'SHA-256'],
  ['608648016503040202', 'SHA-384'],
  ['608648016503040203', 'SHA-512'],
]);

/** ECDSA with the digest that it signs. */
const SIGNATURES: ReadonlyMap<string, string> = new Map([
  ['2a8648ce3d040302', 'SHA-256'],
  ['2a8648ce3d040303', 'SHA-384'],
  ['2a8648ce3d040304', 'SHA-512'],
]);

/**
 * Reads a timestamp response. Whether its signature is valid is not decided here.
 *
 * @param isTrusted whether the trusted root holds exactly this certificate: the library ignores an
 *   embedded one, so every byte of it could be changed
 */
export function parseTimestampToken(
  response: Uint8Array,
  place: Place,
  isTrusted: (certificate: Buffer) => boolean,
): TimestampToken {
  const fields = signedDataFields(parseDer(response, place));
  const [version = absent(place), algorithms = absent(place), info = absent(place)] = fields;
  const rest = fields.slice(3);
  requireBytes(version, VERSION_3, 'version 3');
  if (rest.length > 1) requireTrusted(rest[0], isTrusted);
  if (rest.length > 2) refuse(place, 'revocation lists', 'certificates and one signer');
  return { ...parseSigner(rest.at(-1) ?? absent(place), algorithms), at: timeOf(info) };
}

function signedDataFields(response: Der): readonly Der[] {
  const { place } = response;
  const [status = absent(place), token = absent(place)] = items(response, TAG.sequence, 2);
  requireBytes(status, GRANTED, 'the status granted and nothing else');
  const [type = absent(place), content = absent(place)] = items(token, TAG.sequence, 2);
  requireOid(type, SIGNED_DATA, 'signed data');
  return childrenOf(childOf(content, TAG.context0), TAG.sequence);
}

function parseSigner(signers: Der, algorithms: Der): Pick<TimestampToken, 'issuer' | 'serial'> {
  const { place } = signers;
  // Six fields: nothing unsigned after the signature.
  const [
    version = absent(place),
    id = absent(place),
    digest = absent(place),
    attributes = absent(place),
    algorithm = absent(place),
    signature = absent(place),
  ] = items(childOf(signers, TAG.set), TAG.sequence, 6);
  requireBytes(version, VERSION_1, 'version 1');
  const [issuer = absent(place), serial = absent(place)] = items(id, TAG.sequence, 2);
  requireTag(issuer, TAG.sequence);
  requireTag(serial, TAG.integer);
  requireTag(attributes, TAG.context0);
  requireTag(signature, TAG.octetString);
  const declared = childOf(algorithms, TAG.set);
  requireBytes(declared, digest.raw.toString('hex'), 'the digest algorithm of the signer');
  if (algorithmOf(digest, DIGESTS) !== algorithmOf(algorithm, SIGNATURES)) {
    refuse(place, 'a signature over another digest than the stated one', 'one digest algorithm');
  }
  return { issuer: issuer.contents, serial: serial.contents };
}

function requireTrusted(list: Der | undefined, isTrusted: (certificate: Buffer) => boolean): void {
  if (list === undefined) return;
  for (const certificate of childrenOf(list, TAG.context0)) {
    if (!isTrusted(certificate.raw)) {
      refuse(list.place, 'an embedded certificate that is not in the trusted root', 'one that is');
    }
  }
}

/** RFC 3161 §2.4.2: the time is the fifth field. */
function timeOf(info: Der): Date {
  const { place } = info;
  const [type = absent(place), content = absent(place)] = items(info, TAG.sequence, 2);
  requireOid(type, TIMESTAMP_INFO, 'timestamp info');
  const octets = childOf(content, TAG.context0);
  const [, , , , time = absent(place)] = childrenOf(childOf(octets, TAG.octetString), TAG.sequence);
  requireTag(time, TAG.generalizedTime);
  return parseTime(time.contents.toString('latin1'), place);
}

// Other fractions are allowed, but the library reads whole milliseconds only, and drops the rest.
const TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.\d{3})?Z$/;

function parseTime(text: string, place: Place): Date {
  const [, year = '', month, day, hour, minute, second] = TIME.exec(text) ?? [];
  const at = parseUtcTime(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return at ?? refuse(place, `the time ${quote(text)}`, 'a time in whole seconds or milliseconds');
}

function algorithmOf(identifier: Der, names: ReadonlyMap<string, string>): string {
  const { place } = identifier;
  const [oid = absent(place), parameters, ...more] = childrenOf(identifier, TAG.sequence);
  const name = names.get(oidOf(oid));
  const isPlain = parameters === undefined || parameters.raw.toString('hex') === NULL_PARAMETERS;
  if (name === undefined || !isPlain || more.length > 0) {
    return refuse(
      place,
      'an algorithm that is not taken',
      'ECDSA with SHA-256, SHA-384 or SHA-512',
    );
  }
  return name;
}

/** Exactly this many values inside. */
function items(parent: Der, tag: number, count: number): readonly Der[] {
  const list = childrenOf(parent, tag);
  if (list.length === count) return list;
  return refuse(parent.place, `${list.length} values in a timestamp`, `${count} values`);
}

function requireBytes(value: Der, hex: string, expected: string): void {
  const found = value.raw.toString('hex');
  if (found !== hex) refuse(value.place, `the bytes ${found.slice(0, 80)}`, expected);
}

function requireOid(value: Der, hex: string, expected: string): void {
  if (oidOf(value) !== hex) refuse(value.place, `the type ${oidOf(value)}`, expected);
}

function absent(place: Place): never {
  return refuse(place, 'a timestamp that lacks a part', 'a whole timestamp');
}
