import { setImmediate } from 'node:timers/promises';

import { EvidenceError } from '../../errors/evidence-error.ts';

const STOPS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

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
  const { promise: interrupted, reject } = Promise.withResolvers<never>();
  let isLate = false;
  const stop = (): void => {
    if (isLate) return;
    const error = new EvidenceError('INTERRUPTED', {
      found: 'a signal to stop',
      expected: 'no signal before the end',
      hint: 'run the same command again; no half-written file is left',
    });
    controller.abort(error);
    reject(error);
  };
  for (const name of STOPS) process.once(name, stop);
  try {
    const finish = (): void => {
      isLate = true;
    };
    return await Promise.race([workThenTurn(work(controller.signal, finish)), interrupted]);
  } finally {
    for (const name of STOPS) process.off(name, stop);
  }
}

/** A signal that came during synchronous work arrives in the next turn of the event loop, and counts. */
async function workThenTurn<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } finally {
    await setImmediate();
  }
}
