import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { closeSync, constants as FILE, openSync } from 'node:fs';
import { constants } from 'node:os';

import type { EvidenceError } from '../../errors/evidence-error.ts';
import { refusal } from '../../place.ts';
import { quote } from '../../quote.ts';
import { isSystemError } from '../disk/system-error.ts';

/** Signals that stop a program; each is passed on. */
const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** As in shells: a program that signal n ended has the exit code 128 + n. */
export function exitCodeOfSignal(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

/**
 * Runs a program with our three streams, never through a shell, and passes each signal on to it once: a
 * terminal sends Ctrl-C to the program itself. Without one it is in a group of its own, so that what is
 * sent to our group reaches it through us alone.
 *
 * @param environment added to ours
 * @returns its exit code, or 128 + n if signal n ended it
 * @throws EvidenceError COMMAND_NOT_STARTED
 */
export async function runCommand(
  [program = '', ...words]: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<number> {
  let child: ChildProcess | undefined;
  const hasTerminal = isUnderTerminal();
  const pass = (signal: NodeJS.Signals): void => {
    if (signal !== 'SIGINT' || !hasTerminal) child?.kill(signal);
  };
  // Before it starts: it may be faster than we are, and its caller may stop us at its first output.
  for (const signal of PASSED_ON) process.on(signal, pass);
  try {
    const env = { ...process.env, ...environment };
    child = start(program, words, { env, stdio: 'inherit', detached: !hasTerminal });
    return await ended(child, program);
  } finally {
    for (const signal of PASSED_ON) process.off(signal, pass);
  }
}

/** Waits for a signal that stops a program, and returns it. */
export async function stopSignal(): Promise<NodeJS.Signals> {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>();
  for (const signal of PASSED_ON) process.once(signal, resolve);
  try {
    return await promise;
  } finally {
    for (const signal of PASSED_ON) process.off(signal, resolve);
  }
}

/** Whether a terminal controls us, wherever our streams lead. */
function isUnderTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', FILE.O_RDONLY | FILE.O_NOCTTY));
    return true;
  } catch {
    return false;
  }
}

function start(program: string, words: readonly string[], options: SpawnOptions): ChildProcess {
  try {
    return spawn(program, words, options);
  } catch (error) {
    // An empty name, or a null byte in a word: Node refuses it before it asks the system.
    throw notStarted(error, program);
  }
}

async function ended(child: ChildProcess, program: string): Promise<number> {
  return await new Promise((resolve, reject) => {
    child.once('error', (error) => {
      reject(notStarted(error, program));
    });
    child.once('close', (code, signal) => {
      resolve(code ?? (signal === null ? 0 : exitCodeOfSignal(signal)));
    });
  });
}

function notStarted(error: unknown, program: string): EvidenceError {
  const isMissing = isSystemError(error) && error.code === 'ENOENT';
  const hint = 'check its name, and that it may be executed; shell syntax needs sh -c';
  const found = `${quote(program)}${isMissing ? ', which is not on the PATH' : ''}`;
  const place = { code: 'COMMAND_NOT_STARTED', at: 'the command after --', hint } as const;
  return refusal(place, found, 'a program that can be started', error);
}
