// Which commit of a branch was the first to name an artifact.

import { MAX_CONFIG_BYTES } from '../../limits.ts';
import type { Repository } from './repository.ts';

/**
 * The digests that files of a folder have named, each with the oldest commit of the branch that did. Only first parents
 * count: the branch as it was, not the commits of a change, whose author chose what they have.
 *
 * @param tip of the branch
 * @param folder from the root of the repository, e.g. `recipes/evidence`
 * @throws EvidenceError GIT_OBJECT_MISSING, GIT_OBJECT_INVALID, GIT_FAILED
 */
export async function firstNamings(
  repository: Repository,
  tip: string,
  folder: string,
): Promise<ReadonlyMap<string, string>> {
  const files = await repository.filesBrought(tip, folder);
  const ids = files.map(({ id }) => id);
  const sizes = await repository.sizesOf(ids);
  // Nothing larger was ever a pointer.
  const small = ids.filter((id) => (sizes.get(id)?.size ?? 0) <= MAX_CONFIG_BYTES);
  const contents = await repository.read(small, tip);
  const first = new Map<string, string>();
  for (const { commit, id } of files) {
    const text = Buffer.from(contents.get(id) ?? []).toString('latin1');
    for (const [digest] of text.matchAll(/sha256:[0-9a-f]{64}/g)) first.set(digest, commit);
  }
  return first;
}
