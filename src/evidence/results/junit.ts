// JUnit XML, as surefire, pytest, gotestsum, Ginkgo and others write it. Its rules: docs/results.md

import { parseTime } from '../../document/time.ts';
import { quote } from '../../quote.ts';
import type { TestStatus } from '../phase/phase.ts';
import { isSuite, OUTCOMES, RANKS, RERUN, requireRead, wordsIn } from './junit-words.ts';
import { readXml, refuseAt, textIn, type XmlElement } from './read-xml.ts';
import { runFailed } from './run-status.ts';
import { requireSummary, type TestCase } from './suite-summary.ts';
import { requirePlainName, type MappedRun, type TestRow } from './test-row.ts';

export interface JUnitRun extends MappedRun {
  /** What Ginkgo says decided the order of its tests. */
  readonly seeds: ReadonlySet<string>;
}

/** @throws EvidenceError what `readXml` throws; KIND_UNEXPECTED, FIELD_MISSING, FIELD_INVALID, RESULTS_SUMMARY_DIFFERS, RESULTS_RUN_FAILED */
export function readJUnit(bytes: Uint8Array, file: string): JUnitRun {
  const root = readXml(bytes, file);
  if (!isSuite(root)) {
    refuseAt(root, file, {
      code: 'KIND_UNEXPECTED',
      found: `the root element ${quote(root.name, 60)}`,
      expected: '<testsuites> or <testsuite>',
      hint: 'give --results the report that the test runner wrote',
    });
  }
  requireRead(root, file);
  const cases = casesOf(root, [], file);
  return {
    format: 'JUnit XML',
    tool: 'junit',
    seeds: new Set([root, ...root.children].flatMap((suite) => propertiesOf(suite, 'RandomSeed'))),
    rows: cases.map(({ row }) => row),
    ...timesOf(root),
  };
}

/** The cases of a suite and of all suites in it, in their order. */
function casesOf(suite: XmlElement, outer: readonly string[], file: string): readonly TestCase[] {
  const name = suite.attributes.get('name') ?? '';
  const within = name === '' ? outer : [...outer, name];
  const parts = suite.children.map((child) => {
    if (isSuite(child)) return { cases: casesOf(child, within, file), isOwn: false };
    if (child.name === 'testcase') return { cases: [caseOf(child, within, file)], isOwn: true };
    return { cases: [], isOwn: false };
  });
  const all = parts.flatMap(({ cases }) => cases);
  const own = parts.filter(({ isOwn }) => isOwn).flatMap(({ cases }) => cases);
  requireSummary(suite, { all, own }, file);
  requireSucceeded(suite, all, file);
  return all;
}

/** What a suite says of itself, and Ginkgo in its properties: that nothing was run, or that something failed that is no test. */
function requireSucceeded(suite: XmlElement, cases: readonly TestCase[], file: string): void {
  const says = (name: string, word: string): boolean =>
    propertiesOf(suite, name).some((value) => value.toLowerCase() === word);
  const at = `${file}: line ${suite.line}`;
  if (says('DryRun', 'true')) throw runFailed({ at, found: 'DryRun: no test was run' });
  if (cases.some(({ row }) => row.status === 'failed')) return;
  const bad = wordsIn(suite).find(({ status }) => status === 'failed' || status === 'other');
  const special = propertiesOf(suite, 'SpecialSuiteFailureReason').map((why) => quote(why, 60));
  const [found] = [
    ...(bad === undefined ? [] : [`${bad.said} in <${suite.name}>`]),
    ...(says('SuiteSucceeded', 'false') ? ['SuiteSucceeded is false'] : []),
    ...special.map((why) => `SpecialSuiteFailureReason is ${why}`),
  ];
  if (found !== undefined) throw runFailed({ at, found: `${found}, and no test failed` });
}

function partsOf({ children }: XmlElement, part: string): readonly XmlElement[] {
  return children.filter(({ name }) => name === part);
}

function caseOf(element: XmlElement, suites: readonly string[], file: string): TestCase {
  const classname = element.attributes.get('classname') ?? '';
  const name = nameOf(element, classname, file);
  const outcomes = OUTCOMES.map((part) => partsOf(element, part));
  const [failure = false, error = false, skipped = false] = outcomes.map(
    ({ length }) => length > 0,
  );
  const has = { failure, error, skipped };
  const end = endOf(element, has);
  const row: TestRow = {
    name,
    ...end,
    duration: millisecondsOf(element, file),
    within: classname === '' ? suites : [...suites, classname],
    ...saidIn(outcomes.flat(), wordFor(element, end.status)),
    stdout: printedIn(element, 'system-out'),
    stderr: printedIn(element, 'system-err'),
    image: imageOf(element, file),
  };
  return { row, id: JSON.stringify([classname, name]), has };
}

/** The worst that anything in it says. */
function endOf(
  element: XmlElement,
  has: TestCase['has'],
): Pick<TestRow, 'status' | 'rawStatus' | 'retries'> {
  const reruns = element.children.filter(({ name }) => RERUN.test(name));
  const isFailed = reruns.some(({ name }) => name.startsWith('rerun'));
  const said = new Set([statusOf(has), ...wordsIn(element).map(({ status }) => status)]);
  if (isFailed) said.add('failed');
  return {
    status: RANKS.findLast((status) => said.has(status)) ?? 'other',
    rawStatus: has.error && !has.failure ? 'error' : undefined,
    retries: reruns.length,
  };
}

