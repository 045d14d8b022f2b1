// The installed `git`, run so that nothing that a repository, its user or the machine configures changes what it does.

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { devNull, tmpdir } from 'node:os';
import { isAbsolute, join, relative } from 'node:path';

import type { EvidenceError } from '../../errors/evidence-error.ts';
import { refusal, refuse } from '../../place.ts';
import { quote } from '../../quote.ts';
import { findProgram } from '../process/run-plugin.ts';

/** The first `git` whose user's configuration can be left out (GIT_CONFIG_GLOBAL). */
const OLDEST = { major: 2, minor: 32 };

/** Stronger than the configuration of a repository. */
const SETTINGS = [
  `core.hooksPath=${devNull}`,
  'core.fsmonitor=false',
  'core.useReplaceRefs=false',
  // A cache of who is whose parent, which nobody compares with the commits.
  'core.commitGraph=false',
  // What two refs are called by means neither: that is said, and seen.
  'core.warnAmbiguousRefs=true',
  'protocol.allow=never',
].flatMap((setting) => ['-c', setting]);

export interface GitRun {
  readonly code: number;
  readonly output: string;
  /** What it says to people, in English. */
  readonly messages: string;
}

/** How `git` is started: its file, the words before all others, and the environment. */
export interface GitProgram {
  readonly file: string;
  readonly words: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** A folder of our own, and in it a repository without refs, configuration, hooks, grafts and shallow boundary. */
  readonly folder: string;
}

/**
 * Finds `git`, and gives it a folder.
 *
 * @throws EvidenceError GIT_MISSING
 */
export function findGit(environment: NodeJS.ProcessEnv): GitProgram {
  const file = findProgram('git', environment['PATH']);
  if (file === undefined) {
    const hint = 'install git, or add its directory to the PATH';
    const found = 'no program of this name on the PATH';
    refuse({ code: 'GIT_MISSING', at: 'git', hint }, found, OLD_ENOUGH);
  }
  const folder = mkdtempSync(join(tmpdir(), 'affidavit-git-'));
  // Whose a repository is does not matter: nothing that it configures is used.
  writeFileSync(join(folder, 'config'), '[safe]\n\tdirectory = *\n');
  const own = Object.entries(environment).filter(([name]) => !/^GIT_/i.test(name));
  return {
    file,
    folder,
    words: SETTINGS,
    environment: {
      ...Object.fromEntries(own),
      LC_ALL: 'C',
      LANGUAGE: '',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: join(folder, 'config'),
      GIT_ATTR_NOSYSTEM: '1',
      GIT_TERMINAL_PROMPT: '0',
      GIT_NO_REPLACE_OBJECTS: '1',
      // Not an empty one, about which git has something to say.
      GIT_GRAFT_FILE: join(folder, 'no-grafts'),
      GIT_NO_LAZY_FETCH: '1',
      GIT_ALLOW_PROTOCOL: '',
    },
  };
}

/**
 * The same for the objects of a repository, and nothing else of it: our own repository takes them from there. So
 * what it lacks is missing, and is neither fetched nor overlooked.
 */
export function withObjects(git: GitProgram, objects: string, format: ObjectFormat): GitProgram {
  const directory = join(git.folder, 'repository');
  mkdirSync(join(directory, 'refs'), { recursive: true });
  writeFileSync(join(directory, 'HEAD'), 'ref: refs/heads/none\n');
  const version = format === 'sha1' ? 0 : 1;
  const extension = format === 'sha1' ? '' : `[extensions]\n\tobjectFormat = ${format}\n`;
  writeFileSync(
    join(directory, 'config'),
    `[core]\n\trepositoryFormatVersion = ${version}\n\tbare = true\n${extension}`,
  );
  return {
    ...git,
    words: [...git.words, '-C', directory],
    environment: { ...git.environment, GIT_DIR: directory, GIT_OBJECT_DIRECTORY: objects },
  };
}

/**
 * Refuses a repository whose own folder a directory is in: any folder that a commit has may look like a bare one. By paths,
 * since the configuration there may say that it is none.
 *
 * @param named what somebody has named; undefined: the working directory
 * @throws EvidenceError USAGE
 */
export async function requireOutside(named: string | undefined, repository: string): Promise<void> {
  const way = relative(await realpath(repository), await realpath(named ?? '.'));
  const isNamed = way === '' && named !== undefined;
  if (isNamed || /^\.\.(?:[/\\]|$)/.test(way) || isAbsolute(way)) return;
  const hint = 'leave this folder, or name the repository: --git DIR';
  const found = `a folder in a bare repository, or in git's own folder: ${quote(repository)}`;
  refuse({ code: 'USAGE', at: '--git', hint }, found, 'a checkout');
}

export type ObjectFormat = 'sha1' | 'sha256';

export function removeFolder({ folder }: GitProgram): void {
  rmSync(folder, { recursive: true, force: true });
}

const OLD_ENOUGH = `git ${OLDEST.major}.${OLDEST.minor} or newer`;

/** Throws GIT_MISSING. */
export async function requireNewGit(git: GitProgram): Promise<void> {
  const { output } = await runGit(git, ['--version']);
  const [, major = '0', minor = '0'] = /^git version (\d+)\.(\d+)/.exec(output) ?? [];
  const distance = Number(major) - OLDEST.major || Number(minor) - OLDEST.minor;
  if (distance >= 0) return;
  const hint = 'install a newer git, or put its directory first on the PATH';
  refuse({ code: 'GIT_MISSING', at: git.file, hint }, quote(output.trim(), 60), OLD_ENOUGH);
}

/** What it may print, in bytes: ids, paths and messages. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** Runs it to its end. Throws GIT_FAILED if it cannot be started, or was ended. */
export async function runGit(git: GitProgram, words: readonly string[]): Promise<GitRun> {
  const { file, environment: env } = git;
  return await new Promise((resolve, reject) => {
    const options = { env, maxBuffer: MAX_OUTPUT_BYTES, encoding: 'utf8' } as const;
    execFile(file, [...git.words, ...words], options, (error, output, messages) => {
      const code = error === null ? 0 : error.code;
      if (typeof code === 'number') resolve({ code, output, messages });
      else reject(gitFailed(file, error?.message ?? '', error));
    });
  });
}

/** @param messages what it said, of which the first line is shown */
export function gitFailed(at: string, messages: string, cause?: unknown): EvidenceError {
  const [line = ''] = messages.trim().split('\n', 1);
  const hint = 'check that this is a git repository, and what `git fsck` says of it';
  const found = line === '' ? 'an end without a message' : quote(line);
  return refusal({ code: 'GIT_FAILED', at, hint }, found, 'an answer of git', cause);
}
