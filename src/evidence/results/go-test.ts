// What `go test -json` prints: one event a line, of many packages at once. Its rules: docs/results.md

import { Plain, fieldOf, textOf, type Data } from '../../document/data.ts';
import { decodeJson } from '../../document/json.ts';
import { decodeUtf8 } from '../../document/text.ts';
import { parseTime } from '../../document/time.ts';
import { EvidenceError, orIfRefused } from '../../errors/evidence-error.ts';
import { quote } from '../../quote.ts';
import type { TestStatus } from '../phase/phase.ts';
import { requirePlainName, type MappedRun, type TestRow } from './test-row.ts';

/** @throws EvidenceError DOCUMENT_INVALID, FIELD_INVALID and what `decodeJson` throws, with the line in `found` */
export function readGoTest(bytes: Uint8Array, file: string): MappedRun {
  const stream = new GoTestStream(file);
  for (const [index, line] of decodeUtf8(bytes, file).split('\n').entries()) {
    if (line.trim() !== '') stream.add(line, index + 1);
  }
  return stream.run();
}

type End = 'passed' | 'failed' | 'skipped';

const ENDS: ReadonlyMap<string, End> = new Map([
  ['pass', 'passed'],
  ['bench', 'passed'],
  ['fail', 'failed'],
  ['skip', 'skipped'],
]);

/** All that Go 1.26 writes (`go doc test2json`, `go help buildjson`). */
const ACTIONS: ReadonlySet<string> = new Set([
  ...ENDS.keys(),
  ...['start', 'run', 'pause', 'cont', 'output', 'attr', 'artifacts'],
  ...['build-output', 'build-fail'],
]);

/** A test, or all of a package. */
interface Running {
  readonly name: string;
  end: End | undefined;
  duration: number;
  output: string;
}

interface Package extends Running {
  /** In the order in which they began. */
  readonly tests: Running[];
  /** Each test as it runs now: with -count one name runs several times. */
  readonly latest: Map<string, Running>;
  failedBuild: string;
  isStarted: boolean;
  /** It started again before it ended: a file may hold a run that was stopped, and the next one. */
  isCut: boolean;
}

class GoTestStream {
  readonly #file: string;
  readonly #packages = new Map<string, Package>();
  /** What builds printed, by what was built. */
  readonly #builds = new Map<string, Running>();
  #start: Date | undefined;
  #stop: Date | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  add(line: string, number: number): void {
    const event = this.#read(line, number);
    const action = textOf(event, 'Action');
    if (!ACTIONS.has(action)) this.#unknown(number, action);
    if (action.startsWith('build-')) {
      this.#addBuild(event, action);
      return;
    }
    this.#addTime(event, number);
    const own = this.#packageOf(textOf(event, 'Package'), number);
    own.failedBuild ||= textOf(event, 'FailedBuild');
    startAgain(own, action);
    const running = this.#runningOf(own, event, number);
    running.output += textOf(event, 'Output');
    const end = ENDS.get(action);
    if (end === undefined) return;
    // Whatever comes after a failure, it failed.
    if (running.end !== 'failed') running.end = end;
    running.duration = this.#millisecondsOf(event, number);
  }

  run(): MappedRun {
    const packages = [...this.#packages.values()];
    const failed = packages.filter(({ end }) => end === 'failed');
    const named = new Set(failed.map(({ failedBuild }) => failedBuild));
    const builds = [...this.#builds.values()].filter(
      ({ name, end }) => end === 'failed' && !named.has(name),
    );
    return {
      format: 'go test -json',
      tool: 'go test',
      rows: [
        ...packages.flatMap((own) => this.#rowsOf(own)),
        ...builds.map(({ name, output }) => failedRow(name, 'the build failed', output)),
      ],
      start: this.#start,
      stop: this.#stop,
    };
  }

  #read(line: string, number: number): Data {
    const event = orIfRefused(
      () => decodeJson(Buffer.from(line), this.#file),
      (error) => this.#refuse(number, error.found, error),
    );
    return fieldOf(event, 'Action') === undefined ? this.#refuse(number, 'no event') : event;
  }

  #refuse(number: number, found: string, cause?: unknown): never {
    throw new EvidenceError('DOCUMENT_INVALID', {
      at: this.#file,
      found: `line ${number}: ${found}`,
      expected: 'one event of `go test -json` on each line, and nothing else',
      hint: 'write standard output alone to the file: `go test -json ./... > results.jsonl`',
      cause,
    });
  }

  #invalid(number: number, found: string, expected: string): never {
    const hint = 'give the file as `go test -json` wrote it';
    const place = { at: this.#file, found: `line ${number}: ${found}` };
    throw new EvidenceError('FIELD_INVALID', { ...place, expected, hint });
  }

  /** It may say that something failed. */
  #unknown(number: number, action: string): never {
    const known = [...ACTIONS].join(', ');
    this.#invalid(number, `the Action ${quote(action, 60)}`, `an Action that is known: ${known}`);
  }

  #addBuild(event: Data, action: string): void {
    const name = textOf(event, 'ImportPath');
    const build = this.#builds.get(name) ?? newRunning(name);
    this.#builds.set(name, build);
    build.output += textOf(event, 'Output');
    if (action === 'build-fail') build.end = 'failed';
  }

  #addTime(event: Data, number: number): void {
    const text = fieldOf(event, 'Time');
    if (text === undefined) return;
    const time = typeof text === 'string' ? parseTime(text) : undefined;
    if (time === undefined || time.getTime() < 0) {
      this.#invalid(number, 'a Time that is none', 'a time of RFC 3339');
    }
    if (this.#start === undefined || time < this.#start) this.#start = time;
    if (this.#stop === undefined || time > this.#stop) this.#stop = time;
  }

  #packageOf(name: string, number: number): Package {
    const known = this.#packages.get(name);
    if (known !== undefined) return known;
    if (name === '') this.#invalid(number, 'an event without a Package', 'the Package of the test');
    requirePlainName(name, this.#file, `line ${number}`);
    const latest = new Map<string, Running>();
    const unseen = { failedBuild: '', isStarted: false, isCut: false };
    const made: Package = { ...newRunning(name), tests: [], latest, ...unseen };
    this.#packages.set(name, made);
    return made;
  }

  #runningOf(own: Package, event: Data, number: number): Running {
    const name = textOf(event, 'Test');
    if (name === '') return own;
    const latest = own.latest.get(name);
    // One that starts again before it ended stays beside the new one, without an end.
    if (latest !== undefined && textOf(event, 'Action') !== 'run') return latest;
    const made = newRunning(requirePlainName(name, this.#file, `line ${number}`));
    own.tests.push(made);
    own.latest.set(name, made);
    return made;
  }

  #millisecondsOf(event: Data, number: number): number {
    const elapsed = fieldOf(event, 'Elapsed');
    if (elapsed === undefined) return 0;
    const seconds = elapsed instanceof Plain ? Number(elapsed.text) : Number.NaN;
    if (seconds >= 0 && seconds < MAX_SECONDS) return Math.round(seconds * 1000);
    return this.#invalid(number, 'an Elapsed that is none', 'a number of seconds');
  }

  #rowsOf(own: Package): readonly TestRow[] {
    const isCut = own.isCut || own.end === undefined;
    const rows = rowsIn(own, isCut ? new Set() : measuredIn(own));
    if (!isCut && (own.end !== 'failed' || rows.some(isFailed))) return rows;
    const build = this.#builds.get(own.failedBuild);
    const broken = build ? 'the build failed' : 'the package failed';
    const trace = `${build?.output ?? ''}${own.output}`;
    return [...rows, failedRow(own.name, isCut ? CUT_OFF : broken, trace)];
  }
}

