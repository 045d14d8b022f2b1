// What is attached to an artifact. Lists are hints: what counts is what each manifest says itself.

import type { Digest } from '../digest.ts';
import { EvidenceError, faultOf, type Fault } from '../errors/evidence-error.ts';
import { MAX_OCI_INDEX_BYTES, MAX_OCI_MANIFEST_BYTES, MAX_REFERRERS } from '../limits.ts';
import { refuse } from '../place.ts';
import { requireAttestation } from './attestation-manifest.ts';
import { parseOciIndex, referrersTag } from './oci-index.ts';
import { parseOciManifest } from './oci-manifest.ts';
import type { Descriptor, Repository, StoredManifest } from './registry.ts';

/** Something that a list names, or a list that cannot be read. */
export type Referrer = AttachedBundle | UnreadReferrer;

/** A Sigstore bundle whose manifest says that it is attached to the artifact. Nothing is verified. */
export interface AttachedBundle {
  readonly digest: Digest;
  readonly manifest: StoredManifest;
  readonly layer: Descriptor;
  readonly bytes: Uint8Array;
}

/** Why it does not count. */
export interface UnreadReferrer {
  /** Undefined: this is a list, or an entry of one. */
  readonly digest: Digest | undefined;
  readonly fault: Fault;
}

/**
 * All that the Referrers API or the tag of referrers lists, one after the other: each is up to 10 MiB. One
 * that cannot be read does not hide the others.
 *
 * @param known those that are not asked for again
 * @throws EvidenceError REFERRERS_TOO_MANY
 */
export async function* findAttestations(
  repository: Repository,
  artifact: Digest,
  known: ReadonlySet<Digest> = new Set(),
): AsyncGenerator<Referrer, void> {
  const unread: Fault[] = [];
  const lists = [
    async () => (await repository.listReferrers(artifact)) ?? [],
    async () => await taggedReferrers(repository, artifact, unread),
  ];
  const listed: Descriptor[] = [];
  for (const list of lists) listed.push(...(await unlessRefused(list, unread)));
  yield* unread.map((fault) => ({ digest: undefined, fault }));
  const digests = new Set(listed.map(({ digest }) => digest));
  requireFew(digests, repository.name);
  for (const digest of digests) {
    if (!known.has(digest)) yield await readAttestation(repository, artifact, digest);
  }
}

/** Reads this one, whether anything lists it or not. */
export async function readAttestation(
  repository: Repository,
  artifact: Digest,
  digest: Digest,
): Promise<Referrer> {
  const file = `${repository.name}@${digest}`;
  const faults: Fault[] = [];
  const [attached] = await unlessRefused(async () => {
    const manifest = await requireStored(repository, digest);
    const layer = requireAttestation(parseOciManifest(manifest, file), artifact, file);
    return [{ digest, manifest, layer, bytes: await wholeBlob(repository, layer) }];
  }, faults);
  const [fault] = faults;
  if (attached !== undefined) return attached;
  if (fault !== undefined) return { digest, fault };
  throw new TypeError('neither read nor refused');
}

/** @throws EvidenceError REGISTRY_LACKS, and what reading throws */
export async function requireStored(
  repository: Repository,
  digest: Digest,
): Promise<StoredManifest> {
  const manifest = await repository.readManifest(digest, MAX_OCI_MANIFEST_BYTES);
  if (manifest !== undefined) return manifest;
  const hint = 'check name and digest, or name another location of it with --location HOST/REPO';
  const place = { code: 'REGISTRY_LACKS', at: repository.name, hint } as const;
  return refuse(place, `no manifest ${digest}`, 'a repository that has it');
}

/** Where there is no such API. GitLab answers with the artifact itself, which is no list. */
async function taggedReferrers(
  repository: Repository,
  artifact: Digest,
  unread: Fault[],
): Promise<readonly Descriptor[]> {
  const tag = referrersTag(artifact);
  const stored = await repository.readManifest({ tag }, MAX_OCI_INDEX_BYTES);
  if (stored === undefined || stored.digest === artifact) return [];
  const index = parseOciIndex(stored, `${repository.name}:${tag}`);
  unread.push(...index.unread);
  return index.manifests;
}

async function unlessRefused<T>(
  read: () => Promise<readonly T[]>,
  faults: Fault[],
): Promise<readonly T[]> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof EvidenceError) || error.class === 'interrupted') throw error;
    faults.push(faultOf(error));
    return [];
  }
}

function requireFew({ size }: ReadonlySet<Digest>, at: string): void {
  if (size <= MAX_REFERRERS) return;
  const hint = 'name the one that is meant: --attestation sha256:…';
  refuse({ code: 'REFERRERS_TOO_MANY', at, hint }, `${size}`, `at most ${MAX_REFERRERS}`);
}

async function wholeBlob(repository: Repository, layer: Descriptor): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of repository.readBlob(layer)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
