import type { EventEmitter } from 'node:events';
import { setImmediate } from 'node:timers/promises';

import { EvidenceError } from '../../errors/evidence-error.ts';
import { isSecond } from './second-process.ts';

/** Signals that stop a program. */
export const STOPS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What stops a second process too: the only message of the first one, or its end. */
const STOPS_OF_FIRST = ['message', 'disconnect'] as const;

/**
 * Runs `work` until it ends or the user interrupts it (Ctrl-C, SIGTERM from a supervisor, SIGHUP from a
 * terminal that closes).
 *
 * @param work gets a signal, and what to call when it is too late for one: the first is ignored then,
 *   and a second ends the process
 * @throws EvidenceError INTERRUPTED; what `work` had begun is given up, and its signal aborted
 */
export async function interruptible<T>(
  work: (signal: AbortSignal, finish: () => void) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const { promise, reject } = Promise.withResolvers<never>();
  let isLate = false;
  const stop = (): void => {
    if (isLate) return;
    const error = interrupted();
    controller.abort(error);
    reject(error);
  };
  const emitter: EventEmitter = process;
  const events = isSecond() ? [...STOPS, ...STOPS_OF_FIRST] : STOPS;
  for (const name of events) emitter.once(name, stop);
  if (isSecond() && !process.connected) stop();
  try {
    const finish = (): void => {
      isLate = true;
    };
    return await Promise.race([workThenLook(work(controller.signal, finish)), promise]);
  } finally {
    for (const name of events) emitter.off(name, stop);
  }
}

export function interrupted(): EvidenceError {
  return new EvidenceError('INTERRUPTED', {
    found: 'a signal to stop',
    expected: 'no signal before the end',
    hint: 'run the same command again; no half-written file is left',
  });
}

/**
 * Lets in what came during synchronous work. Two turns of the event loop: in the first one, Node may
 * already be past the place where it looks for signals.
 */
export async function lookForSignals(): Promise<void> {
  await setImmediate();
  await setImmediate();
}

/** A signal that came during synchronous work counts. */
async function workThenLook<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } finally {
    await lookForSignals();
  }
}
