// A git repository as its objects, read by the installed `git`: nothing is checked out, and nothing that the repository
// configures runs or changes what is read. Every byte is what the id of its commit names, because all hashes are computed.

import { EvidenceError, withHint } from '../../errors/evidence-error.ts';
import { MAX_JSON_BYTES, MAX_NESTING, MAX_TREE_ENTRIES } from '../../limits.ts';
import { escapeInvisible, quote } from '../../quote.ts';
import { tooLarge } from '../disk/open-file.ts';
import { CatFile, type Answer, type ObjectInfo } from './cat-file.ts';
import { crossedHistory } from './crossed-history.ts';
import { firstNamed, invalid, parseTree, requireSame, unexpectedEntry } from './git-object.ts';
import type { GitObject, TreeEntry } from './git-object.ts';
import { findGit, gitFailed, removeFolder, requireNewGit, requireOutside } from './git-program.ts';
import {
  runGit,
  withObjects,
  type GitProgram,
  type GitRun,
  type ObjectFormat,
} from './git-program.ts';
import { missingObjects, type Clone, type Lack } from './missing-objects.ts';

/** A folder of a commit. */
export interface GitFolder {
  /** Of its tree: equal folders have equal ids. */
  readonly id: string;
  /** All that is in it and in what it holds, but no trees; in the order of git. */
  readonly entries: readonly TreeEntry[];
}

/** How many tags may lead to a commit, one to the next. */
const MAX_TAGS = 10;

/**
 * Uses the repository that a directory belongs to, or another worktree of it. A bare one counts only if it is this
 * directory, and somebody has named it: any folder that a commit has may look like one.
 *
 * @param directory undefined: the working directory
 * @throws EvidenceError GIT_MISSING, GIT_FAILED, and what `use` throws
 */
