// What every importer makes: the tests of one original, in its order, and the CTRF report of them.

import { Plain, type Data } from '../../document/data.ts';
import { encodeJson } from '../../document/json.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { MAX_JSON_BYTES, MAX_TESTS } from '../../limits.ts';
import { refuse } from '../../place.ts';
import { quote } from '../../quote.ts';
import { countTests } from '../phase/ctrf-document.ts';
import { MAPPED_BY } from '../phase/mapped.ts';
import type { TestStatus } from '../phase/phase.ts';

/** @throws EvidenceError FIELD_INVALID: no such name is typed into a recipe, and a terminal obeys it */
export function requirePlainName(name: string, file: string, place: string): string {
  // oxlint-disable-next-line no-control-regex -- what is looked for
  if (!/[\0-\x1F\x7F-\x9F]/.test(name)) return name;
  refuse(
    { code: 'FIELD_INVALID', at: file, hint: 'name the test otherwise, and run it again' },
    `${place}: control characters in the name ${quote(name, 100)}`,
    'a name without control characters, tabs and line breaks',
  );
}

/** One test as it ended, or one attempt of it that is a row of its own in the original. */
export interface TestRow {
  readonly name: string;
  readonly status: TestStatus;
  /** In milliseconds. */
  readonly duration: number;
  /** Where the tests of the original belong, from the outermost inwards, e.g. suites and class. */
  readonly within: readonly string[];
  readonly message?: string | undefined;
  readonly trace?: string | undefined;
  readonly stdout?: string | undefined;
  readonly stderr?: string | undefined;
  /** How often it failed before it ended as it did. */
  readonly retries?: number;
  readonly rawStatus?: string | undefined;
  readonly image?: string | undefined;
}

export interface MappedRun {
  /** In words, e.g. `JUnit XML`. */
  readonly format: string;
  readonly tool: string;
  readonly rows: readonly TestRow[];
  readonly start?: Date | undefined;
  readonly stop?: Date | undefined;
  /** The Kubernetes that it was run on. */
  readonly serverVersion?: string | undefined;
}

/**
 * The report, the same bytes for the same run.
 *
 * @throws EvidenceError LIMIT_EXCEEDED
 */
export function encodeRun(run: MappedRun, file: string): Uint8Array {
  if (run.rows.length > MAX_TESTS) throw tooMuch(file, `${run.rows.length} tests`, `${MAX_TESTS}`);
  const counts = { tests: run.rows.length, ...countTests(run.rows.map(phaseTest)) };
  const { serverVersion = '' } = run;
  const times = { start: run.start?.getTime() ?? 0, stop: run.stop?.getTime() ?? 0 };
  const report = data({
    reportFormat: 'CTRF',
    specVersion: '0.0.0',
    generatedBy: `${MAPPED_BY} ${run.format}`,
    results: {
      tool: { name: run.tool },
      summary: { ...counts, ...times },
      tests: run.rows.map(testOf),
      environment: serverVersion === '' ? undefined : { extra: { serverVersion } },
    },
  });
  const bytes = new TextEncoder().encode(encodeJson(report));
  if (bytes.length <= MAX_JSON_BYTES) return bytes;
  throw tooMuch(file, `a CTRF report of ${bytes.length} bytes`, `${MAX_JSON_BYTES} bytes`);
}

function tooMuch(at: string, found: string, most: string): EvidenceError {
  const hint = 'give fewer tests, or let them print less';
  return new EvidenceError('LIMIT_EXCEEDED', { at, found, expected: `at most ${most}`, hint });
}

function phaseTest({ name, status, message }: TestRow): Parameters<typeof countTests>[0][number] {
  return { name, status, message };
}

function testOf(row: TestRow): Fields {
  const { retries = 0, within, image } = row;
  return {
    ...{ name: row.name, status: row.status, duration: row.duration },
    ...{ message: row.message, trace: row.trace, rawStatus: row.rawStatus },
    ...(retries > 0 && { retries, ...(row.status === 'passed' && { flaky: true }) }),
    ...{ stdout: linesOf(row.stdout), stderr: linesOf(row.stderr) },
    extra: within.length + (image?.length ?? 0) > 0 ? { within, image } : undefined,
  };
}

function linesOf(text: string | undefined): readonly string[] | undefined {
  const lines = (text ?? '').replace(/\r?\n$/, '').split(/\r?\n/);
  return lines.length === 1 && lines[0] === '' ? undefined : lines;
}

type Value = string | number | boolean | readonly Value[] | Fields | undefined;
interface Fields {
  readonly [name: string]: Value;
}

/** Of our own names; what is undefined is left out. */
function data(value: Exclude<Value, undefined>): Data {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return new Plain('integer', String(value));
  if (typeof value === 'boolean') return new Plain('boolean', String(value));
  if (isList(value)) return value.flatMap((item) => (item === undefined ? [] : [data(item)]));
  return new Map(
    Object.entries(value).flatMap(([name, field]) =>
      field === undefined ? [] : [[name, data(field)] as const],
    ),
  );
}

function isList(value: readonly Value[] | Fields): value is readonly Value[] {
  return Array.isArray(value);
}
