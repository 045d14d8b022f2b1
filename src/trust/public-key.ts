import { createPublicKey, type KeyObject } from 'node:crypto';

import { refuse, type Place } from '../place.ts';
import { quote } from '../quote.ts';
import { recognising } from '../recognise.ts';
import { KEY_KINDS, keyKindOf, spkiOf, type KeyKind } from './key-kind.ts';
import { isPem, parsePem, type PemBlock } from './pem.ts';

/** A public key of an allowed kind. */
export interface PublicKey {
  readonly key: KeyObject;
  readonly kind: KeyKind;
  /** Its SubjectPublicKeyInfo, in the one spelling. */
  readonly spki: Buffer;
}

const EXPECTED = 'one public key in PEM: -----BEGIN PUBLIC KEY-----';

/**
 * Reads a public key in PEM.
 *
 * @param file how the user named it
 * @throws EvidenceError KEY_INVALID (unjudged)
 */
export function parsePublicKey(bytes: Uint8Array, file: string): PublicKey {
  const place = {
    code: 'KEY_INVALID',
    at: file,
    hint: 'write the public key of whoever signs: `openssl pkey -in KEY -pubout`, or for a key file of cosign `cosign public-key --key KEY`',
  } as const;
  const read = (): PublicKey => publicKeyIn(bytes, place);
  return isPem(bytes) ? read() : recognising('public-key', { file, bytes }, read);
}

/** The same for a key from somewhere else. Throws the place's code. */
export function publicKeyIn(pem: Uint8Array, place: Place): PublicKey {
  const [block, ...more] = parsePem(pem, place);
  if (block === undefined) return refuse(place, 'no PEM block', EXPECTED);
  if (more.length > 0) refuse(place, `${more.length + 1} PEM blocks`, EXPECTED);
  return allowedKey(keyIn(block, place), place);
}

function keyIn({ label, der: key }: PemBlock, place: Place): KeyObject {
  // Of a private key, OpenSSL would give the public one. But nobody should have it where evidence is verified.
  const type = FORMATS.get(label);
  if (type === undefined) return refuse(place, `a PEM block ${quote(label)}`, EXPECTED);
  try {
    return createPublicKey({ key, format: 'der', type });
  } catch (error) {
    return refuse(place, 'a PEM block in which no key can be read', EXPECTED, error);
  }
}

const FORMATS: ReadonlyMap<string, 'spki' | 'pkcs1'> = new Map([
  ['PUBLIC KEY', 'spki'],
  ['RSA PUBLIC KEY', 'pkcs1'],
]);

const NEW_KEY = 'make a new key: ECDSA P-256, or RSA of 2048 bits or more';

/** The public part of a key, if its kind is allowed. Throws the place's code. */
export function allowedKey(key: KeyObject, place: Place): PublicKey {
  const kind = keyKindOf(key);
  if (kind === undefined) {
    refuse({ ...place, hint: NEW_KEY }, `${describeKey(key)}, which is not used`, KEY_KINDS);
  }
  const spki = spkiOf(key);
  return { key: createPublicKey({ key: spki, format: 'der', type: 'spki' }), kind, spki };
}

function describeKey({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string {
  const { namedCurve, modulusLength, publicExponent } = asymmetricKeyDetails ?? {};
  const details = [
    ...(namedCurve === undefined ? [] : [namedCurve]),
    ...(modulusLength === undefined ? [] : [`${modulusLength} bits`]),
    ...(publicExponent === undefined ? [] : [`exponent ${publicExponent.toString().slice(0, 20)}`]),
  ];
  const shown = details.length === 0 ? '' : ` (${details.join(', ')})`;
  return `a key of the type ${asymmetricKeyType ?? 'unknown'}${shown}`;
}
