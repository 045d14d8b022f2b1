// Evidence in a registry: found by its digest at the first location that serves it, and judged as the archive would be
// with the attestation that is attached to it.

import type { Entry, ReceivedFile, ReceivedFiles } from '../../archive/entry.ts';
import { digestOf, type Digest } from '../../digest.ts';
import { ERROR_CATALOGUE } from '../../errors/catalogue.ts';
import { EvidenceError, faultOf, type Fault } from '../../errors/evidence-error.ts';
import {
  findAttestations,
  readAttestation,
  requireStored,
  type Referrer,
} from '../../pointer/find-attestations.ts';
import { inTurn, locationFailed, worstOf, type FailedLocation } from '../../pointer/locations.ts';
import type { Repository, StoredManifest } from '../../pointer/registry.ts';
import { ATTESTATION_FILE } from '../layout.ts';
import type { ArtifactSource, TriedReferrer } from './artifact-source.ts';
import { compareAttestations, judgeAttestation, otherAttestation } from './judge-attestation.ts';
import { readLayer, type ReadLayer } from './read-layer.ts';
import {
  rulesOf,
  verifyEntries,
  verifyEvidenceFiles,
  type EvidenceRules,
  type VerificationReport,
  type VerifyEvidenceOptions,
} from './verify-evidence.ts';

/** Which artifact, and where it may be. */
export interface ArtifactChoice {
  readonly artifact: Digest;
  /** In the order in which they are asked, until an attestation is good. */
  readonly locations: readonly Repository[];
  /** The manifest of the artifact, if it was read before. */
  readonly manifest?: StoredManifest | undefined;
  /** Of the manifest of the only attestation that is looked at. */
  readonly attestation?: Digest | undefined;
  /** Of the one that is looked at first. If it is good, no other is. */
  readonly pointed?: Digest | undefined;
}

/**
 * Whatever is wrong with the evidence is in the report. Thrown is why there is none: no location serves the artifact, or
 * no attestation is good and one could not be read.
 *
 * @throws EvidenceError what repositories and `parseOciManifest` throw; KIND_UNEXPECTED, FIELD_INVALID, REFERRER_OTHER,
 *   LIMIT_EXCEEDED (invalid), REGISTRY_LACKS, REFERRERS_TOO_MANY (unjudged)
 */
export async function verifyArtifact(
  choice: ArtifactChoice,
  options: VerifyEvidenceOptions,
): Promise<VerificationReport> {
  const search = new Search(choice, await rulesOf(options));
  const failed: FailedLocation[] = [];
  const look = async (location: Repository): Promise<true | undefined> =>
    (await search.look(location)) ? true : undefined;
  await inTurn(choice.locations, look, failed);
  return await search.report(failed);
}

type Layer = Exclude<ReadLayer, { readonly refused: EvidenceError }>;

type Tried = TriedReferrer & { readonly id: string; readonly bytes?: Uint8Array };

class Search {
  readonly #choice: ArtifactChoice;
  readonly #rules: EvidenceRules;
  #manifest: StoredManifest | undefined;
  #layer: ReadLayer | undefined;
  #served = '';
  /** The only one whose bytes are kept. */
  #best: Tried | undefined;
  /** By digest, or by what else tells them apart. */
  readonly #tried = new Map<string, TriedReferrer>();
  readonly #known = new Set<Digest>();

  constructor(choice: ArtifactChoice, rules: EvidenceRules) {
    this.#choice = choice;
    this.#rules = { ...rules, artifact: choice.artifact };
    this.#manifest = choice.manifest;
  }

