// Everything that must hold before a commit: format, lint, types, unused code, tests, documents, package.
// Prints one line a step and ends with `N passed, N failed`: the tests, and each other step as one.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Counts {
  readonly passed: number;
  readonly failed: number;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'affidavit-check-'));
const testReport = join(scratch, 'tests.json');

const steps = [
  { name: 'build', command: ['node', 'tools/build.ts'] },
  { name: 'format', command: ['npm', 'run', '--silent', 'format'] },
  { name: 'lint', command: ['npm', 'run', '--silent', 'lint'] },
  { name: 'types', command: ['npm', 'run', '--silent', 'types'] },
  { name: 'unused code', command: ['npm', 'run', '--silent', 'unused'] },
  { name: 'package', command: ['npm', 'run', '--silent', 'package'] },
  { name: 'same package twice', command: ['node', 'tools/check-package.ts'] },
  {
    name: 'tests',
    command: [
      'npx',
      'vitest',
      'run',
      '--coverage',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${testReport}`,
    ],
  },
] as const;

let total: Counts = { passed: 0, failed: 0 };
for (const step of steps) {
  const counts = runStep(step.name, step.command);
  total = { passed: total.passed + counts.passed, failed: total.failed + counts.failed };
}
rmSync(scratch, { recursive: true });
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;

function runStep(name: string, [program, ...args]: readonly [string, ...string[]]): Counts {
  const started = performance.now();
  const { status } = spawnSync(program, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
  return name === 'tests'
    ? testCounts(status)
    : { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1 };
}

/** A run that leaves no report, or no passed test, has failed whatever it says. */
function testCounts(status: number | null): Counts {
  try {
    const report: unknown = JSON.parse(readFileSync(testReport, 'utf8'));
    const passed = numberIn(report, 'numPassedTests');
    const failed = numberIn(report, 'numTotalTests') - passed;
    return status === 0 && passed > 0
      ? { passed, failed }
      : { passed, failed: Math.max(failed, 1) };
  } catch (error) {
    console.error(error);
    return { passed: 0, failed: 1 };
  }
}

function numberIn(report: unknown, name: string): number {
  const value: unknown =
    typeof report === 'object' && report !== null ? Reflect.get(report, name) : undefined;
  if (typeof value !== 'number') throw new Error(`the test report has no ${name}`);
  return value;
}
