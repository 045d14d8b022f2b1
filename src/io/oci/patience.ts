/** How long registries may let one client wait in all, in milliseconds. */
const MAX_WAITING_MS = 600_000;

/**
 * What is left of the time for which one client waits: for answers, and before it asks again. Else many answers, each
 * of them only just in time, would take hours.
 */
export class Patience {
  readonly ms: number;
  readonly #now: () => number;
  #left: number;

  constructor(ms = MAX_WAITING_MS, now = (): number => performance.now()) {
    this.ms = ms;
    this.#left = ms;
    this.#now = now;
  }

  get isOver(): boolean {
    return this.#left <= 0;
  }

  /** Waits for something, and says how long that took. */
  async during<T>(wait: Promise<T>, then: (ms: number) => void = () => undefined): Promise<T> {
    const start = this.#now();
    try {
      return await wait;
    } finally {
      const ms = this.#now() - start;
      this.spend(ms);
      then(ms);
    }
  }

  /** @param ms below zero: it was no waste */
  spend(ms: number): void {
    this.#left -= ms;
  }
}
