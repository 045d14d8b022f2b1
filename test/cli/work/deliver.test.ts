import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it, vi } from 'vitest';

import { Options } from '../../../src/cli/call/options.ts';
import { deliver } from '../../../src/cli/work/deliver.ts';
import { scratch } from '../../io/scratch.ts';

const REPORT = '! Signed: undecided (exit 4)\n\nsigner  x\n';

/** What standard error gets. */
async function said(output: string, isTTY: boolean, report?: string): Promise<string> {
  const { signal } = new AbortController();
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    const call = {
      ...{ words: [], after: undefined, environment: {}, terminal: { isTTY }, signal },
      options: new Options(new Map([['output', output]]), ['output']),
      finish: () => undefined,
      waitForEnd: () => signal,
      beforeWriting: async () => await Promise.resolve(),
      progress: async <T>(_: string, work: Promise<T>) => await work,
    };
    const forTerminal =
      report === undefined ? undefined : async () => await Promise.resolve(report);
    await deliver('report', call, forTerminal);
    return write.mock.calls.map(([text]) => String(text)).join('');
  } finally {
    write.mockRestore();
  }
}

describe('a report that goes into a file', () => {
  it.each([
    [true, REPORT, '! Signed: undecided (exit 4)\n'],
    [false, REPORT, ''],
    [true, undefined, ''],
  ] as const)(
    'shows on a terminal (%j) its verdict, if it has one',
    async (isTTY, report, line) => {
      const output = join(scratch(), 'report.md');
      expect(await said(output, isTTY, report)).toBe(line);
      expect(readFileSync(output, 'utf8')).toBe('report');
    },
  );
});
