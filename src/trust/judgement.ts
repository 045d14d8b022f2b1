import type { KeyObject } from 'node:crypto';

import type { KeyKind } from './key-kind.ts';
import type { Timestamp } from './sigstore-bundle.ts';
import type { Proof } from './trust.ts';

/** What our own judge found of a bundle, and what decides how a second judge can be asked about it. */
export interface Judgement {
  readonly proof: Omit<Proof, 'payload'>;
  readonly publicKey: KeyObject;
  readonly kind: KeyKind;
  readonly stamps: readonly StampFacts[];
}

/** RSA is that of PKCS #1 v1.5. */
export type StampSignature = `${'ecdsa' | 'rsa'} sha${256 | 384 | 512}`;

export interface StampFacts {
  readonly timestamp: Timestamp;
  readonly at: Date;
  /** The digits behind the point of its time. */
  readonly fraction: string;
  /** How it is signed. */
  readonly signature: StampSignature;
  /** The serial number of the signer's certificate in hexadecimal digits. */
  readonly serial: string;
}
