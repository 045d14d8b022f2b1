import type { ResultsInput } from '../../../src/evidence/phase/ctrf.ts';
import type { TestStatus } from '../../../src/evidence/phase/phase.ts';

export interface ExampleTest {
  readonly name: string;
  readonly status: string;
  readonly suite?: unknown;
  readonly [field: string]: unknown;
}

export function exampleTest(
  name: string,
  status: TestStatus = 'passed',
  more: Record<string, unknown> = {},
): ExampleTest {
  return { name, status, duration: 1200, ...more };
}

function countOf(tests: readonly ExampleTest[], status: string): number {
  return tests.filter((test) => test.status === status).length;
}

/** A report in AICR's shape whose summary is right. */
export function exampleReport(tests: readonly ExampleTest[]) {
  return {
    reportFormat: 'CTRF',
    specVersion: '0.0.1',
    timestamp: '2026-06-10T01:12:00Z',
    generatedBy: 'aicr',
    results: {
      tool: { name: 'aicr', version: 'v1.0.0' },
      summary: {
        tests: tests.length,
        passed: countOf(tests, 'passed'),
        failed: countOf(tests, 'failed'),
        skipped: countOf(tests, 'skipped'),
        pending: countOf(tests, 'pending'),
        other: countOf(tests, 'other'),
        start: 1781053200000,
        stop: 1781053920000,
      },
      tests,
    },
  };
}

export function bytesOf(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** A file that the user named. */
export function named(name: string, value: unknown): ResultsInput {
  return { name, bytes: bytesOf(value), folder: undefined };
}

/** A file that was found in the directory `results`. */
export function found(name: string, value: unknown): ResultsInput {
  return { name: `results/${name}`, bytes: bytesOf(value), folder: 'results' };
}
