// Real repositories, made by the installed git with nothing of the user's.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { devNull } from 'node:os';
import { dirname, join } from 'node:path';

const ENVIRONMENT = {
  PATH: process.env['PATH'],
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: devNull,
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@example.invalid',
  GIT_AUTHOR_DATE: '1700000000 +0000',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@example.invalid',
  GIT_COMMITTER_DATE: '1700000000 +0000',
};

/** Runs git in a folder, and gives its output without the last line end. */
export function git(folder: string, ...words: readonly string[]): string {
  return gitWith('', folder, ...words);
}

export function gitWith(
  input: string | Uint8Array,
  folder: string,
  ...words: readonly string[]
): string {
  const options = { cwd: folder, env: ENVIRONMENT, input, encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync('git', words, options);
  if (status !== 0) throw new Error(`git ${words.join(' ')}: ${stderr}`);
  return stdout.trimEnd();
}

/** Path → text. */
export type Files = Readonly<Record<string, string>>;

/** An empty repository. */
export function repository(folder: string, ...words: readonly string[]): string {
  mkdirSync(folder, { recursive: true });
  git(folder, 'init', '--quiet', '--initial-branch=main', ...words);
  return folder;
}

function write(folder: string, files: Files): void {
  for (const [path, text] of Object.entries(files)) {
    const place = join(folder, path);
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, text);
  }
}

/** Commits all that is in the folder, with these files, and gives the id. */
export function commit(folder: string, files: Files): string {
  write(folder, files);
  git(folder, 'add', '--all');
  git(folder, 'commit', '--quiet', '--allow-empty', '--message', 'm');
  return git(folder, 'rev-parse', 'HEAD');
}

/** A commit of what no work tree could have: the text of `git mktree` without trees, as `-z` has it. */
export function commitTree(
  folder: string,
  entries: string | Uint8Array,
  ...parents: readonly string[]
): string {
  const tree = gitWith(entries, folder, 'mktree', '-z', '--missing');
  return git(folder, 'commit-tree', tree, '-m', 'm', ...parents.flatMap((each) => ['-p', each]));
}
