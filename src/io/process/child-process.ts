import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';

import { EvidenceError } from '../../errors/evidence-error.ts';
import { quote } from '../../quote.ts';
import { isSystemError } from '../disk/system-error.ts';

/** What stops a program from outside; each is passed on. */
const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** As shells count: a program that signal n ended has the exit code 128 + n. */
export function exitCodeOfSignal(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

/**
 * Runs a program with our three streams, never through a shell, and passes signals on to it.
 *
 * @param environment added to ours
 * @returns its exit code, or 128 + n if signal n ended it
 * @throws EvidenceError COMMAND_NOT_STARTED
 */
export async function runCommand(
  [program = '', ...words]: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<number> {
  const child = start(program, words, environment);
  const pass = (signal: NodeJS.Signals): void => {
    child.kill(signal);
  };
  for (const signal of PASSED_ON) process.on(signal, pass);
  try {
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

function start(
  program: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
): ChildProcess {
  try {
    return spawn(program, words, { env: { ...process.env, ...environment }, stdio: 'inherit' });
  } catch (error) {
    // An empty name, or a null byte in a word: refused before the system is asked.
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
  return new EvidenceError('COMMAND_NOT_STARTED', {
    at: 'the command after --',
    found: `${quote(program)}${isMissing ? ', which is not on the PATH' : ''}`,
    expected: 'a program that can be started',
    hint: 'check its name, and that it may be executed; shell syntax needs sh -c',
    cause: error,
  });
}
