// Where evidence was fetched, and what became of all that is attached to it.

import type { Digest } from '../../digest.ts';
import type { Fault } from '../../errors/evidence-error.ts';
import type { ProvenSigner } from '../../trust/trust.ts';

export interface ArtifactSource {
  /** The repository, or the layout, that served the bundle. */
  readonly registry: string;
  /** Of the artifact. */
  readonly digest: Digest;
  /** Of the manifest that attaches what is reported on; undefined if it is not signed, or in the bundle itself. */
  readonly attestation: Digest | undefined;
  /** To all locations together. */
  readonly requests: number;
  readonly referrers: readonly TriedReferrer[];
}

/**
 * `reported` is what the report is about, `good` could have been: it verifies, fits what the caller allows and
 * binds this bundle. `refused` does not. `other` is no attestation of this artifact, and `unread` is not known.
 */
export type Fate = 'reported' | 'good' | 'refused' | 'other' | 'unread';

export interface TriedReferrer extends JudgedAttestation {
  /** Of its manifest; undefined: it is in the bundle itself, or it is a list that cannot be read. */
  readonly digest: Digest | undefined;
  /** The repository that served it. */
  readonly registry: string;
  readonly fate: Fate;
}

/** What an attestation is good for, before anything else is recomputed. */
export interface JudgedAttestation {
  /** Undefined if no signature was verified. */
  readonly signer?: ProvenSigner;
  readonly signedAt?: Date;
  /** What it is signed for. */
  readonly subject?: 'artifact' | 'recipe';
  /** Whether the pointer that led to it names its signer and the entry of the log; absent if it is not good. */
  readonly isPointed?: boolean;
  /** Why it is not good. */
  readonly fault?: Fault;
}
