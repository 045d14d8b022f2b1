import { refuse, type Place } from '../place.ts';
import { isSignedWith, signWith, type KeyKind } from '../trust/key-kind.ts';
import type { PublicKey } from '../trust/public-key.ts';
import type { Credential } from './credential.ts';
import type { PrivateKey } from './key-file.ts';

/** Signs with a key that stays, whose public key the verifier has. */
export interface KeyCredential extends Credential {
  readonly publicKey: PublicKey;
}

/**
 * A credential of a private key: what `parseKeyFile` gave.
 *
 * @param file how complaints name it
 * @throws EvidenceError its `sign`: KEY_INVALID (unjudged)
 */
export function keyCredential({ privateKey, publicKey }: PrivateKey, file: string): KeyCredential {
  const place = {
    code: 'KEY_INVALID',
    at: file,
    hint: 'write the key file again: its two halves do not belong together',
  } as const;
  return checkedCredential(publicKey, place, (data) => signWith(privateKey, publicKey.kind, data));
}

/** Verifies each signature before anybody else sees it. Throws the place's code. */
export function checkedCredential(
  publicKey: PublicKey,
  place: Place,
  sign: (data: Uint8Array) => Buffer | Promise<Buffer>,
): KeyCredential {
  return {
    publicKey,
    sign: async (data) => {
      const signature = await sign(data);
      if (!isSignedWith(publicKey.key, publicKey.kind, data, signature)) {
        const expected = `a signature by ${publicKey.kind.name} that its public key verifies`;
        refuse(place, 'a signature that its public key does not verify', expected);
      }
      return { signature, verifier: { type: 'publicKey', der: publicKey.spki } };
    },
  };
}

/**
 * The versions of Rekor that take keys of this kind. Version 1 hashes with SHA-256 whatever the curve is.
 * Version 2 takes digests, which Ed25519 does not sign, and only kinds that have a name.
 */
export function logVersionsFor({ hash, keyDetails }: KeyKind): readonly (1 | 2)[] {
  if (hash === undefined || keyDetails === undefined) return [1];
  return hash === 'sha256' ? [1, 2] : [2];
}
