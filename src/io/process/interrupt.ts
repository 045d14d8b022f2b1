import type { EventEmitter } from 'node:events';
import { setImmediate } from 'node:timers/promises';

import type { EvidenceError } from '../../errors/evidence-error.ts';
import { refusal } from '../../place.ts';
import { isSecond } from './second-process.ts';

/** Signals that stop a program. */
export const STOPS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What stops a second process too: the only message of the first one, or its end. */
const STOPS_OF_FIRST = ['message', 'disconnect'] as const;

/** What work can do about an interruption. */
export interface Interruption {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** To be called when it is too late for a signal: the first is ignored then, and a second ends the process. */
  readonly finish: () => void;
  /**
   * To be called by work that ends soon after `signal` is aborted, and keeps something first: its end is
   * waited for. Gives what a second signal aborts, which does not wait.
   */
  readonly waitForEnd: () => AbortSignal;
}

/**
 * Runs `work` until it ends or the user interrupts it (Ctrl-C, SIGTERM from a supervisor, SIGHUP from a
 * terminal that closes).
 *
 * @throws EvidenceError INTERRUPTED; what `work` had begun is given up
 */
export async function interruptible<T>(
  work: (interruption: Interruption) => Promise<T>,
): Promise<T> {
  const first = new AbortController();
  const last = new AbortController();
  const { promise, reject } = Promise.withResolvers<never>();
  let isLate = false;
  let isWaitedFor = false;
  const stop = (name: string): void => {
    if (isLate) return;
    // From a terminal the second process gets the same signal twice: its own, and by a message.
    if (first.signal.aborted && isSecond() && name !== 'disconnect') return;
    const isFirst = !first.signal.aborted;
    const error = interrupted();
    first.abort(error);
    if (isFirst && isWaitedFor) return;
    last.abort(error);
    reject(error);
  };
  const unlisten = listen(stop, () => isLate);
  if (isSecond() && !process.connected) stop('disconnect');
  const finish = (): void => {
    isLate = true;
  };
  const waitForEnd = (): AbortSignal => {
    isWaitedFor = true;
    return last.signal;
  };
  try {
    const interruption = { signal: first.signal, finish, waitForEnd };
    return await Promise.race([workThenLook(work(interruption)), promise]);
  } finally {
    unlisten();
  }
}

/** @param isOnce whether the next signal of the same name is none of ours */
function listen(stop: (name: string) => void, isOnce: () => boolean): () => void {
  const emitter: EventEmitter = process;
  const events = isSecond() ? [...STOPS, ...STOPS_OF_FIRST] : STOPS;
  const listeners = events.map((name) => {
    const hear = (): void => {
      if (isOnce()) emitter.off(name, hear);
      stop(name);
    };
    emitter.on(name, hear);
    return { name, hear };
  });
  return () => {
    for (const { name, hear } of listeners) emitter.off(name, hear);
  };
}

/** Waits for `work`, but no longer than until the signal is aborted. Throws its reason then. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(signal.reason);
  signal.addEventListener('abort', stop);
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/**
 * @param next what the user can do now
 * @param left what there is of it
 */
export function interrupted(
  next = 'run the same command again',
  left = 'no half-written file is left',
): EvidenceError {
  const hint = `${next}; ${left}`;
  return refusal({ code: 'INTERRUPTED', hint }, 'a signal to stop', 'no signal before the end');
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
