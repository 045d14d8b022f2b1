// By what a bundle is verified: the certificate in it, or a key that the caller has.

import type { KeyObject } from 'node:crypto';

import { digestOf } from '../../digest.ts';
import { refuse, type Place } from '../../place.ts';
import { quote } from '../../quote.ts';
import { KEY_KINDS, keyHintOf, keyKindOf, spkiOf, type KeyKind } from '../key-kind.ts';
import type { VerifierOf } from '../sigstore-bundle.ts';
import type { ProvenSigner } from '../trust.ts';
import { parseLeafCertificate, type LeafCertificate } from './leaf-certificate.ts';
import type { LoggedVerifier } from './log-body.ts';

export interface Verifier {
  readonly publicKey: KeyObject;
  readonly kind: KeyKind;
  /** As a log must have it. */
  readonly logged: LoggedVerifier;
  readonly signer: ProvenSigner;
  /** Undefined for a key. */
  readonly leaf: LeafCertificate | undefined;
}

/** @throws EvidenceError CERTIFICATE_INVALID, PUBLIC_KEY_UNKNOWN */
export function readVerifier(verifier: VerifierOf, keys: readonly KeyObject[]): Verifier {
  const { place } = verifier;
  if (verifier.kind === 'key') return keyNamed(verifier.hint, keys, place);
  const leaf = parseLeafCertificate(verifier.certificate, place);
  return {
    publicKey: leaf.publicKey,
    kind: requireKind(leaf.publicKey, place),
    logged: { kind: 'certificate', bytes: verifier.certificate },
    signer: leaf.signer,
    leaf,
  };
}

function keyNamed(hint: string, keys: readonly KeyObject[], place: Place): Verifier {
  const publicKey = keys.find((key) => keyHintOf(spkiOf(key)) === hint);
  if (publicKey === undefined) return refuseUnknown(hint, keys, place);
  const spki = spkiOf(publicKey);
  return {
    publicKey,
    kind: requireKind(publicKey, place),
    logged: { kind: 'key', bytes: spki },
    signer: { publicKey: spki, hint },
    leaf: undefined,
  };
}

function refuseUnknown(hint: string, keys: readonly KeyObject[], place: Place): never {
  const named = keys.slice(0, MAX_NAMED).map((key) => `the key ${digestOf(spkiOf(key))}`);
  const more = keys.length - named.length;
  const way = 'with --public-key, or with --policy in an entry with "key"';
  return refuse(
    {
      ...place,
      code: 'PUBLIC_KEY_UNKNOWN',
      hint: `ask the signer for the public key; if you trust it, name it ${way}`,
    },
    `a signature by the key ${shownHint(hint)}`,
    keys.length === 0
      ? 'a certificate, or a key that you name'
      : [...named, ...(more > 0 ? [`one of ${more} more`] : [])].join(', or '),
  );
}

/** As many as one reads. */
const MAX_NAMED = 3;

/** As reports name a key. A signer may have written anything there. */
function shownHint(hint: string): string {
  const hash = Buffer.from(hint, 'base64');
  const isHash = hash.length === 32 && hash.toString('base64') === hint;
  return isHash ? `sha256:${hash.toString('hex')}` : quote(hint);
}

function requireKind(key: KeyObject, place: Place): KeyKind {
  return keyKindOf(key) ?? refuse(place, `a key of type ${key.asymmetricKeyType}`, KEY_KINDS);
}
