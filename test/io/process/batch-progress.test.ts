import { expect, it } from 'vitest';

import { progressLine } from '../../../src/io/process/batch-progress.ts';

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
