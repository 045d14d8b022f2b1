// What may be fetched still, in all threads of one call: whoever adds pointers must not fill disks and nights.

import { EvidenceError } from '../../errors/evidence-error.ts';
import { MAX_ALL_FETCHED_BYTES, MAX_FETCHED_BYTES, MAX_FETCHING_MS } from '../../limits.ts';
import type { Descriptor } from '../../pointer/registry.ts';

/** A number of bytes, and when it ends, in memory that threads share: a message with it copies nothing. */
export type FetchBudget = SharedArrayBuffer;

export function fetchBudget(bytes = MAX_ALL_FETCHED_BYTES, ms = MAX_FETCHING_MS): FetchBudget {
  const budget = new SharedArrayBuffer(2 * BigInt64Array.BYTES_PER_ELEMENT);
  new BigInt64Array(budget).set([BigInt(bytes), BigInt(Date.now() + ms)]);
  return budget;
}

/** Aborted when the time is over, whoever is slow, with FETCHED_TOO_MUCH as its reason; or with this call. */
export function untilSpent(budget: FetchBudget, call: AbortSignal): AbortSignal {
  const over = new AbortController();
  const [, end = 0n] = new BigInt64Array(budget);
  const minutes = MAX_FETCHING_MS / 60_000;
  const error = tooMuch(
    'gate',
    `what took ${minutes} minutes so far`,
    `at most ${minutes} minutes for all bundles`,
  );
  setTimeout(() => over.abort(error), Math.max(0, Number(end) - Date.now())).unref();
  return AbortSignal.any([over.signal, call]);
}

/** Takes it off the budget; what is refused costs nothing. Throws FETCHED_TOO_MUCH. */
export function spend(budget: FetchBudget, at: string, { size }: Pick<Descriptor, 'size'>): void {
  if (size > MAX_FETCHED_BYTES) {
    throw tooMuch(
      at,
      `a blob of ${size} bytes`,
      `at most ${MAX_FETCHED_BYTES} bytes for one bundle`,
    );
  }
  const left = new BigInt64Array(budget);
  for (;;) {
    const before = Atomics.load(left, 0);
    const after = before - BigInt(size);
    if (after < 0n) {
      throw tooMuch(
        at,
        `${size} bytes more`,
        `at most ${MAX_ALL_FETCHED_BYTES} bytes for all bundles`,
      );
    }
    // Another thread may have taken some since.
    if (Atomics.compareExchange(left, 0, before, after) === before) return;
  }
}

export function tooMuch(at: string, found: string, expected: string): EvidenceError {
  const hint = 'fetch it with affidavit evidence fetch, and name the directory with --bundles';
  return new EvidenceError('FETCHED_TOO_MUCH', { at, found, expected, hint });
}
