// The end of Ginkgo's log, compared with its JUnit report.

import { EvidenceError } from '../../errors/evidence-error.ts';
import { quote } from '../../quote.ts';
import type { TestRow } from './test-row.ts';

/** Colours of a terminal. */
// oxlint-disable-next-line no-control-regex -- ESC is what begins them
const COLOURS = /\x1B\[[0-9;]*m/g;

/** E.g. `SUCCESS! -- 424 Passed | 0 Failed | 0 Pending | 6708 Skipped`. */
const SUMMARY = /^(SUCCESS!|FAIL!)(?: - [^-]*)? -- (\d+ Passed \|.*)$/;

/** What Ginkgo runs around specs: in the report each is a case, in the log none is counted. */
const AROUND = /^\[(?:(?:Report|Synchronized)?(?:Before|After)Suite|DeferCleanup[^\]]*)\]/;

/** @throws EvidenceError RESULTS_LOG_DIFFERS */
export function requireSameRun(rows: readonly TestRow[], log: string, at: string): void {
  const summary = log
    .replaceAll(COLOURS, '')
    .split(/\r?\n/)
    .findLast((line) => SUMMARY.test(line));
  const [, word, counts = ''] = SUMMARY.exec(summary ?? '') ?? [];
  const expected = expectedOf(rows);
  if (summary === undefined) throw differs(at, 'no summary: the run did not end', expected);
  const isSame =
    Object.entries(countsOf(rows)).every(([name, count]) => countIn(counts, name) === count) &&
    (word === 'SUCCESS!') === rows.every(({ status }) => status !== 'failed');
  if (!isSame) throw differs(at, quote(summary), expected);
}

function countIn(counts: string, name: string): number {
  return Number(new RegExp(`(?:^|\\| )(\\d{1,9}) ${name}\\b`).exec(counts)?.[1] ?? 0);
}

function countsOf(rows: readonly TestRow[]): Readonly<Record<string, number>> {
  const specs = rows.filter(({ name }) => !AROUND.test(name));
  const of = (status: TestRow['status']): number =>
    specs.filter((row) => row.status === status).length;
  return {
    Passed: of('passed'),
    Failed: of('failed'),
    Pending: of('pending'),
    Skipped: of('skipped'),
  };
}

function expectedOf(rows: readonly TestRow[]): string {
  const word = rows.some(({ status }) => status === 'failed') ? 'FAIL!' : 'SUCCESS!';
  const counts = Object.entries(countsOf(rows)).map(([name, count]) => `${count} ${name}`);
  return `${word} -- ${counts.join(' | ')}, as the JUnit report has it`;
}

function differs(at: string, found: string, expected: string): EvidenceError {
  return new EvidenceError('RESULTS_LOG_DIFFERS', {
    at,
    found,
    expected,
    hint: 'give the tarball of one run, as `sonobuoy retrieve` wrote it once the run had ended',
  });
}
