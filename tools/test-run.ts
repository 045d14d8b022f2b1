// One run of the tests: its exit status, how many passed, and which files took longest.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface TestRun {
  readonly status: number | null;
  readonly passed: number;
  readonly failed: number;
  /** The slowest first. */
  readonly files: readonly TimedFile[];
  /** What tests counted, a sentence each. */
  readonly figures: readonly string[];
}

interface TimedFile {
  readonly path: string;
  readonly seconds: number;
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SHOWN = 10;

/** @param words for vitest, e.g. files or `--coverage` */
export function runTests(words: readonly string[]): TestRun {
  const scratch = mkdtempSync(join(tmpdir(), 'affidavit-tests-'));
  const reportFile = join(scratch, 'tests.json');
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
    const { status } = spawnSync('npx', ['vitest', 'run', ...reporters, ...words], {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    return { status, ...readReport(reportFile, status) };
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** What was counted, and how long it took and may take. That is only said: a busy machine is no failure. */
export function printRun({ files, figures }: TestRun, total: string): void {
  if (figures.length > 0) console.log(`\n${figures.toSorted().join('\n')}`);
  console.log(`\nThe slowest of ${files.length} test files:`);
  for (const { path, seconds } of files.slice(0, SHOWN)) {
    console.log(`${seconds.toFixed(1).padStart(7)} s  ${path}`);
  }
  console.log(total);
}

/** A run that leaves no report, or no passed test, has failed whatever it says. */
function readReport(path: string, status: number | null): Omit<TestRun, 'status'> {
  try {
    const report: unknown = JSON.parse(readFileSync(path, 'utf8'));
    const passed = numberIn(report, 'numPassedTests');
    const failed = numberIn(report, 'numTotalTests') - passed;
    const isGood = status === 0 && passed > 0;
    return {
      passed,
      failed: isGood ? failed : Math.max(failed, 1),
      files: filesIn(report),
      figures: figuresIn(report),
    };
  } catch (error) {
    console.error(error);
    return { passed: 0, failed: 1, files: [], figures: [] };
  }
}

function filesIn(report: unknown): readonly TimedFile[] {
  return listIn(report, 'testResults')
    .map((result) => ({
      path: relative(ROOT, String(valueIn(result, 'name'))),
      seconds: (numberIn(result, 'endTime') - numberIn(result, 'startTime')) / 1000,
    }))
    .toSorted((one, other) => other.seconds - one.seconds);
}

/** `task.meta.figure` of each test that has one. */
function figuresIn(report: unknown): readonly string[] {
  return listIn(report, 'testResults')
    .flatMap((file) => listIn(file, 'assertionResults'))
    .map((test) => valueIn(valueIn(test, 'meta'), 'figure'))
    .filter((figure) => typeof figure === 'string');
}

function listIn(object: unknown, name: string): readonly unknown[] {
  const value = valueIn(object, name);
  if (!Array.isArray(value)) throw new Error(`the test report has no ${name}`);
  return value;
}

function numberIn(object: unknown, name: string): number {
  const value = valueIn(object, name);
  if (typeof value !== 'number') throw new Error(`the test report has no ${name}`);
  return value;
}

function valueIn(object: unknown, name: string): unknown {
  return typeof object === 'object' && object !== null ? Reflect.get(object, name) : undefined;
}
