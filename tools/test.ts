// Builds and runs the tests, and says at the end how long both took.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { printRun, runTests } from './test-run.ts';

const GOAL = 'goal 150 s, at most 180 s';

const started = performance.now();
const build = spawnSync(process.execPath, [fileURLToPath(new URL('build.ts', import.meta.url))], {
  stdio: ['ignore', 'inherit', 'inherit'],
});
if (build.status === 0) {
  const words = process.argv.slice(2);
  const run = runTests(words);
  const { status, failed } = run;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  printRun(run, `${seconds} s in all, build included${words.length === 0 ? ` (${GOAL})` : ''}`);
  process.exitCode = failed > 0 && status === 0 ? 1 : (status ?? 1);
} else {
  process.exitCode = build.status ?? 1;
}
