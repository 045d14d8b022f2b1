import { EvidenceError } from '../../errors/evidence-error.ts';
import { MAX_CONFIG_BYTES } from '../../limits.ts';
import { refusal } from '../../place.ts';
import { escapeInvisible, quote } from '../../quote.ts';
import { readFileAt } from './read-files.ts';
import type { Repository } from './repository.ts';

const FLAG = '--policy-ref';

/** A file as it is in a commit. */
export interface FileOfCommit {
  readonly commit: string;
  /** From the root of the repository. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** The commits that a change leads from and to, full ids. */
export interface ChangeEnds {
  /** The tip of the base; undefined if head is judged for itself. */
  readonly base: string | undefined;
  readonly head: string;
}

/**
 * Reads the policy that `--policy-ref REF:PATH` names. No change brings the policy by which it is judged: a commit that
 * head comes from and base does not is part of the change.
 *
 * @throws EvidenceError USAGE, POLICY_REF_OF_HEAD, GIT_REF_INVALID, GIT_ENTRY_UNEXPECTED, LIMIT_EXCEEDED, GIT_OBJECT_MISSING
 */
export async function readPolicyAt(
  repository: Repository,
  named: string,
  { base, head }: ChangeEnds,
): Promise<FileOfCommit> {
  const [, ref = '', path = ''] = /^([^:]+):(.+)$/s.exec(named) ?? [];
  if (ref === '' || /^\/|(?:^|\/)(?:\.{0,2})(?:\/|$)/.test(path)) {
    refuse(
      named,
      'REF:PATH',
      'name a commit and a path in it, e.g. main:.github/recipe-evidence.json',
    );
  }
  const commit = await repository.commitOf(ref, FLAG);
  if (base !== undefined) await requireOutside(repository, commit, { base, head });
  const bytes = await readFileAt(repository, commit, path, MAX_CONFIG_BYTES);
  if (bytes === undefined) {
    const hint = 'merge the policy there first, by itself; or name it as that commit has it';
    refuse(named, `a file that ${commit} has`, hint);
  }
  return { commit, path, bytes };
}

function refuse(named: string, expected: string, hint: string): never {
  throw refusal({ code: 'USAGE', at: FLAG, hint }, quote(named), expected);
}

async function requireOutside(
  repository: Repository,
  commit: string,
  { base, head }: { readonly base: string; readonly head: string },
): Promise<void> {
  if (await repository.isAncestor(commit, base)) return;
  if (!(await repository.isAncestor(commit, head))) return;
  throw new EvidenceError('POLICY_REF_OF_HEAD', {
    at: FLAG,
    found: `the commit ${commit}, which is part of the change that is judged`,
    expected: 'a commit of the base, or of another branch',
    hint: `name a commit that ${escapeInvisible(base)} comes from, e.g. the base itself`,
  });
}
