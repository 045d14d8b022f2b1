// Small input must not buy endless work: ten times as much of anything costs at most fifteen times as much.
// Counted, not timed, in a process of its own: the counting of V8 is also what the tests' coverage uses.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { expect, it } from 'vitest';

import { isEndless, type Costs } from './costs.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

const MINUTES_20 = 1_200_000;

it(
  'ten times as many of anything in an input costs at most fifteen times the work',
  async () => {
    // Without what the runner of the tests tells its own processes.
    const env = {
      PATH: process.env['PATH'] ?? '',
      AFFIDAVIT_TEST_RUNS: process.env['AFFIDAVIT_TEST_RUNS'],
    };
    const { stdout } = await promisify(execFile)(process.execPath, [MAIN], { env });
    const lines = stdout.trim().split('\n');
    const all = lines.map((line): Costs => JSON.parse(line) as Costs);
    expect(all.length).toBeGreaterThan(90);
    expect(all.filter(isEndless)).toEqual([]);
    // It grows with the input at all, or nothing was counted.
    expect(all.filter(({ few, tenfold }) => tenfold <= few)).toEqual([]);
  },
  MINUTES_20,
);
