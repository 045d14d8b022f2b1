import { generateKeyPairSync } from 'node:crypto';

import type { KeyPair } from '../../sandbox/certificate.ts';
import type { SandboxKeys } from '../../sandbox/instance.ts';

/** The least that is still taken as safe, and the quickest to generate. */
const RSA_BITS = 2048;

/** New keys for a sandbox. They are never written anywhere. */
export function generateSandboxKeys(): SandboxKeys {
  return {
    root: generateEcKeys('P-384'),
    intermediate: generateEcKeys('P-384'),
    timestampRoot: generateEcKeys('P-384'),
    timestamp: generateEcKeys('P-256'),
    ctLog: generateEcKeys('P-256'),
    rekorV1: generateEcKeys('P-256'),
    rekorV2: generateKeyPairSync('ed25519'),
    openId: generateKeyPairSync('rsa', { modulusLength: RSA_BITS }),
  };
}

function generateEcKeys(namedCurve: 'P-256' | 'P-384'): KeyPair {
  return generateKeyPairSync('ec', { namedCurve });
}
