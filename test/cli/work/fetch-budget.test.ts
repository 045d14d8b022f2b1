import { Worker } from 'node:worker_threads';

import { describe, expect, it } from 'vitest';

import { fetchBudget, spend, untilSpent } from '../../../src/cli/work/fetch-budget.ts';
import { attempt, type EvidenceError } from '../../../src/errors/evidence-error.ts';
import { MAX_ALL_FETCHED_BYTES, MAX_FETCHED_BYTES } from '../../../src/limits.ts';

const AT = 'ghcr.io/example/evidence';

async function refused(run: () => void): Promise<EvidenceError | undefined> {
  const { error } = await attempt(async () => await Promise.resolve(run()));
  return error;
}

describe('what one call of the gate fetches', () => {
  it('is limited for all together, and what is refused costs nothing', async () => {
    const budget = fetchBudget(100);
    spend(budget, AT, { size: 60 });
    const error = await refused(() => spend(budget, AT, { size: 41 }));
    expect(error).toMatchObject({ code: 'FETCHED_TOO_MUCH', at: AT, found: '41 bytes more' });
    expect(error?.hint).toContain('--bundles');
    spend(budget, AT, { size: 40 });
    expect(await refused(() => spend(budget, AT, { size: 1 }))).toBeDefined();
  });

  it('is limited for each, before it costs anything', async () => {
    const budget = fetchBudget(MAX_FETCHED_BYTES);
    const error = await refused(() => spend(budget, AT, { size: MAX_FETCHED_BYTES + 1 }));
    expect(error?.expected).toBe(`at most ${MAX_FETCHED_BYTES} bytes for one bundle`);
    spend(budget, AT, { size: MAX_FETCHED_BYTES });
  });

  it('ends after a time, whatever is on its way, and with the call', async () => {
    const never = new AbortController();
    const signal = untilSpent(fetchBudget(100, 1), never.signal);
    await new Promise<void>((end) => {
      signal.addEventListener('abort', () => end());
    });
    expect(signal.reason).toMatchObject({ code: 'FETCHED_TOO_MUCH', at: 'gate' });
    const open = untilSpent(fetchBudget(100), never.signal);
    expect(open.aborted).toBe(false);
    never.abort('x');
    expect(open.reason).toBe('x');
  });

  it('is one limit for all threads: what one has fetched is gone for the others', async () => {
    const budget = fetchBudget();
    const most = MAX_ALL_FETCHED_BYTES / MAX_FETCHED_BYTES;
    const module = new URL('../../../src/cli/work/fetch-budget.ts', import.meta.url).href;
    const script = `
      const { workerData, parentPort } = require('node:worker_threads');
      import(${JSON.stringify(module)}).then(({ spend }) => {
        for (let count = 1; count < ${most}; count += 1) {
          spend(workerData, 'x', { size: ${MAX_FETCHED_BYTES} });
        }
        parentPort.postMessage('done');
      });`;
    await new Promise((done, failed) => {
      const worker = new Worker(script, { eval: true, workerData: budget });
      worker.once('message', done).once('error', failed);
    });
    spend(budget, AT, { size: MAX_FETCHED_BYTES });
    expect((await refused(() => spend(budget, AT, { size: 1 })))?.code).toBe('FETCHED_TOO_MUCH');
  });
});