  /** Whether nothing else has to be looked for. */
  async look(repository: Repository): Promise<boolean> {
    this.#layer ??= await this.#receive(repository);
    this.#served ||= repository.name;
    if ('refused' in this.#layer) return true;
    await this.#tryAll(repository, this.#layer.files);
    return this.#isGood();
  }

  async report(failed: readonly FailedLocation[]): Promise<VerificationReport> {
    const layer = this.#layer;
    const errors = failed.map(({ error }) => error);
    if (layer === undefined) throw worstFailure(failed);
    const report =
      'refused' in layer
        ? await verifyEntries(refusing(layer.refused), this.#rules)
        : this.#judged(layer, errors);
    const findings = [...report.findings, ...failed.map(locationFailed)];
    return { ...report, findings, source: this.#source() };
  }

  /** With a pointer, the one that it names may still be found. */
  #isGood(): boolean {
    return this.#best?.isPointed === true;
  }

  async #receive(repository: Repository): Promise<ReadLayer> {
    const { artifact } = this.#choice;
    this.#manifest ??= await requireStored(repository, artifact);
    return await readLayer(repository, this.#manifest, this.#rules.passing);
  }

  async #tryAll(repository: Repository, files: ReceivedFiles): Promise<void> {
    const { artifact, attestation, pointed } = this.#choice;
    const named = attestation ?? pointed;
    if (named !== undefined && !this.#known.has(named)) {
      this.#try(await readAttestation(repository, artifact, named), repository.name, files);
    }
    if (attestation !== undefined || this.#isGood()) return;
    this.#tryOwn(repository.name, files);
    for await (const referrer of findAttestations(repository, artifact, this.#known)) {
      this.#try(referrer, repository.name, files);
    }
  }

  /** An archive may have been signed before it was pushed: that counts as much as in the archive. */
  #tryOwn(registry: string, files: ReceivedFiles): void {
    const own = files.get(ATTESTATION_FILE)?.bytes;
    if (own !== undefined) this.#judge(own, { digest: undefined, registry }, files);
  }

  #try(referrer: Referrer, registry: string, files: ReceivedFiles): void {
    const { digest } = referrer;
    if (referrer.fate === 'bundle') {
      this.#known.add(referrer.digest);
      const { attestation, pointed } = this.#choice;
      // One that is named has to be good.
      const isNamed = digest === (attestation ?? pointed);
      const other = isNamed ? undefined : otherAttestation(referrer.bytes);
      if (other === undefined) this.#judge(referrer.bytes, { digest, registry }, files);
      else this.#tried.set(referrer.digest, { digest, registry, fate: 'other', fault: other });
      return;
    }
    const { fault, fate } = referrer;
    this.#tried.set(digest ?? `${registry} ${fault.at}`, { digest, registry, fault, fate });
  }

  #judge(
    bytes: Uint8Array,
    where: Pick<TriedReferrer, 'digest' | 'registry'>,
    files: ReceivedFiles,
  ): void {
    const fetched = { artifact: this.#choice.artifact, files };
    const judged = judgeAttestation(bytes, fetched, this.#rules);
    const fate = judged.fault === undefined ? 'good' : 'refused';
    const id = where.digest ?? digestOf(bytes);
    this.#tried.set(id, { ...where, ...judged, fate });
    const tried: Tried = { ...where, ...judged, fate, id, bytes };
    if (this.#best === undefined || compareAttestations(tried, this.#best) < 0) this.#best = tried;
  }

  #judged({ files, originals }: Layer, failed: readonly EvidenceError[]): VerificationReport {
    if (!this.#isGood()) this.#requireKnown(failed);
    const others = [...files.values()].filter(({ path }) => path !== ATTESTATION_FILE);
    const { bytes } = this.#best ?? {};
    const signed = bytes === undefined ? [] : [attestationFile(bytes)];
    return verifyEvidenceFiles([...others, ...signed], { ...this.#rules, originals });
  }

  /** Without a good one, one that could not be read might be. Only what is attached to something else is none. */
  #requireKnown(failed: readonly EvidenceError[]): void {
    const tried = [...this.#tried.values()];
    const faults = [
      ...failed.map((error) => faultOf(error)),
      ...tried.flatMap(({ fate, fault }) => (fate === 'unread' && fault ? [fault] : [])),
    ];
    const unknown = faults.find(({ code }) => ERROR_CATALOGUE[code][0] === 'unjudged');
    if (unknown !== undefined) throw errorOf(unknown);
    const { attestation, pointed } = this.#choice;
    const broken = tried.find(
      ({ fate, digest }) =>
        fate === 'unread' ||
        (fate === 'other' && digest !== undefined && digest === (attestation ?? pointed)),
    );
    if (this.#best === undefined && broken?.fault !== undefined) throw errorOf(broken.fault);
  }

  #source(): ArtifactSource {
    const { artifact, locations } = this.#choice;
    const best = this.#best;
    return {
      ...{ registry: this.#served, digest: artifact, attestation: best?.digest },
      requests: locations.reduce((sum, { requests }) => sum + requests, 0),
      referrers: [...this.#tried].map(([id, tried]) =>
        id === best?.id ? { ...tried, fate: 'reported' } : tried,
      ),
    };
  }
}

/** With what the others said. */
function worstFailure(failed: readonly FailedLocation[]): EvidenceError {
  const worst = worstOf(failed.map(({ error }) => error));
  if (worst === undefined) throw new TypeError('no location was named');
  const others = failed.filter(({ error }) => error !== worst);
  const more = others.map(({ name, error }) => `; ${name}: ${error.code}, ${error.found}`);
  return errorOf({ ...faultOf(worst), found: [worst.found, ...more].join('') });
}

function attestationFile(bytes: Uint8Array): ReceivedFile {
  return { path: ATTESTATION_FILE, size: bytes.length, digest: digestOf(bytes), bytes };
}

function refusing(error: EvidenceError): AsyncIterable<Entry> {
  return { [Symbol.asyncIterator]: () => ({ next: async () => await Promise.reject(error) }) };
}

function errorOf(fault: Fault): EvidenceError {
  return new EvidenceError(fault.code, fault);
}
