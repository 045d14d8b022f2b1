import { expect, it, vi } from 'vitest';

import { isColoured } from '../../../src/cli/call/report-flags.ts';
import { progressLine, showProgress } from '../../../src/io/process/batch-progress.ts';

it.each([
  [{ done: 0, total: undefined, worst: 'verified' }, 0, 'affidavit: 0 judged, 0.0 a second'],
  [
    { done: 5, total: undefined, worst: 'failed' },
    2000,
    'affidavit: 5 judged, 2.5 a second, worst: failed',
  ],
  [
    { done: 100, total: 1000, worst: 'invalid' },
    2000,
    'affidavit: 100 of 1000 judged, 50 a second, 18 s left, worst: invalid',
  ],
])('of %j after %d ms is one line', (done, milliseconds, line) => {
  expect(progressLine(done, milliseconds)).toBe(line);
});

it.each([200, 80, 60, 40])(
  'keeps to one line of %i columns, and leaves out what is least',
  (columns) => {
    const done = { done: 12_345, total: 100_000, worst: 'not judged' };
    const line = progressLine(done, 100_000, columns);
    expect(line.length).toBeLessThan(columns);
    expect(progressLine(done, 100_000).split(', ')).toEqual(
      expect.arrayContaining(line.split(', ')),
    );
    expect(line).toContain('12345 of 100000 judged');
  },
);

it.each([
  [{ CI: 'true' }, false],
  [{ TERM: 'dumb' }, false],
  [{ NO_COLOR: '1' }, false],
  [{ TERM: 'xterm' }, true],
])('on a terminal with %j is written over: %s', (environment, isOver) => {
  vi.useFakeTimers();
  try {
    let said = '';
    const stream = { columns: 80, write: (text: string) => (said += text) !== '' };
    const done = { done: 5, total: 9, worst: 'verified' };
    const stop = showProgress(() => done, stream, isColoured(true, environment));
    vi.advanceTimersByTime(10_000);
    stop();
    expect(said.includes('affidavit: 5 of 9 judged, ')).toBe(true);
    expect(['\r', '\u001B'].some((sign) => said.includes(sign))).toBe(isOver);
    expect(said.endsWith('\n')).toBe(!isOver);
  } finally {
    vi.useRealTimers();
  }
});
