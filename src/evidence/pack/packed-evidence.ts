import type { BundleFile } from '../../archive/entry.ts';
import type { Digest } from '../../digest.ts';
import type { Finding } from '../../errors/evidence-error.ts';
import type { Proof } from '../../trust/trust.ts';
import type { ClaimedRedaction } from '../claim/withheld-claim.ts';
import type { Facts } from '../validate/facts.ts';
import type { ShownInputs } from '../validate/validate.ts';

export interface PackedEvidence {
  /** Every file of the bundle, sorted by path. */
  readonly files: readonly BundleFile[];
  /** What is signed, or will be. */
  readonly statement: Uint8Array;
  /** The time that the statement states. */
  readonly attestedAt: Date;
  /** The bundle's identity. */
  readonly manifestDigest: Digest;
  /** Those of the validation, the bill of materials that was packed, and what a verifier finds to be only claimed. */
  readonly facts: Facts;
  /** What the bundle shows, and nothing that it withholds: for reports that others see. Undefined if everything is published. */
  readonly shown?: ShownInputs | undefined;
  /** What is written beside the bundle; `files` has none of them. */
  readonly logs: readonly BundleFile[];
  /** Undefined if everything is published. */
  readonly redaction: ClaimedRedaction | undefined;
  /** What opens the withheld values, for `parseOpenings`: never published. Undefined if nothing commits to them. */
  readonly openings?: Uint8Array | undefined;
  /** What packing left out, or names by a tag that may be moved, and a person should know. */
  readonly findings: readonly Finding[];
  /** How many images of validators the statement names. */
  readonly validatorImages: number;
  /** Undefined if the bundle is not signed. */
  readonly proof: Proof | undefined;
  /** Signed by a sandbox. */
  readonly sandbox: boolean;
}
