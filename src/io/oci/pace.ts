import { Patience } from './patience.ts';

/** How slow a registry may be: fewer bytes in so long a wait are no answer. */
export interface SlowestPace {
  readonly bytes: number;
  readonly ms: number;
}

/** About 4 KiB/s. A registry that gives a byte now and then would hold us for ever. */
export const SLOWEST: SlowestPace = { bytes: 128 * 1024, ms: 30_000 };

/** Ends what is slower than that. Only the time counts in which we wait for the other side. */
export class Pace {
  readonly #slowest: SlowestPace;
  readonly #patience: Patience;
  readonly #end = new AbortController();
  #waited = 0;
  #bytes = 0;

  /** @param patience of the client: it is not spent by what comes fast enough */
  constructor(slowest: SlowestPace, patience = new Patience()) {
    this.#slowest = slowest;
    this.#patience = patience;
  }

  /** Aborted when it was too slow. */
  get signal(): AbortSignal {
    return this.#end.signal;
  }

  /** Waits for something, for the rest of the time if it must. */
  async during<T>(wait: Promise<T>): Promise<T> {
    const left = Math.max(0, this.#slowest.ms - this.#waited);
    const timer = setTimeout(() => {
      this.#end.abort();
    }, left);
    try {
      return await this.#patience.during(wait, (ms) => {
        this.#waited += ms;
      });
    } finally {
      clearTimeout(timer);
    }
  }

  /** So many bytes went or came. Enough of them begin the time anew. */
  count(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes < this.#slowest.bytes) return;
    this.#bytes = 0;
    this.#patience.spend(-this.#waited);
    this.#waited = 0;
  }
}
