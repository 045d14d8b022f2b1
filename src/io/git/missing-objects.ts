import type { EvidenceError } from '../../errors/evidence-error.ts';
import { refusal } from '../../place.ts';
import { escapeInvisible } from '../../quote.ts';
import { commandLine } from '../../shell-words.ts';
import { runGit, type GitProgram } from './git-program.ts';

/** A clone that need not have every object. */
export interface Clone {
  /** The git of its own repository, for what it configures. */
  readonly git: GitProgram;
  /** As the user named it. */
  readonly directory: string;
  readonly isShallow: boolean;
}

/** What is not there: some of the history, a commit that somebody names, or what a commit names. */
export type Lack = 'history' | 'commit' | 'content';

/**
 * Says what a clone lacks, and the command that gets it.
 *
 * @param wanted commits whose history or content is meant
 */
export async function missingObjects(
  { git, directory, isShallow }: Clone,
  lack: Lack,
  ids: readonly string[],
  wanted: readonly string[],
): Promise<EvidenceError> {
  const { remote, isPartial } = await remoteOf(git, directory);
  const kind = isShallow ? 'a shallow clone' : isPartial ? 'a partial clone' : 'this repository';
  const more = ids.length > 1 ? ` and ${ids.length - 1} more` : '';
  const flags = flagsFor(lack, isShallow, isPartial);
  const ends = lack === 'history' ? await endsOf(git, directory, wanted) : wanted;
  const command = commandLine([
    'git',
    '-C',
    directory,
    'fetch',
    ...flags,
    remote ?? 'URL',
    ...ends,
  ]);
  const address =
    remote === undefined ? ', with the address of the repository in place of URL' : '';
  const at = escapeInvisible(directory);
  const found = `${kind} without the object ${ids[0] ?? ''}${more}`;
  const hint = `run \`${command}\`${address}`;
  return refusal({ code: 'GIT_OBJECT_MISSING', at, hint }, found, EXPECTED[lack]);
}

const EXPECTED: Readonly<Record<Lack, string>> = {
  history: 'the history of base and head, back to what they have in common',
  commit: 'the commit that was named',
  content: 'every file of the commit that is read',
};

function flagsFor(lack: Lack, isShallow: boolean, isPartial: boolean): readonly string[] {
  if (lack === 'commit') return [];
  if (lack === 'history' && isShallow) return ['--unshallow'];
  return isPartial ? ['--refetch', '--no-filter'] : ['--refetch'];
}

/** More commits are not named one by one. */
const MOST_ENDS = 10;

/** Where the history that is there ends: nobody else knows the commits that were made here. */
async function endsOf(
  git: GitProgram,
  directory: string,
  commits: readonly string[],
): Promise<readonly string[]> {
  const words = ['rev-list', '--max-parents=0', ...commits];
  const { code, output } = await runGit(git, ['-C', directory, ...words]);
  const ends = output.split('\n').filter((id) => id !== '');
  return code === 0 && ends.length <= MOST_ENDS ? ends : commits;
}

/** Where the clone is from, `origin` if there are several, if it says so; and whether it leaves objects there. */
async function remoteOf(
  git: GitProgram,
  directory: string,
): Promise<{ readonly remote: string | undefined; readonly isPartial: boolean }> {
  const words = ['config', '--no-includes', '--null', '--name-only', '--get-regexp'];
  const { output } = await runGit(git, ['-C', directory, ...words, '^(remote\\.|extensions\\.)']);
  const keys = output.split('\0');
  const remotes = keys.flatMap((key) => /^remote\.([^-].*)\.url$/s.exec(key)?.[1] ?? []);
  return {
    remote: remotes.includes('origin') ? 'origin' : remotes[0],
    isPartial: keys.some((key) => /\.promisor$|^extensions\.partialclone$/i.test(key)),
  };
}
