// TSTInfo, RFC 3161 §2.4.2: what a timestamp says. All of it is signed.

import { TAG, childrenOf, oidOf, parseDer, requireTag } from '../../der/read-der.ts';
import type { Der } from '../../der/read-der.ts';
import { parseUtcTime } from '../../document/time.ts';
import { refuse, type Place } from '../../place.ts';
import { quote } from '../../quote.ts';

export type Hash = 'sha256' | 'sha384' | 'sha512';

/** The hash functions that are taken, by the contents of their object identifiers. */
const HASHES: ReadonlyMap<string, Hash> = new Map([
  ['608648016503040201', 'sha256'],
  ['608648016503040202', 'sha384'],
  ['608648016503040203', 'sha512'],
]);

export interface TimestampInfo {
  /** What was stamped: its digest, and whether the hash function was written with parameters. */
  readonly imprint: { readonly hash: Hash; readonly digest: Buffer; readonly hasNull: boolean };
  /** The serial number's bytes. */
  readonly serial: Buffer;
  /** Rounded down to milliseconds. */
  readonly at: Date;
  /** The digits behind the point. */
  readonly fraction: string;
  /** The same and, if the time is more precise than that, the next millisecond. */
  readonly moments: readonly Date[];
}

const VERSION_1 = '020101';
const NULL_PARAMETERS = '0500';
const CRITICAL = '0101ff';
const EXTENSIONS = 0xa1;

/** Accuracy, ordering, nonce, the authority's name and extensions: each may be there, in this order. */
const OPTIONAL: readonly number[] = [
  TAG.sequence,
  TAG.boolean,
  TAG.integer,
  TAG.context0,
  EXTENSIONS,
];

/** Throws the place's code. */
export function parseTimestampInfo(bytes: Uint8Array, place: Place): TimestampInfo {
  const fields = childrenOf(parseDer(bytes, place), TAG.sequence);
  const field = (index: number): Der =>
    fields[index] ?? refuse(place, 'a timestamp without all its fields', 'a whole TSTInfo');
  if (field(0).raw.toString('hex') !== VERSION_1) {
    refuse(place, 'a TSTInfo of another version', 'version 1');
  }
  requireTag(field(1), TAG.oid);
  requireTag(field(3), TAG.integer);
  requireTag(field(4), TAG.generalizedTime);
  requireOptional(fields.slice(5), place);
  return {
    imprint: readImprint(field(2)),
    serial: field(3).contents,
    ...parseGenTime(field(4).contents.toString('latin1'), place),
  };
}

function requireOptional(fields: readonly Der[], place: Place): void {
  let next = 0;
  for (const field of fields) {
    const index = OPTIONAL.indexOf(field.tag, next);
    if (index === -1) refuse(place, `a field with the tag ${field.tag}`, 'the fields of a TSTInfo');
    next = index + 1;
    if (field.tag === EXTENSIONS) requireNotCritical(field);
  }
}

/** No extension of a timestamp is known here, so a critical one must be refused. */
function requireNotCritical(list: Der): void {
  for (const extension of childrenOf(list, EXTENSIONS)) {
    const [, flag] = childrenOf(extension, TAG.sequence);
    if (flag?.raw.toString('hex') === CRITICAL) {
      refuse(list.place, 'a critical extension', 'no critical extension');
    }
  }
}

function readImprint(imprint: Der): TimestampInfo['imprint'] {
  const [algorithm, digest, ...more] = childrenOf(imprint, TAG.sequence);
  if (algorithm === undefined || digest === undefined || more.length > 0) {
    return refuse(imprint.place, 'an imprint of another shape', 'a hash function and a digest');
  }
  requireTag(digest, TAG.octetString);
  return { ...readHash(algorithm), digest: digest.contents };
}

/** An AlgorithmIdentifier of a hash function: RFC 5754 §2 has it with NULL or without parameters. */
export function readHash(identifier: Der): { readonly hash: Hash; readonly hasNull: boolean } {
  const [name, parameters, ...more] = childrenOf(identifier, TAG.sequence);
  const hash = name && HASHES.get(oidOf(name));
  const hasNull = parameters?.raw.toString('hex') === NULL_PARAMETERS;
  if (hash === undefined || (parameters !== undefined && !hasNull) || more.length > 0) {
    return refuse(identifier.place, 'a hash function that is not taken', 'SHA-256, -384 or -512');
  }
  return { hash, hasNull };
}

/** DER (X.690 §11.7): UTC, with seconds, a fraction without zeros at its end. Nine digits are enough. */
const GEN_TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{0,8}[1-9]))?Z$/;

function parseGenTime(
  text: string,
  place: Place,
): Pick<TimestampInfo, 'at' | 'fraction' | 'moments'> {
  const [, year = '', month, day, hour, minute, second, fraction = ''] = GEN_TIME.exec(text) ?? [];
  const milliseconds = fraction.slice(0, 3).padEnd(3, '0');
  const at = parseUtcTime(`${year}-${month}-${day}T${hour}:${minute}:${second}.${milliseconds}Z`);
  if (at === undefined) return refuse(place, `the time ${quote(text)}`, 'a time of DER in UTC');
  // A Date has no part of a millisecond. What is in force before and after it, is in force then.
  const isMorePrecise = fraction.length > 3;
  const moments = isMorePrecise ? [at, new Date(at.getTime() + 1)] : [at];
  return { at, fraction, moments };
}
