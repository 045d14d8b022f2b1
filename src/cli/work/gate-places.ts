// Where the bundle of a pointer is: on disk, or in a registry that the policy or the user names.
import { join } from 'node:path';

import { requireReference } from '../../artifact-reference.ts';
import { hexOf } from '../../digest.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import type { PointedArtifact } from '../../evidence/pointer/pointer.ts';
import type { PointerFile } from '../../evidence/verify/check-pointer.ts';
import { lookAt } from '../../io/disk/harmless-output.ts';
import { openLayout, type OciLayout } from '../../io/oci/layout.ts';
import type { Registry, Repository } from '../../pointer/registry.ts';
import { USUAL_GATE } from '../../policy/gate-policy.ts';
import type { Policy } from '../../policy/policy.ts';
import { quote } from '../../quote.ts';
import type { Call } from '../call/command.ts';
import { spend, untilSpent, type FetchBudget } from './fetch-budget.ts';
import type { Bundles } from './gate-bundles.ts';
import type { NamedInput } from './named-input.ts';
import { openRegistries } from './open-registries.ts';

/** Data alone: threads are told it. */
export type Place =
  | { readonly archives: readonly string[] }
  | { readonly layout: string }
  /** `HOST/REPOSITORY` of each, in the order in which they are asked. */
  | { readonly repositories: readonly [string, ...string[]] };

/** The registries that may be asked: those of the policy, and those that the user names. */
export function hostsOf(
  { gate = USUAL_GATE }: Policy,
  named: readonly string[],
): ReadonlySet<string> {
  return new Set([...gate.registries, ...named].map((host) => host.toLowerCase()));
}

/** Throws REGISTRY_NOT_LISTED, FIELD_INVALID. */
export async function placeOf(
  { archives, layouts }: Bundles,
  {
    artifact,
    locations,
  }: { readonly artifact: PointedArtifact; readonly locations: readonly string[] },
  hosts: ReadonlySet<string>,
): Promise<Place> {
  const layout = layouts.find((path) => lookAt(join(path, 'blobs/sha256', hexOf(artifact.digest))));
  if (layout !== undefined) return { layout };
  const copies = archives.get(artifact.digest);
  if (copies !== undefined) return { archives: copies };
  const { repository } = requireReference(artifact.oci, {
    code: 'FIELD_INVALID',
    at: artifact.oci,
  });
  const all = [repository, ...locations];
  const [first, ...others] = all.filter((name) => hosts.has(hostOf(name)));
  if (first !== undefined) return { repositories: [first, ...others] };
  const host = hostOf(repository);
  throw new EvidenceError('REGISTRY_NOT_LISTED', {
    at: repository,
    found: quote(host),
    expected: `a registry that the policy lists: ${[...hosts].join(', ')}`,
    hint: `have the bundle copied to one of them, or ask it this once with --registry ${host}; a maintainer can list it in the policy`,
  });
}

/** The same in upper and lower case. */
function hostOf(repository: string): string {
  return repository.split('/', 1).join('').toLowerCase();
}

/** Of what `openRegistries` gives, which is an object without a prototype of its own. */
function limited(repository: Repository, budget: FetchBudget): Repository {
  return {
    ...repository,
    get requests() {
      return repository.requests;
    },
    readBlob: (blob, held) => {
      spend(budget, repository.name, blob);
      return repository.readBlob(blob, held);
    },
  };
}

/** Opens what is to be judged, one copy after the other. Nobody is logged in anywhere. */
export function openPlaces(
  call: Call,
  budget: FetchBudget,
): (place: Place, pointer: PointerFile) => AsyncGenerator<NamedInput, void> {
  let registry: Promise<Registry> | undefined;
  const layouts = new Map<string, Promise<OciLayout>>();
  const placesOf = async (
    place: Exclude<Place, { readonly archives: unknown }>,
  ): Promise<readonly [Repository, ...Repository[]]> => {
    if ('layout' in place) {
      const opening = layouts.get(place.layout) ?? openLayout(place.layout);
      layouts.set(place.layout, opening);
      return [await opening];
    }
    registry ??= openRegistries(
      { ...call, environment: {}, signal: untilSpent(budget, call.signal) },
      [],
    );
    const opened = await registry;
    const openOne = (name: string): Repository => limited(opened.repository(name), budget);
    const [first, ...others] = place.repositories;
    return [openOne(first), ...others.map(openOne)];
  };
  return async function* open(place, pointer) {
    if ('archives' in place) {
      for (const bundle of place.archives) yield { bundle, pointer };
      return;
    }
    const { artifact, affidavit } = pointer.pointer;
    if (artifact === undefined) return;
    const { digest } = artifact;
    const { attestation } = affidavit ?? {};
    yield {
      artifact: { digest, places: await placesOf(place), tag: undefined, attestation, pointer },
    };
  };
}
