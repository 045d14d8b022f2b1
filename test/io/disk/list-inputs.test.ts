import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, expect, it } from 'vitest';

import { EVIDENCE_LAYOUT } from '../../../src/evidence/layout.ts';
import { listLines, PassedOver } from '../../../src/io/disk/list-inputs.ts';
import { linesOf } from '../../../src/io/disk/read-lines.ts';

const folder = mkdtempSync(join(tmpdir(), 'affidavit-list-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('gives a hundred thousand lines one after the other, each when it is asked for', async () => {
  const file = join(folder, 'list');
  const paths = Array.from({ length: 100_000 }, (_, index) => `missing-${index}`);
  writeFileSync(file, paths.join('\r\n'));
  const lines = linesOf(file, new AbortController().signal);
  const listed = listLines(lines, { layout: EVIDENCE_LAYOUT, passedOver: new PassedOver() });
  let count = 0;
  for await (const path of listed) {
    if (path !== paths[count]) throw new Error(`${JSON.stringify(path)} is no. ${count}`);
    count += 1;
  }
  expect(count).toBe(100_000);
});

it('lets go of a file of several chunks after its first line, though more of it is being read', async () => {
  const file = join(folder, 'chunks');
  writeFileSync(file, `first\n${'more '.repeat(1_000_000)}\nlast\n`);
  for (let time = 0; time < 5; time += 1) {
    for await (const line of linesOf(file, new AbortController().signal)) {
      expect(String(line)).toBe('first');
      break;
    }
  }
});