/** The last second of the year 9999 is one of 12 digits. */
const MAX_SECONDS = 1e11;

const CUT_OFF = 'its end is not there: it was stopped, it crashed, or the file was cut off';

const CACHED = 'not run this time: go test took the result of an earlier run (-count=1 runs it)';

function newRunning(name: string): Running {
  return { name, end: undefined, duration: 0, output: '' };
}

/** Each run of a package needs its end, also the second one in a file. A failure stays one. */
function startAgain(own: Package, action: string): void {
  const isStart = action === 'start';
  if (isStart && own.isStarted && own.end === undefined) own.isCut = true;
  if (isStart) own.isStarted = true;
  if ((isStart || action === 'run') && own.end !== 'failed') own.end = undefined;
}

function isFailed({ status }: TestRow): boolean {
  return status === 'failed';
}

function failedRow(name: string, message: string, trace: string): TestRow {
  return {
    name,
    status: 'failed',
    duration: 0,
    within: [],
    message,
    trace: trace.trim() || undefined,
  };
}

/** What Go prints of a benchmark that ran to its end, e.g. `BenchmarkX-8  100  372.5 ns/op`. */
const MEASURED = /^Benchmark\S*\s+\d+\s+[-+.\deE]+ \S/m;

/** Benchmarks have no end of their own in a package that passed: those with a figure, and those that they are parts of. */
function measuredIn(own: Package): ReadonlySet<string> {
  const ended = own.end === 'passed' ? own.tests : [];
  const all = ended.filter(
    ({ name, output }) => name.startsWith('Benchmark') && MEASURED.test(output),
  );
  return new Set(
    all.flatMap(({ name }) => {
      const parts = name.split('/');
      return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
    }),
  );
}

/** What the runner prints around what a test prints. */
const FRAME = /^(?:=== (?:RUN|PAUSE|CONT|NAME|ATTR|ARTIFACTS)\b| *--- (?:PASS|FAIL|SKIP|BENCH): )/;

function rowsIn(own: Package, measured: ReadonlySet<string>): readonly TestRow[] {
  const isCached = /^ok\s.*\(cached\)/m.test(own.output);
  return own.tests.map((test) => {
    const end = test.end ?? (measured.has(test.name) ? 'passed' : undefined);
    return rowOf(own, { ...test, end }, isCached);
  });
}

function rowOf(own: Package, { name, end, duration, output }: Running, isCached: boolean): TestRow {
  const said = output.split('\n').filter((line) => !FRAME.test(line));
  const message = messageOf(end, said, isCached);
  const status: TestStatus = end === 'passed' && isCached ? 'skipped' : (end ?? 'failed');
  const stdout = said.join('\n');
  return { name, status, duration, within: [own.name], message, stdout };
}

function messageOf(
  end: End | undefined,
  said: readonly string[],
  isCached: boolean,
): string | undefined {
  if (end === undefined) return CUT_OFF;
  if (end === 'passed') return isCached ? CACHED : undefined;
  return said.find((line) => line.trim() !== '')?.trim();
}
