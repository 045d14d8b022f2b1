import type { Digest } from '../../digest.ts';
import { EvidenceError, type Fault } from '../../errors/evidence-error.ts';
import { otherAttestation } from '../../evidence/verify/judge-attestation.ts';
import { refuse } from '../../place.ts';
import { findAttestations, readAttestation } from '../../pointer/find-attestations.ts';
import type { AttachedBundle, Referrer } from '../../pointer/find-attestations.ts';
import { worstOf } from '../../pointer/locations.ts';
import type { Repository } from '../../pointer/registry.ts';
import type { NamedArtifact } from './named-artifact.ts';
import { sayFindings } from './say-findings.ts';

/** Without its bytes: each may have 10 MiB. */
export type Attached = Omit<AttachedBundle, 'bytes'>;

export interface Wanted {
  /** This one, and no list is asked for. */
  readonly only: Digest | undefined;
  /** One that cannot be read must not be missing in a copy. */
  readonly areAllWanted: boolean;
}

/**
 * The Sigstore bundles that are attached to an artifact: the one that is named, and no list is asked for then, or all.
 * What else is attached is skipped, and what cannot be read is told of.
 *
 * @throws EvidenceError why the one that is named does not count; why one cannot be read, if none can or all are
 *   wanted: another place may have it whole
 */
export async function attachedTo(
  repository: Repository,
  { digest, attestation }: Pick<NamedArtifact, 'digest' | 'attestation'>,
  { only, areAllWanted }: Wanted,
): Promise<readonly Attached[]> {
  const named = only ?? attestation;
  const faults: Fault[] = [];
  /** Of lists. Whatever else is attached is no fault. */
  const lies: Fault[] = [];
  const found: Attached[] = [];
  const sort = (referrer: Referrer): void => {
    const isNamed = named !== undefined && referrer.digest === named;
    if (referrer.fate === 'bundle') {
      const { bytes, ...attached } = referrer;
      // An archive has room for one, and what is about something else is none.
      if (areAllWanted || isNamed || otherAttestation(bytes) === undefined) found.push(attached);
    } else if (isNamed || referrer.fate === 'unread') {
      faults.push(referrer.fault);
    } else if (referrer.fault.code === 'REFERRER_OTHER') {
      lies.push(referrer.fault);
    }
  };
  if (named !== undefined) sort(await readAttestation(repository, digest, named));
  if (only === undefined && found.length === 0) {
    const known = new Set(named === undefined ? [] : [named]);
    for await (const referrer of findAttestations(repository, digest, known)) sort(referrer);
  }
  const worst = found.length === 0 || areAllWanted ? worstOf(faults) : undefined;
  if (worst !== undefined) throw new EvidenceError(worst.code, worst);
  sayFindings([...faults, ...lies]);
  return found;
}

/** The one that goes into an archive. Throws ATTESTATIONS_SEVERAL. */
export function onlyAttached(attached: readonly Attached[], at: string): Attached | undefined {
  if (attached.length <= 1) return attached[0];
  const digests = attached.map(({ digest }) => digest).join(', ');
  const hint = `name the one that is meant with --attestation, or keep all: --oci-layout DIR`;
  const place = { code: 'ATTESTATIONS_SEVERAL', at, hint } as const;
  return refuse(place, `${attached.length} signatures: ${digests}`, 'one, for one archive');
}
