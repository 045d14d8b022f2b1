// Structural edits of signed bundles without end, or as many as `--runs` says:
//   npm run fuzz -- [--seed N] [--runs N]
// It ends at the first verdict that is wrong: exit code 1, the edits, and files to look at.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { ALL_KINDS, ROOT, type Kind } from '../test/trust/edits/bases.ts';
import { WrongVerdict, checkStructuralEdits } from '../test/trust/edits/structural.ts';

const ROUND = 1000;

const { values: flags } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Math.trunc(Math.random() * 2 ** 31)) },
    runs: { type: 'string', default: 'Infinity' },
  },
});
const seed = wholeNumber(flags.seed);
const runs = wholeNumber(flags.runs);

function wholeNumber(text: string): number {
  if (/^(?:\d{1,10}|Infinity)$/.test(text)) return Number(text);
  console.error(
    `fuzz: ${JSON.stringify(text)} is no number\n hint: npm run fuzz -- --seed 1 --runs 100000`,
  );
  return process.exit(64);
}

console.log(`seed ${seed}: the same seed makes the same edits; the keys are new each time`);
for (let done = 0, round = seed; done < runs; round += 1) {
  for (const kind of ALL_KINDS) fuzz(kind, round);
  done += ROUND * ALL_KINDS.length;
  console.log(`${done} edits, next --seed ${round + 1}`);
}

function fuzz(kind: Kind, round: number): void {
  try {
    checkStructuralEdits(kind, ROUND, round);
  } catch (error) {
    if (!(error instanceof WrongVerdict)) throw error;
    const folder = mkdtempSync(join(tmpdir(), 'affidavit-fuzz-'));
    writeFileSync(join(folder, 'bundle.json'), error.bundle);
    writeFileSync(join(folder, 'trusted_root.json'), ROOT);
    console.error(
      `${error.message}\nseed ${round}; the edited bundle and its root are in ${folder}`,
    );
    process.exit(1);
  }
}
