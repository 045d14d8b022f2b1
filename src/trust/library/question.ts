// What the library is asked about a bundle. Where it is known to be wrong, it is asked all the rest.
// docs/decisions/0009 has this list, and a test fails once the library is right.

import type { Judgement, StampSignature, StampFacts } from '../judgement.ts';
import type { SigstoreBundle, Timestamp } from '../sigstore-bundle.ts';
import { isKeySigner } from '../trust.ts';

export interface Question {
  readonly bundle: SigstoreBundle;
  /** The timestamps that it is asked about. */
  readonly timestamps: readonly Timestamp[];
  /** Times of the timestamps that it is not asked about: the chain is judged at them too. */
  readonly times: readonly Date[];
  readonly signature: boolean;
  readonly subject: boolean;
  /** Why it is not asked all, in words. */
  readonly why: readonly string[];
}

/** The library hashes with SHA-256, whatever the key. */
const OTHER_HASH = 'the second judge cannot verify a signature with SHA-384';
const NO_ARTIFACT = 'the second judge cannot verify a signature by the digest of a file';
const OTHER_NAME = 'the second judge does not read a name of the kind otherName';

/**
 * @param hasArtifact of a message signature: whether the file itself is there, not its digest alone
 */
export function questionOf(
  bundle: SigstoreBundle,
  { proof: { signer }, kind: { hash }, stamps }: Judgement,
  hasArtifact: boolean,
): Question {
  const reasons = stamps.map((stamp, index) => reasonAgainst(stamp, stamps.slice(0, index)));
  const left = stamps.filter((_, index) => reasons[index] === undefined);
  const dropped = stamps.filter((_, index) => reasons[index] !== undefined);
  const isOtherHash = hash === 'sha384';
  const isByDigest = bundle.content.kind === 'message' && !hasArtifact;
  const isOtherName = !isKeySigner(signer) && signer.type === 'other';
  const why = [
    ...reasons,
    isOtherHash ? OTHER_HASH : undefined,
    isByDigest ? NO_ARTIFACT : undefined,
    isOtherName ? OTHER_NAME : undefined,
  ].filter((reason) => reason !== undefined);
  return {
    bundle,
    timestamps: left.map(({ timestamp }) => timestamp),
    times: secondsOf(dropped),
    signature: !isOtherHash && !isByDigest,
    subject: !isOtherName,
    why: [...new Set(why)],
  };
}

/** Whole seconds, each once: two equal ones would be one to it, and refused. */
function secondsOf(stamps: readonly StampFacts[]): readonly Date[] {
  return [...new Set(stamps.map(secondOf))].map((second) => new Date(second * 1000));
}

function secondOf({ at }: StampFacts): number {
  return Math.floor(at.getTime() / 1000);
}

const FRACTION = 'the second judge reads whole seconds and milliseconds alone in a timestamp';
const RSA_STAMP = 'the second judge verifies timestamps that RSA signed with SHA-256 alone';
const RSA_WITH_OTHER_HASH: ReadonlySet<StampSignature> = new Set(['rsa sha384', 'rsa sha512']);
const SAME_SECOND = 'the second judge takes two timestamps of one second for one';

function reasonAgainst(stamp: StampFacts, before: readonly StampFacts[]): string | undefined {
  if (stamp.fraction !== '' && stamp.fraction.length !== 3) return FRACTION;
  if (RSA_WITH_OTHER_HASH.has(stamp.signature)) return RSA_STAMP;
  const isRepeated = before.some(
    (other) => other.serial === stamp.serial && secondOf(other) === secondOf(stamp),
  );
  return isRepeated ? SAME_SECOND : undefined;
}
