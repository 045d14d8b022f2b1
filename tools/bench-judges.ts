// Many bundles in one process on one core: our own judge alone, both judges, and `@sigstore/verify` alone,
// in turns, by the time of the processor. Each round begins with a new root, so no certificate of a signer is remembered from the last.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { bundleFromJSON } from '@sigstore/bundle';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { Verifier, toSignedEntity, toTrustMaterial } from '@sigstore/verify';

import { ATTESTATION } from '../src/evidence/layout.ts';
import { publicGoodRoot } from '../src/trust/public-good.ts';
import { sigstoreTrust } from '../src/trust/verify/sigstore-trust.ts';
import { Forge, encode, type Signing } from '../test/trust/forge.ts';

interface Load {
  readonly what: string;
  readonly root: Uint8Array;
  readonly bundles: readonly Uint8Array[];
}

/** How often as fast as the library alone. */
export interface JudgeSpeed {
  readonly what: string;
  readonly own: number;
  readonly both: number;
  /** Of the library, per bundle. */
  readonly microseconds: number;
}

const ROUNDS = 5;
const COUNT = 200;
const PUBLIC_GOOD = fileURLToPath(new URL('../testdata/public-good', import.meta.url));

export function judgeSpeeds(): readonly JudgeSpeed[] {
  return [
    signedInSandbox('Rekor v1', { rekor: 1 }),
    signedInSandbox('Rekor v2 with a timestamp', { rekor: 2 }),
    publicGood(),
  ].map(speedOf);
}

function signedInSandbox(what: string, signing: Signing): Load {
  const forge = new Forge();
  const bundles = Array.from({ length: COUNT }, () => encode(forge.sign(signing)));
  return { what: `${COUNT} bundles, ${what}`, root: encode(forge.root), bundles };
}

/** Those with an envelope, over and over: there are only a few. */
function publicGood(): Load {
  const root = publicGoodRoot();
  const trust = sigstoreTrust(root, 'root');
  const bundles = readdirSync(PUBLIC_GOOD, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:json|sigstore)$/.test(name) && !/root|index|config/.test(name))
    .map((name) => readFileSync(join(PUBLIC_GOOD, name)))
    .filter((bytes) => verifies(() => trust.verifyAny(bytes, ATTESTATION)));
  const times = Math.ceil(COUNT / bundles.length);
  const many = Array.from({ length: times }, () => bundles).flat();
  return { what: `${bundles.length} public-good bundles, ${times} times`, root, bundles: many };
}

function verifies(verify: () => unknown): boolean {
  try {
    verify();
    return true;
  } catch {
    return false;
  }
}

function speedOf({ what, root, bundles }: Load): JudgeSpeed {
  const best = { own: Infinity, both: Infinity, library: Infinity };
  const rounds = {
    own: () => judging(root, 'own'),
    both: () => judging(root, 'both'),
    library: () => askingLibrary(root),
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of ['own', 'both', 'library'] as const) {
      const judge = rounds[name]();
      const start = process.cpuUsage();
      for (const bytes of bundles) judge(bytes);
      const { user, system } = process.cpuUsage(start);
      best[name] = Math.min(best[name], user + system);
    }
  }
  return {
    what,
    own: best.library / best.own,
    both: best.library / best.both,
    microseconds: best.library / bundles.length,
  };
}

function judging(root: Uint8Array, judge: 'own' | 'both'): (bytes: Uint8Array) => unknown {
  const trust = sigstoreTrust(root, 'root', { judge });
  return (bytes) => trust.verifyAny(bytes, ATTESTATION);
}

/** As its documentation says, without a policy, which costs next to nothing. */
function askingLibrary(root: Uint8Array): (bytes: Uint8Array) => unknown {
  const json: unknown = JSON.parse(Buffer.from(root).toString());
  const verifier = new Verifier(toTrustMaterial(TrustedRoot.fromJSON(json)));
  return (bytes) => {
    const bundle: unknown = JSON.parse(Buffer.from(bytes).toString());
    return verifier.verify(toSignedEntity(bundleFromJSON(bundle)));
  };
}
