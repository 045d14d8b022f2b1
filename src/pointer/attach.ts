// Attaches a manifest to an artifact, so that whoever asks what is attached to it finds it.

import { attempt } from '../errors/evidence-error.ts';
import { MAX_OCI_INDEX_BYTES } from '../limits.ts';
import { refuse } from '../place.ts';
import { parseOciIndex, referrersTag, withReferrer } from './oci-index.ts';
import { pushManifest, type OpenBlob } from './push-manifest.ts';
import type { Repository, StoredManifest } from './registry.ts';

/** Time and chance, which come from outside. */
export interface Pauses {
  /** In milliseconds, from any beginning. */
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<void>;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** So long a registry may take to list what it got. */
const API_PAUSES_MS = [500, 1000, 2000, 3000, 3500];

/** Longer than others take to read and put the list. Ours may be slower, and is measured. */
const QUIET_MS = 2000;

/** However slow the registry is. */
const MAX_QUIET_MS = 30_000;

/** Later than that nothing is put any more. */
const MAX_LISTING_MS = 600_000;

/** How much longer than ours the way of others to the registry may be. */
const SLOWER = 4;

/** Reads in a row that have to find it. */
const STAYS = 2;

/** Then something else is wrong than that others write at the same time. */
const MAX_PUTS = 12;

/**
 * Pushes a manifest that attaches something, and makes sure that it is listed: by the registry, or else in the list that
 * clients keep under a tag.
 *
 * @throws EvidenceError REFERRER_NOT_LISTED (unjudged): it is attached, and found by its digest alone; what
 *   `parseOciManifest` and the repository throw before that
 */
export async function attachReferrer(
  repository: Repository,
  subject: StoredManifest,
  referrer: StoredManifest,
  { open, pauses }: { readonly open: OpenBlob; readonly pauses: Pauses },
): Promise<void> {
  await pushManifest(repository, referrer, open);
  if (await isListed(repository, { subject, referrer }, pauses)) return;
  const { error } = await attempt(async () => {
    await keepListed(repository, { subject, referrer }, pauses);
  });
  if (error === undefined) return;
  const hint = `name it whenever it is needed: --attestation ${referrer.digest}; or publish again where tags may be changed`;
  const found = `attached, not listed: ${error.at ?? repository.name}: ${error.found}`;
  const expected = 'a registry that lists what is attached, or whose tags may be changed';
  refuse({ code: 'REFERRER_NOT_LISTED', at: repository.name, hint }, found, expected);
}

interface Attached {
  readonly subject: StoredManifest;
  readonly referrer: StoredManifest;
}

/** What a registry says of itself does not count: only whether it lists this one. */
async function isListed(
  repository: Repository,
  { subject, referrer }: Attached,
  { wait }: Pauses,
): Promise<boolean> {
  for (const pause of [...API_PAUSES_MS, 0]) {
    // A list that cannot be read lists nothing.
    const { value } = await attempt(async () => await repository.listReferrers(subject.digest));
    if (value === undefined) return false;
    if (value.manifests.some(({ digest }) => digest === referrer.digest)) return true;
    if (pause > 0) await wait(pause);
  }
  return false;
}

/**
 * Whoever read the list before we put ours puts one without it, and no registry heeds `If-Match`. So it has to be there
 * still when all of these are done. Pauses are random and grow, so that those who write at once do not meet again.
 */
async function keepListed(
  repository: Repository,
  attached: Attached,
  { now, wait, random }: Pauses,
): Promise<void> {
  const begin = now();
  let quiet = QUIET_MS;
  let puts = 0;
  let seen = 0;
  while (seen < STAYS) {
    const start = now();
    const mayPut = puts < MAX_PUTS && start - begin < MAX_LISTING_MS;
    const isNew = await addTo(repository, attached, mayPut);
    // Somebody put it there before, and whoever did has waited.
    if (!isNew && puts === 0) return;
    seen = isNew ? 0 : seen + 1;
    if (isNew) puts += 1;
    quiet = Math.min(Math.max(quiet, SLOWER * (now() - start)), MAX_QUIET_MS);
    if (seen < STAYS) await wait(quiet * (1 + random() * Math.min(puts, 4)));
  }
}

/** Whether it was not in the list, and was put there. */
async function addTo(
  repository: Repository,
  { subject, referrer }: Attached,
  mayPut: boolean,
): Promise<boolean> {
  const tag = referrersTag(subject.digest);
  const at = `${repository.name}:${tag}`;
  const stored = await repository.readManifest({ tag }, MAX_OCI_INDEX_BYTES);
  // GitLab answers with the artifact itself.
  const isList = stored !== undefined && stored.digest !== subject.digest;
  const longer = withReferrer(isList ? parseOciIndex(stored, at) : undefined, referrer);
  if (longer === undefined) return false;
  if (!mayPut) {
    const place = { code: 'SERVICE_ANSWER_INVALID', at, hint: 'publish it again later' } as const;
    refuse(place, 'a list without what was put into it again and again', 'a list that stays');
  }
  await repository.writeManifest(longer, tag);
  return true;
}
