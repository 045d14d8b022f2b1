// What is attached to an artifact. Lists are hints: what counts is what each manifest says itself.

import type { Digest } from '../digest.ts';
import { ERROR_CATALOGUE } from '../errors/catalogue.ts';
import { attempt, faultOf, type Fault } from '../errors/evidence-error.ts';
import { MAX_OCI_INDEX_BYTES, MAX_OCI_MANIFEST_BYTES, MAX_REFERRERS } from '../limits.ts';
import { refuse } from '../place.ts';
import { requireAttestation } from './attestation-manifest.ts';
import { parseOciIndex, referrersTag } from './oci-index.ts';
import { parseOciManifest } from './oci-manifest.ts';
import type { Descriptor, ReferrerList, Repository, StoredManifest } from './registry.ts';

/** What became of something that a list names, or of a list. */
export type Referrer = AttachedBundle | OtherReferrer | UnreadReferrer;

/** A Sigstore bundle whose manifest says that it is attached to the artifact. Nothing is verified. */
export interface AttachedBundle {
  readonly fate: 'bundle';
  readonly digest: Digest;
  readonly manifest: StoredManifest;
  readonly layer: Descriptor;
  readonly bytes: Uint8Array;
}

/** Something else, or attached to something else: it does not count. */
export interface OtherReferrer {
  readonly fate: 'other';
  readonly digest: Digest;
  readonly fault: Fault;
}

/** It might count: it is not there, broken, or has other bytes. */
export interface UnreadReferrer {
  readonly fate: 'unread';
  /** Undefined: this is a list, or an entry of one. */
  readonly digest: Digest | undefined;
  readonly fault: Fault;
}

/**
 * All that the Referrers API or the tag of referrers lists, one after the other: each is up to 10 MiB. One
 * that cannot be read does not hide the others.
 *
 * @param known those that are not asked for again
 * @throws EvidenceError REFERRERS_TOO_MANY, and of the repository CREDENTIALS_INVALID, CREDENTIAL_HELPER_FAILED
 */
export async function* findAttestations(
  repository: Repository,
  artifact: Digest,
  known: ReadonlySet<Digest> = new Set(),
): AsyncGenerator<Referrer, void> {
  const { digests, unread } = await readLists(repository, artifact);
  for (const fault of unread) {
    yield { fate: 'unread', digest: undefined, fault: { ...fault, hint: hintOf(fault) } };
  }
  requireFew(digests, repository.name);
  for (const digest of digests) {
    if (!known.has(digest)) yield await readAttestation(repository, artifact, digest);
  }
}

/** What the Referrers API and the tag of referrers name, each once. */
export async function readLists(
  repository: Repository,
  artifact: Digest,
): Promise<{ readonly digests: ReadonlySet<Digest>; readonly unread: readonly Fault[] }> {
  const lists = [
    await readList(async () => await repository.listReferrers(artifact)),
    await readList(async () => await taggedReferrers(repository, artifact)),
  ];
  return {
    digests: new Set(lists.flatMap(({ manifests }) => manifests.map(({ digest }) => digest))),
    unread: lists.flatMap(({ unread }) => unread),
  };
}

/** One that cannot be read names nothing. */
async function readList(list: () => Promise<ReferrerList | undefined>): Promise<ReferrerList> {
  const { value, error } = await attempt(list);
  return value ?? { manifests: [], unread: error === undefined ? [] : [faultOf(error)] };
}

/** What is wrong with a list is not wrong with the artifact. */
function hintOf({ code, hint }: Fault): string {
  const isMalformed = ERROR_CATALOGUE[code][0] === 'invalid';
  return isMalformed
    ? 'name the signature that is meant, --attestation sha256:HEX, or have the list written again'
    : hint;
}

/** Reads this one, whether anything lists it or not. */
export async function readAttestation(
  repository: Repository,
  artifact: Digest,
  digest: Digest,
): Promise<Referrer> {
  const file = `${repository.name}@${digest}`;
  const { value, error } = await attempt(async () => {
    const manifest = await requireStored(repository, digest);
    const layer = requireAttestation(parseOciManifest(manifest, file), artifact, file);
    return { manifest, layer, bytes: await wholeBlob(repository, layer) };
  });
  if (value !== undefined) return { fate: 'bundle', digest, ...value };
  return { fate: OTHER.has(error.code) ? 'other' : 'unread', digest, fault: faultOf(error) };
}

const OTHER: ReadonlySet<string> = new Set(['REFERRER_OTHER', 'KIND_UNEXPECTED']);

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
): Promise<ReferrerList | undefined> {
  const tag = referrersTag(artifact);
  const stored = await repository.readManifest({ tag }, MAX_OCI_INDEX_BYTES);
  if (stored === undefined || stored.digest === artifact) return undefined;
  return parseOciIndex(stored, `${repository.name}:${tag}`);
}

function requireFew({ size }: ReadonlySet<Digest>, at: string): void {
  if (size <= MAX_REFERRERS) return;
  const hint = 'name the one that is meant: --attestation sha256:…';
  refuse({ code: 'REFERRERS_TOO_MANY', at, hint }, `${size}`, `at most ${MAX_REFERRERS}`);
}

export async function wholeBlob(repository: Repository, layer: Descriptor): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of repository.readBlob(layer)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
