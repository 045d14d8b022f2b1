import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

import { escapeInvisible } from '../../quote.ts';

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
 * Runs a program to its end, never through a shell. What it prints for people goes where ours goes, the first 64 KiB of
 * it. If it takes too long or writes too much, it is killed with all that it started.
 */
export async function runPlugin(
  program: string,
  words: readonly string[],
  { input, timeoutMs, maxBytes }: PluginRun,
): Promise<PluginOutcome> {
  const child = start(program, words);
  if (child === undefined) return { failure: 'not-started' };
  const kill = (): void => {
    killGroup(child.pid);
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
  pass(child.stderr);
  try {
    const outcome = await promise;
    if ('failure' in outcome) kill();
    return outcome;
  } finally {
    clearTimeout(timer);
    process.off('exit', kill);
    // A program that it started may still hold the other ends.
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
  }
}

type Plugin = ChildProcessWithoutNullStreams;

/** It leads a group of its own, which has what it started too. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All of it has ended.
  }
}

/** Of what a program prints for people, in characters. */
const MAX_MESSAGES = 64 * 1024;

/** At once, because it may ask for something, and with no character that changes a terminal. */
function pass(messages: Plugin['stderr']): void {
  let left = MAX_MESSAGES;
  messages.setEncoding('utf8').on('data', (text: string) => {
    if (left <= 0) return;
    const lines = text.slice(0, left).split('\n');
    left -= text.length;
    process.stderr.write(lines.map((line) => escapeInvisible(line)).join('\n'));
    if (left <= 0) process.stderr.write('…\n');
  });
}

function gather(child: Plugin, maxBytes: number, give: (outcome: PluginOutcome) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxBytes) give({ failure: 'too-long' });
    else chunks.push(chunk);
  });
  let exit: { readonly code: number | null } | undefined;
  // Not when all is closed: what it started may go on, and hold its messages.
  const end = (): void => {
    if (exit === undefined || !child.stdout.closed) return;
    const outcome = { output: Buffer.concat(chunks), ok: exit.code === 0 };
    // What it has printed is read between the two.
    setImmediate(() => setImmediate(give, outcome));
  };
  child.stdout.once('close', end);
  child.once('exit', (code) => {
    exit = { code };
    end();
  });
}

/** Undefined if the system refuses it at once, e.g. because a word is too long. */
function start(program: string, words: readonly string[]): Plugin | undefined {
  try {
    return spawn(program, words, { stdio: 'pipe', detached: true });
  } catch {
    return undefined;
  }
}
