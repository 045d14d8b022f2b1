import { isDigest, type Digest } from '../../digest.ts';
import { ERROR_CATALOGUE } from '../../errors/catalogue.ts';
import { EvidenceError, type Fault } from '../../errors/evidence-error.ts';
import { otherAttestation } from '../../evidence/verify/judge-attestation.ts';
import { refuse } from '../../place.ts';
import { findAttestations, readAttestation } from '../../pointer/find-attestations.ts';
import type { AttachedBundle, Referrer } from '../../pointer/find-attestations.ts';
import type { Repository } from '../../pointer/registry.ts';
import { quote } from '../../quote.ts';
import type { Call } from '../call/command.ts';
import type { NamedArtifact } from './named-artifact.ts';
import { sayFindings } from './say-findings.ts';

/** Without its bytes: each may have 10 MiB. */
export type Attached = Omit<AttachedBundle, 'bytes'>;

/** What `--attestation` names. Throws USAGE. */
export function namedAttestation({ options }: Call): Digest | undefined {
  const text = options.text('attestation');
  if (text === undefined || isDigest(text)) return text;
  const place = { code: 'USAGE', at: '--attestation', hint: 'copy it from the list' } as const;
  return refuse(place, quote(text), 'sha256: and 64 lower-case hexadecimal digits');
}

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
 * @throws EvidenceError why the one that is named does not count; why one cannot be read, if none can or all are wanted
 */
export async function attachedTo(
  repository: Repository,
  { digest, attestation }: Pick<NamedArtifact, 'digest' | 'attestation'>,
  { only, areAllWanted }: Wanted,
): Promise<readonly Attached[]> {
  const named = only ?? attestation;
  const faults: Fault[] = [];
  const found: Attached[] = [];
  const sort = (referrer: Referrer): void => {
    if ('bytes' in referrer) {
      const { manifest, layer } = referrer;
      const isWanted = areAllWanted || referrer.digest === named;
      // An archive has room for one, and what is about something else is none.
      if (isWanted || otherAttestation(referrer.bytes) === undefined) {
        found.push({ digest: referrer.digest, manifest, layer });
      }
    } else if (named !== undefined || referrer.fault.code !== 'KIND_UNEXPECTED') {
      // Whatever else somebody attaches is no fault.
      faults.push(referrer.fault);
    }
  };
  if (named !== undefined) sort(await readAttestation(repository, digest, named));
  if (only === undefined && found.length === 0) {
    for await (const referrer of findAttestations(repository, digest)) sort(referrer);
  }
  const worst = faults.find(({ code }) => only !== undefined || isUnjudged(code));
  const isMissed = found.length === 0 || areAllWanted;
  if (isMissed && worst !== undefined) throw new EvidenceError(worst.code, worst);
  sayFindings(faults);
  return found;
}

function isUnjudged(code: Fault['code']): boolean {
  return ERROR_CATALOGUE[code][0] === 'unjudged';
}

/** The one that goes into an archive. Throws ATTESTATIONS_SEVERAL. */
export function onlyAttached(attached: readonly Attached[], at: string): Attached | undefined {
  if (attached.length <= 1) return attached[0];
  const digests = attached.map(({ digest }) => digest).join(', ');
  const hint = `name the one that is meant with --attestation, or keep all: --oci-layout DIR`;
  const place = { code: 'ATTESTATIONS_SEVERAL', at, hint } as const;
  return refuse(place, `${attached.length} signatures: ${digests}`, 'one, for one archive');
}
