import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';

import { BlockReader } from '../../archive/block-reader.ts';
import { gitFailed, type GitProgram } from './git-program.ts';

/** What is known of an object before its bytes are read. */
export interface ObjectInfo {
  readonly type: string;
  readonly size: number;
}

export interface Answer {
  readonly id: string;
  /** Undefined for an object that is not there. */
  readonly info: ObjectInfo | undefined;
  /** None if only sizes are asked for. */
  readonly bytes: Uint8Array;
}

/** A line with an id, a type and a size. */
const MAX_HEADER_BYTES = 256;

/** How much is kept of what it says to people, in characters. */
const MAX_MESSAGES = 4096;

/** One `git cat-file` for as many objects as are asked for. */
export class CatFile {
  readonly #isWhole: boolean;
  readonly #git: GitProgram;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #reader: BlockReader;
  #messages = '';
  /** All answers come in one stream, so that a question waits for the one before. */
  #last: Promise<unknown> = Promise.resolve();

  /** @param mode `--batch-check` asks for sizes alone */
  constructor(git: GitProgram, mode: '--batch' | '--batch-check') {
    const child = spawn(git.file, [...git.words, 'cat-file', mode], { env: git.environment });
    this.#isWhole = mode === '--batch';
    this.#git = git;
    this.#child = child;
    this.#reader = new BlockReader(child.stdout);
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#messages = `${this.#messages}${text}`.slice(0, MAX_MESSAGES);
    });
    // Its answers end, and that is seen.
    child.on('error', (error) => (this.#messages ||= error.message));
    child.stdin.on('error', () => undefined);
  }

  /**
   * Asks for these objects, by their full ids.
   *
   * @throws EvidenceError GIT_FAILED
   */
  async ask(ids: readonly string[]): Promise<readonly Answer[]> {
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#last = promise;
    try {
      await before;
      return await this.#exchange(ids);
    } finally {
      resolve(undefined);
    }
  }

  /** Lets it end. */
  close(): void {
    this.#child.stdin.end();
    this.#child.stdout.destroy();
    this.#child.stderr.destroy();
  }

  async #exchange(ids: readonly string[]): Promise<readonly Answer[]> {
    if (ids.length > 0) this.#child.stdin.write(`${ids.join('\n')}\n`);
    const answers: Answer[] = [];
    for (const id of ids) answers.push(await this.#answer(id));
    return answers;
  }

  async #answer(id: string): Promise<Answer> {
    const header = await this.#reader.readLine(MAX_HEADER_BYTES);
    const line = Buffer.from(header ?? []).toString('latin1');
    if (line === `${id} missing`) return { id, info: undefined, bytes: NONE };
    const info = infoIn(line, id);
    if (info === undefined) throw this.#failed();
    if (!this.#isWhole) return { id, info, bytes: NONE };
    const bytes = await this.#reader.read(info.size);
    const end = await this.#reader.read(1);
    if (bytes.length !== info.size || end.length !== 1) throw this.#failed();
    return { id, info, bytes };
  }

  #failed(): Error {
    return gitFailed(this.#git.file, this.#messages);
  }
}

const NONE = new Uint8Array(0);

function infoIn(line: string, id: string): ObjectInfo | undefined {
  const [, named, type, digits] = /^([0-9a-f]+) ([a-z]+) (\d+)$/.exec(line) ?? [];
  if (named !== id || type === undefined) return undefined;
  return { type, size: Number(digits) };
}
