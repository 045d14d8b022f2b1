// Everything that must hold before a commit: format, lint, types, unused code, tests, documents, package.
// Prints one line a step and ends with `N passed, N failed`: the tests, and each other step as one.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { printRun, runTests, type TestRun } from './test-run.ts';

interface Counts {
  readonly passed: number;
  readonly failed: number;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const GOAL = 'goal 12 minutes';

const steps = [
  { name: 'build', command: ['node', 'tools/build.ts'] },
  { name: 'format', command: ['npm', 'run', '--silent', 'format'] },
  { name: 'lint', command: ['npm', 'run', '--silent', 'lint'] },
  { name: 'types', command: ['npm', 'run', '--silent', 'types'] },
  { name: 'unused code', command: ['npm', 'run', '--silent', 'unused'] },
  { name: 'package', command: ['npm', 'run', '--silent', 'package'] },
  { name: 'same package twice', command: ['node', 'tools/check-package.ts'] },
] as const;

const started = performance.now();
let total: Counts = { passed: 0, failed: 0 };
for (const step of steps) count(runStep(step.name, step.command));
const tests = runAllTests();
count(tests);
printRun(tests, `${secondsSince(started)} s in all (${GOAL})`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;

function count({ passed, failed }: Counts): void {
  total = { passed: total.passed + passed, failed: total.failed + failed };
}

function runStep(name: string, [program, ...args]: readonly [string, ...string[]]): Counts {
  const begin = performance.now();
  const { status } = spawnSync(program, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  printStep(name, status === 0, begin);
  return { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1 };
}

/** Properties are tried more often here than by `./dev test`. */
function runAllTests(): TestRun {
  const begin = performance.now();
  process.env['AFFIDAVIT_TEST_RUNS'] = 'full';
  const run = runTests([]);
  printStep('tests', run.failed === 0, begin);
  return run;
}

function printStep(name: string, isGood: boolean, begin: number): void {
  console.log(`${isGood ? 'ok    ' : 'FAILED'} ${name} (${secondsSince(begin)} s)`);
}

function secondsSince(begin: number): string {
  return ((performance.now() - begin) / 1000).toFixed(1);
}