export async function withRepository<T>(
  directory: string | undefined,
  use: (repository: Repository) => Promise<T>,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<T> {
  const git = findGit(environment);
  const remove = (): void => removeFolder(git);
  process.once('exit', remove);
  let repository: Repository | undefined;
  try {
    repository = await openRepository(directory, git);
    return await use(repository);
  } finally {
    repository?.close();
    process.off('exit', remove);
    remove();
  }
}

async function openRepository(named: string | undefined, git: GitProgram): Promise<Repository> {
  const directory = named ?? '.';
  const ask = async (...words: readonly string[]): Promise<GitRun> =>
    await runGit(git, ['-C', directory, 'rev-parse', ...words]);
  const asked = ['--show-object-format', '--is-shallow-repository', '--path-format=absolute'];
  const [, run, { output: own }] = await Promise.all([
    requireNewGit(git),
    ask(...asked, '--git-path', 'objects'),
    ask('--absolute-git-dir'),
  ]);
  const [, format, isShallow, objects] =
    /^(sha1|sha256)\n(true|false)\n(.+)\n$/s.exec(run.output) ?? [];
  if (run.code !== 0 || objects === undefined) {
    const hint =
      'name the repository with --git, e.g. --git aicr; `git fsck` says what is wrong with it';
    throw withHint(gitFailed(escapeInvisible(directory), run.messages), hint);
  }
  await requireOutside(named, own.slice(0, -1));
  const known: ObjectFormat = format === 'sha256' ? 'sha256' : 'sha1';
  const clone = { git, directory, isShallow: isShallow === 'true' };
  return new Repository(clone, withObjects(git, objects, known), known);
}

export class Repository {
  readonly #clone: Clone;
  readonly #git: GitProgram;
  readonly #format: ObjectFormat;
  readonly #sizes: CatFile;
  readonly #objects: CatFile;
  /** By id: what is read once is not read again. */
  readonly #blobs = new Map<string, Uint8Array>();
  readonly #trees = new Map<string, readonly TreeEntry[]>();

  constructor(clone: Clone, git: GitProgram, format: ObjectFormat) {
    this.#clone = clone;
    this.#git = git;
    this.#format = format;
    this.#sizes = new CatFile(git, '--batch-check');
    this.#objects = new CatFile(git, '--batch');
  }

  close(): void {
    this.#sizes.close();
    this.#objects.close();
  }

  /**
   * The full id of the commit that somebody names.
   *
   * @param at where it was named, e.g. `--head`
   * @throws EvidenceError GIT_REF_INVALID for what is no commit; GIT_OBJECT_MISSING
   */
  async commitOf(ref: string, at: string): Promise<string> {
    let id = this.#isId(ref) ? ref : await this.#idOf(ref, at);
    for (let tags = 0; tags <= MAX_TAGS; tags += 1) {
      const object = await this.#object(id, 'commit', id);
      if (object.type === 'commit') return id;
      if (object.type !== 'tag') throw refuseRef(ref, at, `${quote(ref)}, a ${object.type}`);
      id = firstNamed(object);
    }
    throw refuseRef(ref, at, `more than ${MAX_TAGS} tags of tags`);
  }

  /**
   * The best common ancestor, from which a pull request is counted. If there are several, who made the change could
   * choose from which it is counted.
   *
   * @throws EvidenceError GIT_HISTORY_UNRELATED, GIT_HISTORY_CROSSED, GIT_OBJECT_MISSING
   */
  async mergeBase(one: string, other: string): Promise<string> {
    const { output } = await this.history(['merge-base', '--all', one, other], [one, other]);
    const [id = '', ...more] = output.trim().split('\n');
    if (more.length > 0) throw crossedHistory(this.#clone.directory, [id, ...more], [one, other]);
    if (this.#isId(id)) return id;
    throw new EvidenceError('GIT_HISTORY_UNRELATED', {
      at: escapeInvisible(this.#clone.directory),
      found: `no commit from which both ${one} and ${other} come`,
      expected: 'a head that was made from the base',
      hint: 'check that base and head are of one project, and make the change again on a branch of the base',
    });
  }

  /** Whether the one commit is the other, or one of its ancestors. Throws GIT_OBJECT_MISSING. */
  async isAncestor(one: string, other: string): Promise<boolean> {
    const words = ['merge-base', '--is-ancestor', one, other];
    return (await this.history(words, [one, other])).code === 0;
  }

  /**
   * What a folder of a commit holds; undefined if it has none of this name.
   *
   * @param folder from the root of the repository, e.g. `recipes`; "" is all of it
   * @throws EvidenceError GIT_ENTRY_UNEXPECTED if it is something else; GIT_OBJECT_MISSING, GIT_OBJECT_INVALID, LIMIT_EXCEEDED
   */
  async listTree(commit: string, folder: string): Promise<GitFolder | undefined> {
    const found = await this.entryAt(commit, folder);
    if (found === undefined) return undefined;
    if (found.kind !== 'tree') throw unexpectedEntry(folder, found, 'a folder');
    const entries: TreeEntry[] = [];
    let folders: readonly TreeEntry[] = [{ ...found, path: '' }];
    for (let depth = 0; folders.length > 0; depth += 1) {
      if (depth > MAX_NESTING) throw tooMany(folder, `folders ${MAX_NESTING} deep`);
      await this.#readTrees(
        folders.map(({ id }) => id),
        commit,
      );
      // Counted before it is made: equal folders are read once, and a few can be billions.
      const count = folders.reduce((sum, { id }) => sum + this.#treeOf(id).length, entries.length);
      if (count > MAX_TREE_ENTRIES) throw tooMany(folder, `${MAX_TREE_ENTRIES} entries`);
      const below = folders.flatMap((each) => this.#below(each));
      entries.push(...below.filter(({ kind }) => kind !== 'tree'));
      folders = below.filter(({ kind }) => kind === 'tree');
    }
    return { id: found.id, entries };
  }

  /** What is at a path of a commit, from its root. */
  async entryAt(commit: string, path: string): Promise<TreeEntry | undefined> {
    const root = firstNamed(await this.#object(commit, 'commit', commit));
    let entry: TreeEntry = { kind: 'tree', id: root, path, isUtf8: true };
    for (const name of path.split('/').filter((each) => each !== '')) {
      if (entry.kind !== 'tree') return undefined;
      await this.#readTrees([entry.id], commit);
      const next = this.#treeOf(entry.id).find((each) => each.isUtf8 && each.path === name);
      if (next === undefined) return undefined;
      entry = { ...next, path };
    }
    return entry;
  }

  /** Types and sizes, by id; what is not there is not in it. */
  async sizesOf(ids: Iterable<string>): Promise<ReadonlyMap<string, ObjectInfo>> {
    const answers = await this.#sizes.ask([...new Set(ids)]);
    return new Map(answers.flatMap(({ id, info }) => (info === undefined ? [] : [[id, info]])));
  }

  /**
   * The bytes of files, by id: of equal ids the same object, whichever call asks for it.
   *
   * @param commit which has them
   * @throws EvidenceError GIT_OBJECT_MISSING, GIT_OBJECT_INVALID, GIT_FAILED
   */
  async read(ids: Iterable<string>, commit: string): Promise<ReadonlyMap<string, Uint8Array>> {
    const wanted = [...new Set(ids)];
    const unread = wanted.filter((id) => !this.#blobs.has(id));
    for (const object of await this.#verified(unread, 'content', commit)) {
      if (object.type !== 'blob') throw invalid(object.id, `a ${object.type}`, 'a blob');
      this.#blobs.set(object.id, object.bytes);
    }
    return new Map(
      wanted.flatMap((id) => {
        const bytes = this.#blobs.get(id);
        return bytes === undefined ? [] : [[id, bytes]];
      }),
    );
  }

  /** Says that objects are not there. */
  async #missing(
    ids: readonly string[],
    lack: Lack,
    commits: readonly string[],
  ): Promise<EvidenceError> {
    return await missingObjects(this.#clone, lack, ids, commits);
  }

  #isId(text: string): boolean {
    return (this.#format === 'sha1' ? /^[0-9a-f]{40}$/ : /^[0-9a-f]{64}$/).test(text);
  }

  /** Only here git looks at what else the repository has: its refs. */
  async #idOf(ref: string, at: string): Promise<string> {
    // A `-` would be a flag, and no name of a ref has the others.
    if (/^$|^-|[\p{Cc}]/u.test(ref)) throw refuseRef(ref, at, quote(ref));
    const { git, directory } = this.#clone;
    const { output, messages } = await runGit(git, ['-C', directory, 'rev-parse', '--verify', ref]);
    if (/ is ambiguous/.test(messages)) {
      const hint = 'name it in full: refs/heads/NAME, refs/remotes/origin/NAME or refs/tags/NAME';
      throw refuseRef(ref, at, `${quote(ref)}, which is the name of several`, hint);
    }
    const id = output.trim();
    if (this.#isId(id)) return id;
    throw refuseRef(ref, at, `${quote(ref)}, which names nothing in ${quote(directory)}`);
  }

  /**
   * A question about who comes from whom. What it says to people is that a commit is missing.
   *
   * @throws EvidenceError GIT_OBJECT_MISSING, GIT_FAILED
   */
  async history(
    words: readonly string[],
    commits: readonly string[],
  ): Promise<{ readonly code: number; readonly output: string }> {
    const { code, output, messages } = await runGit(this.#git, words);
    if (messages === '') return { code, output };
    const ids = [...messages.matchAll(/\b[0-9a-f]{40,64}\b/g)].map(([id]) => id);
    if (ids.length === 0) throw gitFailed(escapeInvisible(this.#clone.directory), messages);
    throw await this.#missing([...new Set(ids)], 'history', commits);
  }

  async #object(id: string, lack: Lack, commit: string): Promise<GitObject> {
    const [object] = await this.#verified([id], lack, commit);
    if (object === undefined) throw await this.#missing([id], lack, [commit]);
    return object;
  }

  async #verified(
    ids: readonly string[],
    lack: Lack,
    commit: string,
  ): Promise<readonly GitObject[]> {
    const answers = await this.#objects.ask(ids);
    const lacking = answers.filter(({ info }) => info === undefined).map(({ id }) => id);
    if (lacking.length > 0) throw await this.#missing(lacking, lack, [commit]);
    const objects = answers.flatMap(objectIn);
    for (const object of objects) requireSame(object, this.#format);
    return objects;
  }

  async #readTrees(ids: readonly string[], commit: string): Promise<void> {
    const unread = [...new Set(ids)].filter((id) => !this.#trees.has(id));
    const sizes = await this.sizesOf(unread);
    for (const [id, { size }] of sizes) {
      if (size > MAX_JSON_BYTES) throw tooLarge(`git object ${id}`, MAX_JSON_BYTES, 'a folder');
    }
    for (const object of await this.#verified(unread, 'content', commit)) {
      if (object.type !== 'tree') throw invalid(object.id, `a ${object.type}`, 'a tree');
      this.#trees.set(object.id, parseTree(object, this.#format));
    }
  }

  #treeOf(id: string): readonly TreeEntry[] {
    return this.#trees.get(id) ?? [];
  }

  #below({ id, path, isUtf8 }: TreeEntry): readonly TreeEntry[] {
    return this.#treeOf(id).map((each) => ({
      ...each,
      path: path === '' ? each.path : `${path}/${each.path}`,
      isUtf8: isUtf8 && each.isUtf8,
    }));
  }
}

function objectIn({ id, info, bytes }: Answer): readonly GitObject[] {
  return info === undefined ? [] : [{ id, type: info.type, bytes }];
}

function refuseRef(
  ref: string,
  at: string,
  found: string,
  hint = `check its name${ref.startsWith('-') ? '' : ', and that it was fetched'}`,
): EvidenceError {
  return new EvidenceError('GIT_REF_INVALID', { at, found, expected: 'a commit', hint });
}

function tooMany(folder: string, what: string): EvidenceError {
  return new EvidenceError('LIMIT_EXCEEDED', {
    at: escapeInvisible(folder),
    found: `more than ${what}`,
    expected: `at most ${what} in a folder that is read`,
    hint: 'check that this is the right folder',
  });
}