/** What failed before its tests, e.g. a fixture of a class, has the class alone. */
function nameOf(element: XmlElement, classname: string, file: string): string {
  const name = element.attributes.get('name') ?? '';
  const shown = name === '' ? classname : name;
  if (shown !== '') {
    return requirePlainName(shown, file, `line ${element.line}`);
  }
  return refuseAt(element, file, {
    code: 'FIELD_MISSING',
    found: '<testcase> without a name',
    expected: 'name, or else classname',
    hint: 'write the report with a runner that names its tests',
  });
}

function statusOf({ failure, error, skipped }: TestCase['has']): TestStatus {
  if (failure || error) return 'failed';
  return skipped ? 'skipped' : 'passed';
}

/** The attribute that says so, if it is worth a message. */
function wordFor(element: XmlElement, end: TestStatus): string {
  if (end !== 'failed' && end !== 'other') return '';
  return wordsIn(element).find(({ status }) => status === end)?.said ?? '';
}

function saidIn(outcomes: readonly XmlElement[], word: string): Pick<TestRow, 'message' | 'trace'> {
  const traces = outcomes.map((outcome) => textIn(outcome).trim());
  const trace = traces.filter((text) => text !== '').join('\n');
  const said = outcomes[0]?.attributes.get('message') ?? '';
  const message = said === '' ? traces[0]?.split('\n', 1)[0] : said;
  return { message: (message ?? '') || word || undefined, trace: trace === '' ? undefined : trace };
}

/** Each block begins a line of its own. */
function printedIn(element: XmlElement, part: string): string {
  const blocks = partsOf(element, part).map(textIn);
  return blocks.reduce((all, text) => all + (/[^\n]$/.test(all) ? '\n' : '') + text, '');
}

function imageOf(element: XmlElement, file: string): string | undefined {
  const [image, ...others] = new Set(propertiesOf(element, 'image'));
  if (others.length === 0) return image;
  return refuseAt(element, file, {
    code: 'FIELD_INVALID',
    found: `${others.length + 1} properties "image" that differ`,
    expected: 'the one image that ran this test',
    hint: 'write the report with one image for each test',
  });
}

/** The values of this name, of all `<properties>`. */
function propertiesOf(element: XmlElement, name: string): readonly string[] {
  return partsOf(element, 'properties')
    .flatMap(({ children }) => children)
    .filter(({ attributes }) => attributes.get('name') === name)
    .map(({ attributes }) => attributes.get('value') ?? '')
    .filter((value) => value !== '');
}

/** Seconds; surefire writes a comma between each three digits, and then always a fraction. */
const SECONDS = /^(?:\d+(?:\.\d*)?(?:[eE][-+]?\d{1,3})?|\.\d+|[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?)$/;

/** The last second of the year 9999 is one of 12 digits. */
const MAX_SECONDS = 1e11;

function secondsIn({ attributes }: XmlElement): number | undefined {
  const time = attributes.get('time') ?? '';
  if (time === '') return 0;
  const seconds = SECONDS.test(time) ? Number(time.replaceAll(',', '')) : MAX_SECONDS;
  return seconds < MAX_SECONDS ? seconds : undefined;
}

function millisecondsOf(element: XmlElement, file: string): number {
  const seconds = secondsIn(element);
  if (seconds !== undefined) return Math.round(seconds * 1000);
  return refuseAt(element, file, {
    code: 'FIELD_INVALID',
    found: `time=${quote(element.attributes.get('time') ?? '', 60)}`,
    expected: 'seconds, as digits with a point',
    hint: 'write the report with a runner that writes seconds',
  });
}

/** No end if one of them says when it began, and not how long it took; suites may say it for the root. */
function timesOf(root: XmlElement): Pick<MappedRun, 'start' | 'stop'> {
  const inner = root.name === 'testsuites' ? root.children.filter(isSuite).flatMap(spanOf) : [];
  const outer = spanOf(root).filter(({ stop }) => stop !== undefined || inner.length === 0);
  const spans = [...outer, ...inner];
  const stops = spans.flatMap(({ stop = [] }) => stop);
  return {
    start: spans.map(({ start }) => start).toSorted(byTime)[0],
    stop: stops.length < spans.length ? undefined : stops.toSorted(byTime).at(-1),
  };
}

function byTime(a: Date, b: Date): number {
  return a.getTime() - b.getTime();
}

interface Span {
  readonly start: Date;
  readonly stop: Date | undefined;
}

/** A time without its zone says nothing here: the machine may have been anywhere. */
function spanOf(suite: XmlElement): readonly Span[] {
  const start = parseTime(suite.attributes.get('timestamp') ?? '');
  if (start === undefined || start.getTime() < 0) return [];
  if ((suite.attributes.get('time') ?? '') === '') return [{ start, stop: undefined }];
  return [{ start, stop: new Date(start.getTime() + Math.round((secondsIn(suite) ?? 0) * 1000)) }];
}
