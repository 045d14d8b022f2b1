import type { KeyObject } from 'node:crypto';

import type { KeyKind } from './key-kind.ts';
import type { Timestamp } from './sigstore-bundle.ts';
import type { Proof } from './trust.ts';

/** What our own judge found of a bundle, and what decides how a second judge can be asked about it. */
export interface Judgement {
  readonly proof: Omit<Proof, 'payload'>;
  readonly publicKey: KeyObject;
  readonly kind: KeyKind;
  /** The types of the keys of the authorities above a certificate, e.g. `ec`. */
  readonly chainKeys: readonly (string | undefined)[];
  readonly stamps: readonly StampFacts[];
}

export interface StampFacts {
  readonly timestamp: Timestamp;
  readonly at: Date;
  /** The digits behind the point of its time. */
  readonly fraction: string;
  /** The type of the key that signed it, e.g. `ec`. */
  readonly keyType: string | undefined;
  /** The serial number of the signer's certificate in hexadecimal digits. */
  readonly serial: string;
}
