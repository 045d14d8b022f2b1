import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

import { EvidenceError } from '../../errors/evidence-error.ts';
import { STOPS, interrupted, lookForSignals } from './interrupt.ts';

/** How long the second process may take to stop by itself, in milliseconds. */
const PATIENCE_MS = 500;

/**
 * Runs this program once more, with the same words and streams, and waits. A signal is passed on as a
 * message. Half a second later the process is killed, unless it has forbidden that: then it has
 * temporary files, works with pauses, and stops by itself.
 *
 * @returns its exit code
 * @throws EvidenceError INTERRUPTED if it had to be killed; INTERNAL if something else killed it
 */
export async function startSecond(): Promise<number> {
  let child: ChildProcess | undefined;
  const state = { isStopped: false, mayKill: true };
  const killLate = async (): Promise<void> => {
    // What it has said last may not have been read yet.
    await lookForSignals();
    if (state.mayKill) child?.kill('SIGKILL');
  };
  const stop = (): void => {
    state.isStopped = true;
    // It may have ended in this moment.
    child?.send('stop', () => undefined);
    setTimeout(() => void killLate(), PATIENCE_MS);
  };
  // Before it starts: it may be faster than we are.
  for (const name of STOPS) process.once(name, stop);
  try {
    const [, program = '', ...words] = process.argv;
    const env = { ...process.env, AFFIDAVIT_SECOND_PROCESS: '1' };
    child = fork(program, words, { env, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
    child.once('message', () => {
      state.mayKill = false;
    });
    const ended: readonly unknown[] = await once(child, 'exit');
    const [code, signal] = ended;
    if (typeof code === 'number') return code;
    throw state.isStopped ? interrupted() : killed(String(signal));
  } finally {
    for (const name of STOPS) process.off(name, stop);
  }
}

function killed(signal: string): EvidenceError {
  return new EvidenceError('INTERNAL', {
    found: `a process of its own that ${signal} ended`,
    expected: 'a command that ends with a verdict',
    hint: 'if the machine was short of memory, run it where there is more; else run the same command with AFFIDAVIT_DEBUG=1 and report what it prints',
  });
}
