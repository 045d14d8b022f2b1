import { setTimeout as wait } from 'node:timers/promises';

import type { Pauses } from '../../pointer/attach.ts';

/** Real time, and chance; the signal ends a pause with its reason. */
export function pausesOf(signal: AbortSignal = new AbortController().signal): Pauses {
  return {
    now: () => performance.now(),
    wait: async (ms) => {
      await wait(ms, undefined, { signal }).catch(() => undefined);
      signal.throwIfAborted();
    },
    random: () => Math.random(),
  };
}
