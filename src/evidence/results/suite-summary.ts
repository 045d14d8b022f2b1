// The counts of a suite, compared with its test cases.

import { quote } from '../../quote.ts';
import { refuseAt, type XmlElement } from './read-xml.ts';
import type { TestRow } from './test-row.ts';

/** A test case, with what its suite must have counted. */
export interface TestCase {
  readonly row: TestRow;
  /** Its class and name, which reruns have in common. */
  readonly id: string;
  readonly has: Readonly<Record<'failure' | 'error' | 'skipped', boolean>>;
}

/** The cases that a suite may have counted. */
interface Counted {
  /** With those of the suites in it. */
  readonly all: readonly TestCase[];
  readonly own: readonly TestCase[];
}

/**
 * Runners count in several ways, and each of them is right: with the suites in it or without, a test that was run again
 * once or each time, and pending tests with the skipped ones or apart. A count that is none of these is refused.
 */
export function requireSummary(suite: XmlElement, { all, own }: Counted, file: string): void {
  for (const [name, ways] of COUNTS) {
    const text = suite.attributes.get(name) ?? '';
    if (text === '') continue;
    const right = [all, own].flatMap((cases) => ways(cases));
    if (/^\d{1,15}$/.test(text) && right.includes(Number(text))) continue;
    refuseAt(suite, file, {
      code: 'RESULTS_SUMMARY_DIFFERS',
      found: `${name}=${quote(text, 60)} in <${suite.name}>`,
      expected: `${name}="${right[0] ?? 0}", counted in its test cases`,
      hint: 'use the report as the test runner wrote it, whole; a summary is never edited by hand',
    });
  }
}

type Ways = (cases: readonly TestCase[]) => readonly number[];

const COUNTS: readonly (readonly [string, Ways])[] = [
  ['tests', (cases) => [cases.length, new Set(cases.map(({ id }) => id)).size]],
  ['failures', (cases) => [cases.filter(({ has }) => has.failure).length]],
  ['errors', (cases) => [cases.filter(({ has }) => has.error).length]],
  [
    'skipped',
    (cases) => {
      const skipped = cases.filter(({ has }) => has.skipped).length;
      const other = cases.filter(({ has, row }) => has.skipped !== (row.status === 'pending'));
      const apart = other.filter(({ has }) => has.skipped).length;
      return [skipped, apart, skipped + other.length - apart];
    },
  ],
];
