import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

export interface PluginRun {
  /** What it is to have in standard input. */
  readonly input: Uint8Array;
  readonly timeoutMs: number;
  /** Of its standard output. */
  readonly maxBytes: number;
}

/** What it wrote, and whether it ended well; or why that cannot be used. */
export type PluginOutcome =
  | { readonly output: Buffer; readonly ok: boolean }
  | { readonly failure: 'not-started' | 'too-slow' | 'too-long' };

/**
 * The file that a program's name means: of all directories of PATH, the first that has it. A relative
 * directory is skipped: what lies in the present one may be anybody's.
 */
export function findProgram(name: string, path: string | undefined): string | undefined {
  const directories = (path ?? '').split(':').filter(isAbsolute);
  return directories.map((directory) => join(directory, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * Runs a program to its end, never through a shell. What it prints for people goes where ours goes. If it
 * takes too long or writes too much, it is killed.
 */
export async function runPlugin(
  program: string,
  words: readonly string[],
  { input, timeoutMs, maxBytes }: PluginRun,
): Promise<PluginOutcome> {
  const child = start(program, words);
  if (child === undefined) return { failure: 'not-started' };
  const kill = (): void => {
    child.kill('SIGKILL');
    // A program that it started may still hold the other ends.
    child.stdout.destroy();
    child.stdin.destroy();
  };
  const { promise, resolve } = Promise.withResolvers<PluginOutcome>();
  const timer = setTimeout(resolve, timeoutMs, { failure: 'too-slow' });
  process.once('exit', kill);
  child.once('error', () => {
    resolve({ failure: 'not-started' });
  });
  // It may end without reading.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  gather(child, maxBytes, resolve);
  try {
    return await promise;
  } finally {
    kill();
    clearTimeout(timer);
    process.off('exit', kill);
  }
}

type Plugin = ChildProcessByStdio<Writable, Readable, null>;

function gather(child: Plugin, maxBytes: number, give: (outcome: PluginOutcome) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxBytes) give({ failure: 'too-long' });
    else chunks.push(chunk);
  });
  child.once('close', (exitCode) => {
    give({ output: Buffer.concat(chunks), ok: exitCode === 0 });
  });
}

/** Undefined if the system refuses it at once, e.g. because a word is too long. */
function start(program: string, words: readonly string[]): Plugin | undefined {
  try {
    return spawn(program, words, { stdio: ['pipe', 'pipe', 'inherit'] });
  } catch {
    return undefined;
  }
}
