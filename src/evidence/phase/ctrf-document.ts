import { Plain, fieldOf, isDataList, isNull, mapIn, scalarText } from '../../document/data.ts';
import type { Data } from '../../document/data.ts';
import { encodeJson } from '../../document/json.ts';
import { ObjectReader } from '../../document/object-reader.ts';
import { MAX_TESTS, MAX_TEST_CHARACTERS } from '../../limits.ts';
import { shorten } from '../../quote.ts';
import { durationIn, parseRun, type CtrfRun } from './ctrf-run.ts';
import { flakySign } from './flaky.ts';
import { mappingOf, type Mapping } from './mapped.ts';
import { MEASURING_CHECKS, PHASES, TEST_STATUSES, isTestStatus } from './phase.ts';
import type { PhaseCounts, PhaseTest } from './phase.ts';

/** A CTRF report whose summary agrees with its tests; their phases are not looked at yet. */
export interface CtrfDocument {
  readonly file: string;
  readonly data: Data;
  readonly tests: readonly CtrfTest[];
  /** What ran the tests; `version` is "" if the report has none. */
  readonly tool: { readonly name: string; readonly version: string };
  readonly run: CtrfRun;
  /** Whether it says that it was made of results in another form. */
  readonly mapping: Mapping;
}

export interface CtrfTest {
  readonly test: PhaseTest;
  /** In milliseconds. */
  readonly duration: number;
  readonly suite: { readonly name: string; readonly at: string } | undefined;
  readonly at: string;
}

/**
 * Reads a CTRF report. AICR and CTRF add fields over time: those that nobody reads here are accepted
 * and packed. Throws KIND_UNEXPECTED, FIELD_MISSING, FIELD_INVALID, RESULTS_SUMMARY_DIFFERS.
 */
export function parseCtrf(data: Data, file: string): CtrfDocument {
  const reader = new ObjectReader(data, file);
  if (reader.data('reportFormat') !== 'CTRF') {
    reader.refuse('reportFormat', {
      code: 'KIND_UNEXPECTED',
      expected: '"CTRF", a report in the Common Test Report Format (https://ctrf.io)',
      hint: 'give --results the report that the validators wrote',
    });
  }
  const results = reader.object('results');
  const tool = results.object('tool');
  requireFewTests(results);
  const tests = results.list('tests', parseTest);
  requireSummary(results.object('summary'), tests);
  return {
    file,
    data,
    tests,
    tool: { name: tool.string('name'), version: tool.optionalText('version') ?? '' },
    run: parseRun(results),
    mapping: mappingOf(scalarText(reader.data('generatedBy')) ?? ''),
  };
}

function parseTest(data: Data, at: string): CtrfTest {
  const reader = new ObjectReader(data, at);
  const name = parseName(reader);
  const status = reader.string('status');
  if (!isTestStatus(status)) {
    return reader.refuse('status', {
      code: 'FIELD_INVALID',
      expected: `one of ${TEST_STATUSES.join(', ')}`,
      hint: 'write the report with a tool that follows https://ctrf.io',
    });
  }
  const whole = reader.optionalText('message') ?? textIn(reader.data('extra'), 'skipReason');
  const message = whole === undefined ? undefined : shorten(whole, MAX_TEST_CHARACTERS);
  const flaky = flakySign(reader, status);
  const stdout = MEASURING_CHECKS.has(name) ? { stdout: textsOf(reader.data('stdout')) } : {};
  const image = textIn(reader.data('extra'), 'image');
  const test = {
    name,
    status,
    message,
    flaky,
    ...stdout,
    ...(image === undefined ? {} : { image }),
  };
  return { test, duration: durationIn(reader), suite: parseSuite(reader), at };
}

function requireFewTests(results: ObjectReader): void {
  const tests = results.data('tests');
  if (!isDataList(tests) || tests.length <= MAX_TESTS) return;
  results.refuse('tests', {
    code: 'LIMIT_EXCEEDED',
    found: `${tests.length} tests`,
    expected: `at most ${MAX_TESTS} tests in one report`,
    hint: 'give one file for each phase, or fewer tests',
  });
}

