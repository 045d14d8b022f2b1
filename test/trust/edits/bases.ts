// Bundles to edit: each kind verifies, and so does its twin, another bundle of the same signer.

import { ATTESTATION } from '../../../src/evidence/layout.ts';
import type { Proof } from '../../../src/trust/trust.ts';
import { sigstoreTrust } from '../../../src/trust/verify/sigstore-trust.ts';
import { Forge, SIGNED_AT, encode, ephemeralKeys } from '../forge.ts';
import type { BundleJson, Signing } from '../forge.ts';

export interface Base {
  readonly bundle: BundleJson;
  readonly twin: BundleJson;
}

const KINDS = {
  'Rekor v1': { rekor: 1 },
  'Rekor v1 with a timestamp': { rekor: 1, timestamp: true },
  'Rekor v2 with a timestamp': { rekor: 2 },
  'both logs with two timestamps': { rekor: 'both' },
  'a key at Rekor v1': { rekor: 1, byKey: true },
  'a key at Rekor v2 with a timestamp': { rekor: 2, byKey: true },
} as const satisfies Record<string, Signing>;

export type Kind = keyof typeof KINDS;
export const ALL_KINDS = Object.keys(KINDS) as readonly Kind[];

const forge = new Forge();
// Both logs of the forge have one address; those of a real Sigstore have two.
for (const log of forge.root.tlogs.slice(1)) log.baseUrl += '/v2';
export const ROOT = encode(forge.root);

const keys = ephemeralKeys();
const publicKeys = [keys.publicKey];
const judges = (['both', 'own'] as const).map((judge) =>
  sigstoreTrust(ROOT, 'root.json', { judge, publicKeys }),
);

/** Which judge accepts: the proof of each, or what it throws. */
export function proofsOf(bundle: Uint8Array): readonly (Proof | Error)[] {
  return judges.map((trust) => {
    try {
      return trust.verify(bundle, ATTESTATION);
    } catch (error) {
      return error instanceof Error ? error : new TypeError('thrown: no error');
    }
  });
}

export function baseOf(kind: Kind): Base {
  // So that there is more in the tree than one leaf, and every proof has hashes.
  for (let count = 0; count < 5; count += 1) forge.sign({ rekor: 'both' });
  return { bundle: signed(kind, '{"one":1}'), twin: signed(kind, '{"two":2}') };
}

function signed(kind: Kind, payload: string): BundleJson {
  const bundle = forge.sign({ ...KINDS[kind], keys, payload: Buffer.from(payload) });
  if (kind !== 'both logs with two timestamps') return bundle;
  const [{ sig } = { sig: '' }] = bundle.dsseEnvelope.signatures;
  const stampedAt = new Date(SIGNED_AT.getTime() + 5000);
  const second = forge.stamp(Buffer.from(sig, 'base64'), { stampedAt, embed: false });
  bundle.verificationMaterial.timestampVerificationData?.rfc3161Timestamps.push(
    ...second.rfc3161Timestamps,
  );
  return bundle;
}
