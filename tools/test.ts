// Builds and runs the tests, but for those that are left to `./dev check`, unless they are named. Says at the end
// how long it took, and what was left out.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { CHECK_ONLY } from '../test/check-only.ts';
import { printRun, runTests } from './test-run.ts';

const GOAL = 'goal 150 s, at most 180 s';

const started = performance.now();
const build = spawnSync(process.execPath, [fileURLToPath(new URL('build.ts', import.meta.url))], {
  stdio: ['ignore', 'inherit', 'inherit'],
});
if (build.status === 0) {
  const words = process.argv.slice(2);
  // Whoever names files or tests means just those.
  const isQuick = words.every((word) => word.startsWith('-'));
  const run = runTests(isQuick ? ['--project=!check-only', ...words] : words);
  const { status, failed } = run;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  printRun(run, `${seconds} s in all, build included${words.length === 0 ? ` (${GOAL})` : ''}`);
  if (isQuick) {
    console.log(
      `${CHECK_ONLY.length} files run in ./dev check only: test/check-only.ts lists them`,
    );
  }
  process.exitCode = failed > 0 && status === 0 ? 1 : (status ?? 1);
} else {
  process.exitCode = build.status ?? 1;
}