/** Reports have it whole. */
function parseName(reader: ObjectReader): string {
  const name = reader.string('name');
  if (name.length <= MAX_TEST_CHARACTERS) return name;
  return reader.refuse('name', {
    code: 'LIMIT_EXCEEDED',
    found: `${name.length} characters`,
    expected: `at most ${MAX_TEST_CHARACTERS} in the name of a test`,
    hint: 'shorten the name',
  });
}

/** A list of texts, as CTRF has it, or one text, as some writers do. What else is there says nothing. */
function textsOf(data: Data | undefined): readonly string[] {
  const items = isDataList(data) ? data : [data];
  return items.filter((item) => typeof item === 'string');
}

/**
 * AICR's redaction removes `message` and leaves its reason code in `skipReason`, e.g. `no-gpu-nodes`; `image`
 * is ours.
 */
function textIn(extra: Data | undefined, name: 'skipReason' | 'image'): string | undefined {
  const text = fieldOf(extra, name);
  return typeof text === 'string' ? text : undefined;
}

/** A string in CTRF's first schemas, a list from the outermost suite inwards in the later ones. */
function parseSuite(reader: ObjectReader): CtrfTest['suite'] {
  const suite = reader.data('suite');
  const at = reader.pointer('suite');
  if (typeof suite === 'string') return { name: suite, at };
  if (suite === undefined || isNull(suite)) return undefined;
  const [first] = isDataList(suite) ? suite : [suite];
  if (first === undefined) return undefined;
  if (typeof first === 'string') return { name: first, at: `${at}/0` };
  return reader.refuse('suite', {
    code: 'FIELD_INVALID',
    expected: 'a string, or a list that begins with a string',
    hint: `name the phase: ${PHASES.join(', ')}`,
  });
}

function requireSummary(summary: ObjectReader, tests: readonly CtrfTest[]): void {
  const counts = { tests: tests.length, ...countTests(tests.map(({ test }) => test)) };
  const wrong = Object.entries(counts)
    .map(([name, counted]) => ({ name, counted, claimed: summary.integer(name) }))
    .filter(({ counted, claimed }) => counted !== claimed);
  const [first] = wrong;
  if (first === undefined) return;
  summary.refuse(first.name, {
    code: 'RESULTS_SUMMARY_DIFFERS',
    found: wrong.map(({ name, claimed }) => `${name} ${claimed}`).join(', '),
    expected: `${wrong.map(({ name, counted }) => `${name} ${counted}`).join(', ')}, counted in results.tests`,
    hint: 'use the report as the validators wrote it; a summary is never edited by hand',
  });
}

export function countTests(tests: readonly PhaseTest[]): PhaseCounts {
  const counts = { passed: 0, failed: 0, skipped: 0, pending: 0, other: 0 };
  for (const { status } of tests) counts[status] += 1;
  return counts;
}

/**
 * One phase's part of a merged CTRF report: its tests and their counts; everything else, also fields
 * that nobody here knows and the spelling of numbers, is as it was.
 */
export function splitReport(document: CtrfDocument, own: readonly CtrfTest[]): Uint8Array {
  const root = mapIn(document.data);
  const results = mapIn(root.get('results'));
  const all = results.get('tests');
  const kept = new Set<CtrfTest | undefined>(own);
  const tests = isDataList(all) ? all.filter((_, index) => kept.has(document.tests[index])) : [];
  const counts = { tests: tests.length, ...countTests(own.map(({ test }) => test)) };
  // A key that is there keeps its place in a copy.
  const summary = new Map<string, Data>([
    ...mapIn(results.get('summary')),
    ...Object.entries(counts).map(
      ([name, count]) => [name, new Plain('integer', String(count))] as const,
    ),
  ]);
  const part = new Map([...results, ['summary', summary], ['tests', tests]]);
  return new TextEncoder().encode(encodeJson(new Map([...root, ['results', part]])));
}
