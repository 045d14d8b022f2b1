// The end of Ginkgo's log, compared with its JUnit report.

import type { EvidenceError } from '../../errors/evidence-error.ts';
import { refusal } from '../../place.ts';
import { quote } from '../../quote.ts';
import type { JUnitRun } from './junit.ts';
import type { TestRow } from './test-row.ts';

/** What colours text on a terminal, or moves its cursor. */
// oxlint-disable-next-line no-control-regex -- ESC is what begins them
const COLOURS = /\x1B\[[\d;?]*[A-Za-z]/g;

/** Decides the order of the tests: report and log of one run have it in common. */
const SEED = /^Random Seed: (\d+)/;

/** E.g. `SUCCESS! -- 424 Passed | 0 Failed | 0 Pending | 6708 Skipped`. */
const SUMMARY = /^(SUCCESS!|FAIL!)(?: - .*?)? -- (\d+ Passed \|.*)$/;

/** Also of a run that was stopped before it could count. */
const ENDING = /^FAIL!|^SUCCESS! (?:- .*? )?-- /;

/** What `go test` and Ginkgo say last of a run that did not succeed, whatever its summary says. */
const FAILED =
  /^(?:FAIL\b|--- FAIL\b|Summarizing \d+ Failures?:|Test Suite Failed|panic: |fatal error: |exit status [1-9])/;

/** How much of a line is read, in bytes; and how many endings are kept of a log. */
const MAX_LINE = 512;
const MOST_ENDINGS = 2;

/** What a log says of how its run ended. */
export interface LogEnd {
  /** Lines with a summary: the first ones. */
  readonly endings: readonly string[];
  /** A line that says that it failed: any behind the first of them, and before that none that a test printed. */
  readonly failure: string | undefined;
  /** Empty if nothing says it. */
  readonly seed: string;
}

function seedIn(text: string): string {
  return SEED.exec(text)?.[1] ?? '';
}

/** Reads a log of any length to its end. */
export async function readLogEnd(content: AsyncIterable<Uint8Array>): Promise<LogEnd> {
  const endings: string[] = [];
  let seed = '';
  let failure: string | undefined;
  for await (const line of startsOfLines(content)) {
    const whole = line.toString('utf8').replaceAll(COLOURS, '');
    const text = whole.trim();
    // Ginkgo indents what a test prints.
    const isOfRun = endings.length > 0 || !/^\s/.test(whole);
    seed ||= seedIn(text);
    if (ENDING.test(text)) {
      if (endings.length < MOST_ENDINGS) endings.push(text);
    } else if (isOfRun && FAILED.test(text)) failure ??= text;
  }
  return { endings, failure, seed };
}

/** At most `MAX_LINE` bytes of each line. */
async function* startsOfLines(content: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void> {
  let start: Buffer = Buffer.alloc(0);
  for await (const piece of content) {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.length);
    let from = 0;
    for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, from)) {
      yield joined(start, bytes.subarray(from, end));
      start = Buffer.alloc(0);
      from = end + 1;
    }
    start = joined(start, bytes.subarray(from));
  }
  yield start;
}

const LINE_FEED = 10;

/** A copy, if it goes on in another piece: the reader of the archive may use its buffer again. */
function joined(start: Buffer, rest: Buffer): Buffer {
  return Buffer.concat([start, rest.subarray(0, MAX_LINE - start.length)]);
}

/** What Ginkgo runs around specs: in the report each is a case, in the log none is counted. */
const AROUND = /^\[(?:(?:Report|Synchronized)?(?:Before|After)Suite|DeferCleanup[^\]]*)\]/;

/** What the log of another worker says against a run whose tests are green; undefined if nothing. */
export function failureIn({ endings, failure }: LogEnd): string | undefined {
  return endings.find((text) => !text.startsWith('SUCCESS!')) ?? failure;
}

/** @throws EvidenceError RESULTS_LOG_DIFFERS */
export function requireSameRun(
  { rows, seeds }: JUnitRun,
  { endings, failure, seed }: LogEnd,
  at: string,
): void {
  const [summary, other] = endings;
  const [, word, counts = ''] = SUMMARY.exec(summary ?? '') ?? [];
  const expected = expectedOf(rows);
  if (summary === undefined) throw differs(at, 'no summary: the run did not end', expected);
  const isGreen = rows.every(({ status }) => status !== 'failed');
  const more = other ?? (isGreen ? failure : undefined);
  if (more !== undefined) {
    throw differs(at, `${quote(summary)}, and ${quote(more)}`, expected);
  }
  const isSame =
    Object.entries(countsOf(rows)).every(([name, count]) => countIn(counts, name) === count) &&
    (word === 'SUCCESS!') === isGreen;
  if (!isSame) throw differs(at, quote(summary), expected);
  requireSameSeed(seeds, seed, at);
}

/** Not each runner says it. */
function requireSameSeed(seeds: JUnitRun['seeds'], seed: string, at: string): void {
  if (seed === '' || [...seeds].every((said) => said === seed)) return;
  const expected = `the seed of the JUnit report: ${quote([...seeds].join(', '), 60)}`;
  throw differs(at, `Random Seed: ${seed}`, expected);
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
  const hint =
    'give the tarball of one run, as `sonobuoy retrieve` wrote it once the run had ended';
  return refusal({ code: 'RESULTS_LOG_DIFFERS', at, hint }, found, expected);
}
