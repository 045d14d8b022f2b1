// Which commit of a branch was the first to name an artifact.

import { MAX_CONFIG_BYTES } from '../../limits.ts';
import { gitFailed } from './git-program.ts';
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
  const merges = ['--first-parent', '-m', '--no-renames', '--diff-filter=AMT'];
  const form = ['--raw', '--no-abbrev', '-z', '--format=%H'];
  const words = ['log', ...merges, ...form, tip, '--', `:(literal)${folder}`];
  const { code, output } = await repository.history(words, [tip]);
  if (code !== 0) throw gitFailed(`git log ${tip}`, '');
  const files = broughtIn(output);
  const ids = files.map(({ id }) => id);
  const sizes = await repository.sizesOf(ids);
  // Nothing larger was ever a pointer.
  const small = ids.filter((id) => (sizes.get(id)?.size ?? 0) <= MAX_CONFIG_BYTES);
  const contents = await repository.read(small, tip);
  const first = new Map<string, string>();
  for (const { commit, id } of files) {
    const text = unescaped(Buffer.from(contents.get(id) ?? []).toString('latin1'));
    for (const [digest] of text.matchAll(/sha256:[0-9a-f]{64}/g)) first.set(digest, commit);
  }
  return first;
}

/** What YAML may write otherwise in double quotes. */
function unescaped(text: string): string {
  return text
    .replaceAll(/\\(?:\r\n?|\n)[ \t]*/g, '')
    .replaceAll(/\\(?:x([0-9a-f]{2})|u00([0-9a-f]{2})|U000000([0-9a-f]{2}))/gi, (_, ...codes) =>
      String.fromCharCode(Number.parseInt(codes.slice(0, 3).join(''), 16)),
    );
}

/** A file as a commit has it. */
interface BroughtFile {
  readonly commit: string;
  /** Of its content. */
  readonly id: string;
}

/** @param output of `git log --raw -z`: a commit, or what it did to one file, with the path behind it */
function broughtIn(output: string): readonly BroughtFile[] {
  let commit = '';
  const files: BroughtFile[] = [];
  let isPath = false;
  for (const part of output.split('\0')) {
    const [, mode = '', id = ''] =
      /^\n?:\d{6} (\d{6}) [0-9a-f]+ ([0-9a-f]+) [A-Z]\d*$/.exec(part) ?? [];
    if (isPath) isPath = false;
    else if (id !== '') {
      isPath = true;
      if (mode.startsWith('100')) files.push({ commit, id });
    } else commit = part.trim();
  }
  return files;
}
