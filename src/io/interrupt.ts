import { EvidenceError } from '../errors.ts';

/**
 * Runs `work` until it ends or the user interrupts it (Ctrl-C, or SIGTERM from a supervisor).
 *
 * @throws EvidenceError INTERRUPTED; what `work` had begun is given up, and its signal aborted
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const { promise: interrupted, reject } = Promise.withResolvers<never>();
  const stop = (): void => {
    const error = new EvidenceError('INTERRUPTED', {
      found: 'a signal to stop',
      expected: 'to be left alone until the end',
      hint: 'run the same command again; nothing was half-written',
    });
    controller.abort(error);
    reject(error);
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    return await Promise.race([work(controller.signal), interrupted]);
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}
