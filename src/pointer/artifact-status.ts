// What one place serves of an artifact: everything is read and hashed, and nothing is judged.

import type { Digest } from '../digest.ts';
import { ERROR_CATALOGUE } from '../errors/catalogue.ts';
import { attempt, faultOf, type Fault } from '../errors/evidence-error.ts';
import { MAX_OCI_INDEX_BYTES } from '../limits.ts';
import { readArtifact } from './copy-artifact.ts';
import { findAttestations, readAttestation, readLists } from './find-attestations.ts';
import type { Referrer } from './find-attestations.ts';
import type { Descriptor, Repository } from './registry.ts';

/**
 * `differs`: other bytes than the digest names, or malformed. `other`: it is no signature, so it does not count.
 * `listed`: more is listed than is read.
 */
export type Service = 'serves' | 'lacks' | 'differs' | 'unreachable' | 'other' | 'listed';

export interface AttachedStatus {
  /** Undefined: this is a list of what is attached, which cannot be read. */
  readonly digest: Digest | undefined;
  readonly state: Service;
  readonly fault: Fault | undefined;
}

export interface PlaceStatus {
  /** `HOST/REPO`, or the path of a layout. */
  readonly name: string;
  /** Of manifest and layer. */
  readonly state: Service;
  readonly fault: Fault | undefined;
  readonly layer: Descriptor | undefined;
  readonly attached: readonly AttachedStatus[];
  /** What the tag is there now; undefined if none was asked for. */
  readonly tag: TagStatus | undefined;
}

export interface TagStatus {
  readonly name: string;
  /** Undefined: there is no such tag, or `fault` says why it is not known. */
  readonly digest: Digest | undefined;
  readonly isMoved: boolean;
  readonly fault: Fault | undefined;
}

export interface AskedFor {
  readonly digest: Digest;
  /** What has to be attached. */
  readonly attestation?: Digest | undefined;
  readonly tag?: string | undefined;
}

/** Says what one place serves. What it does not serve is in what is returned, and never thrown. */
export async function placeStatus(repository: Repository, asked: AskedFor): Promise<PlaceStatus> {
  const { digest, tag } = asked;
  const { value: layer, error } = await attempt(async () => {
    const artifact = await readArtifact(repository, digest);
    for await (const _ of repository.readBlob(artifact.layer));
    return artifact.layer;
  });
  const fault = error && faultOf(error);
  const state = fault === undefined ? 'serves' : stateOf(fault);
  // Without an answer, nothing more is asked for.
  const attached = state === 'serves' ? await attachedStatus(repository, asked) : [];
  const isAsked = tag !== undefined && state !== 'unreachable';
  return {
    ...{ name: repository.name, state, fault, layer, attached },
    tag: isAsked ? await tagStatus(repository, tag, digest) : undefined,
  };
}

async function attachedStatus(
  repository: Repository,
  { digest, attestation }: AskedFor,
): Promise<readonly AttachedStatus[]> {
  const attached: AttachedStatus[] = [];
  const { error } = await attempt(async () => {
    for await (const each of findAttestations(repository, digest)) attached.push(statusOf(each));
  });
  if (error !== undefined) {
    attached.push(statusOf({ fate: 'unread', digest: undefined, fault: faultOf(error) }));
  }
  if (error?.code === 'REFERRERS_TOO_MANY') {
    const { digests } = await readLists(repository, digest);
    attached.push(...[...digests].map((each) => ({ digest: each, ...LISTED })));
  }
  if (attestation === undefined || attached.some((each) => each.digest === attestation)) {
    return attached;
  }
  return [statusOf(await readAttestation(repository, digest, attestation)), ...attached];
}

const LISTED = { state: 'listed', fault: undefined } as const;

function statusOf(referrer: Referrer): AttachedStatus {
  const { digest, fate } = referrer;
  if (fate === 'bundle') return { digest, state: 'serves', fault: undefined };
  const { fault } = referrer;
  return { digest, state: fate === 'other' ? fate : stateOf(fault), fault };
}

async function tagStatus(repository: Repository, tag: string, digest: Digest): Promise<TagStatus> {
  // It may lead to a list by now.
  const { value: stored, error } = await attempt(
    async () => await repository.readManifest({ tag }, MAX_OCI_INDEX_BYTES),
  );
  const isMoved = stored !== undefined && stored.digest !== digest;
  return { name: tag, digest: stored?.digest, isMoved, fault: error && faultOf(error) };
}

/** In a layout, what is not there is a file that cannot be read. */
const LACKS: ReadonlySet<string> = new Set(['REGISTRY_LACKS', 'FILE_UNREADABLE']);

export function stateOf({ code }: Fault): Service {
  if (LACKS.has(code)) return 'lacks';
  return ERROR_CATALOGUE[code][0] === 'invalid' ? 'differs' : 'unreachable';
}
