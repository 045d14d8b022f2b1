import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Pace } from '../../../src/io/oci/pace.ts';
import { Patience } from '../../../src/io/oci/patience.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

async function after(ms: number): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** Waits so long for each of these, after which so many bytes are there. */
async function isAborted(
  steps: readonly (readonly [ms: number, bytes: number])[],
): Promise<boolean> {
  const pace = new Pace({ bytes: 100, ms: 1000 });
  for (const [ms, bytes] of steps) {
    const step = pace.during(after(ms));
    await vi.advanceTimersByTimeAsync(ms);
    await step;
    pace.count(bytes);
  }
  return pace.signal.aborted;
}

describe('a pace', () => {
  it.each([
    ['nothing for the whole time', [[1001, 0]], true],
    ['nothing for a shorter time', [[999, 0]], false],
    ['a byte now and then', Array.from({ length: 11 }, () => [100, 1] as const), true],
    ['enough each time', Array.from({ length: 50 }, () => [900, 100] as const), false],
    ['enough in small parts', Array.from({ length: 50 }, () => [90, 10] as const), false],
    [
      'enough once, and then nothing',
      [
        [900, 100],
        [1001, 0],
      ],
      true,
    ],
  ] as const)('with %s', async (_, steps, expected) => {
    expect(await isAborted(steps)).toBe(expected);
  });

  it('counts no time in which nobody waits for the other side', async () => {
    const pace = new Pace({ bytes: 100, ms: 1000 });
    const step = pace.during(after(900));
    await vi.advanceTimersByTimeAsync(900);
    await step;
    await vi.advanceTimersByTimeAsync(100_000);
    expect(pace.signal.aborted).toBe(false);
  });

  it.each([
    ['many that are each in time, and have few bytes', 0, true],
    ['many that have enough', 100, false],
  ] as const)('is one of a client, which has patience for all: %s', async (_, bytes, expected) => {
    const patience = new Patience(5000);
    for (let count = 0; count < 10; count += 1) {
      const pace = new Pace({ bytes: 100, ms: 1000 }, patience);
      const step = pace.during(after(900));
      await vi.advanceTimersByTimeAsync(900);
      await step;
      pace.count(bytes);
    }
    expect(patience.isOver).toBe(expected);
  });
});
