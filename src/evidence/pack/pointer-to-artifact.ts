// The pointer to evidence in a registry, made of what the registry serves.

import type { Digest } from '../../digest.ts';
import { refuse } from '../../place.ts';
import { quote } from '../../quote.ts';
import { isKeySigner, isSameSigner, type Trust } from '../../trust/trust.ts';
import type { Pointer } from '../pointer/pointer.ts';
import type { TriedReferrer } from '../verify/artifact-source.ts';
import { verifyArtifact, type ArtifactChoice } from '../verify/verify-artifact.ts';
import type { VerificationReport } from '../verify/verify-evidence.ts';
import { makePointer, withCopies } from './make-pointer.ts';

/**
 * Nobody has to name the signer: the pointer names who it was, or nobody if nothing is attached. The first location is
 * the artifact's own, and the others are those of the pointer.
 *
 * @param oci the first location, perhaps with a tag
 * @throws EvidenceError ATTESTATIONS_SEVERAL (undecided) if several signed it; POINTER_UNFIT, POINTER_SUBJECT_DIFFERS and
 *   whatever a verifier refuses (invalid); what `verifyArtifact` throws
 */
export async function pointerToArtifact(
  choice: ArtifactChoice,
  { oci, trust }: { readonly oci: string; readonly trust: Trust },
): Promise<{ readonly pointer: Pointer; readonly report: VerificationReport }> {
  const rules = { trust, policy: undefined, allowUnsigned: true };
  const first = await verifyArtifact(choice, rules);
  const attestation = attestationToName(first);
  const isReported = attestation === undefined || attestation === first.source?.attestation;
  const report = isReported ? first : await verifyArtifact({ ...choice, attestation }, rules);
  const pointer = withCopies(makePointer(report, { oci, digest: choice.artifact }), {
    attestation: report.source?.attestation,
    locations: choice.locations.slice(1).map(({ name }) => name),
  });
  return { report, pointer };
}

/** The newest of the good signatures about the artifact: a pointer leads to no other. Undefined: there is none. */
function attestationToName({ source }: VerificationReport): Digest | undefined {
  const good = (source?.referrers ?? [])
    .filter(({ fault, subject }) => fault === undefined && subject === 'artifact')
    .toSorted((one, other) => Number(other.signedAt) - Number(one.signedAt));
  const [newest] = good;
  if (newest === undefined || good.every((each) => isOfSame(each, newest))) return newest?.digest;
  const signers = good.map(({ digest, signer }) => `${digest} by ${nameOf(signer)}`);
  const hint = 'name the one that the pointer is to name with --attestation';
  const place = { code: 'ATTESTATIONS_SEVERAL', at: source?.registry ?? '', hint } as const;
  return refuse(place, signers.join(', '), 'signatures of one signer, whom a pointer names');
}

function isOfSame({ signer }: TriedReferrer, { signer: other }: TriedReferrer): boolean {
  return signer !== undefined && other !== undefined && isSameSigner(signer, other);
}

function nameOf(signer: TriedReferrer['signer']): string {
  return signer === undefined || isKeySigner(signer) ? 'a key' : quote(signer.subject);
}
