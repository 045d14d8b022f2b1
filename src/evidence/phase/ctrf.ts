// CTRF reports in, one report per phase out. docs/format.md §7.

import { isDataMap, type Data } from '../../document/data.ts';
import { decodeJson } from '../../document/json.ts';
import { EvidenceError, faultOf, withCode, type Finding } from '../../errors/evidence-error.ts';
import { fileWord } from '../../packed-file.ts';
import { refuse, refusal } from '../../place.ts';
import { escapeInvisible, quote } from '../../quote.ts';
import { LOOK_BYTES, isOfKind, recognised, recognising } from '../../recognise.ts';
import { countTests, parseCtrf, splitReport } from './ctrf-document.ts';
import type { CtrfDocument, CtrfTest } from './ctrf-document.ts';
import { longestOf, type CtrfRun, type LongestTest } from './ctrf-run.ts';
import { PHASES, isPhase, type Phase, type PhaseCounts, type PhaseTest } from './phase.ts';

/** The report of one phase. */
export interface CtrfReport {
  readonly phase: Phase;
  /** What is packed as `ctrf/<phase>.json`: the file as it was, or its part of a merged one. */
  readonly bytes: Uint8Array;
  /** Recounted; the report's own summary says the same, or it would have been refused. */
  readonly counts: PhaseCounts;
  /** In the order of `bytes`. */
  readonly tests: readonly PhaseTest[];
  readonly tool: CtrfDocument['tool'];
  readonly run: CtrfRun;
  /** Whether it says that it was made of results in another form. */
  readonly mapping: CtrfDocument['mapping'];
  /** Undefined if no test says how long it took. */
  readonly longest: LongestTest | undefined;
}

export interface ResultsInput {
  /** The file as the user named it, e.g. `results/deployment.json`. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** The directory in which it was found; undefined if the user named the file itself. */
  readonly folder: string | undefined;
  /** The phase that the user said it is of. */
  readonly phase?: Phase | undefined;
  /** The file itself, if `bytes` is the CTRF report that `mapOriginal` made of it. */
  readonly original?: Uint8Array | undefined;
}

/** A file from which the report of a phase was made. */
export interface Original {
  /** The last part of its name, as the user named it. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface Results {
  /** In the order of the phases. */
  readonly reports: ReadonlyMap<Phase, CtrfReport>;
  /** Where each report was found, as the user named it. */
  readonly places: ReadonlyMap<Phase, ReportPlace>;
  /** Of those that were results in another form. */
  readonly originals?: ReadonlyMap<Phase, Original> | undefined;
  readonly findings: readonly Finding[];
}

/** E.g. `results.json` and, for each test of the phase, `results.json#/results/tests/4`. */
export interface ReportPlace {
  readonly file: string;
  readonly tests: readonly string[];
}

/**
 * Sorts the tests of all inputs into phases. A test's phase is its `suite`, else the name of its
 * file. In a directory, a JSON document that does not say that it is CTRF and is not named after a
 * phase is a finding.
 *
 * @throws EvidenceError RESULTS_PHASE_DUPLICATE, RESULTS_MISSING (a directory without a report), both
 *   invalid, and what `parsePhaseReport` throws
 */
export function parseResults(inputs: Iterable<ResultsInput>): Results {
  const collector = new ResultsCollector();
  for (const input of inputs) collector.add(input);
  return collector.results();
}

/**
 * `parseResults`, one input at a time: of a hundred large files that are no reports, none has to be
 * kept until the last is read.
 */
export class ResultsCollector {
  readonly #reports = new Map<Phase, PlacedReport>();
  readonly #findings: Finding[] = [];
  /** The directories, each with the first file in it as long as none is a report. */
  readonly #folders = new Map<string, OtherFile | undefined>();

  /** Throws what `parseResults` throws. */
  add(input: ResultsInput): void {
    const file = escapeInvisible(input.name);
    recognising('results', { file, bytes: input.bytes }, () => this.#add(input, file));
  }

  #add(input: ResultsInput, file: string): void {
    const { name, bytes, folder } = input;
    const data = decodeJson(bytes, file);
    const isIgnored = folder !== undefined && isOther(data, name);
    if (folder !== undefined && !isIgnored) this.#folders.set(folder, undefined);
    if (isIgnored) {
      // A copy, or all of its bytes would be kept.
      const start = Uint8Array.from(bytes.subarray(0, LOOK_BYTES));
      if (!this.#folders.has(folder)) this.#folders.set(folder, { file, start });
      this.#findings.push(ignored(file, start));
      return;
    }
    for (const placed of reportsOf(parseCtrf(data, file), input)) {
      const { phase } = placed.report;
      const earlier = this.#reports.get(phase);
      if (earlier !== undefined) refuseDuplicate(placed, earlier);
      this.#reports.set(phase, placed);
    }
  }

  /** Throws RESULTS_MISSING for a directory without a report. */
  results(): Results {
    for (const [folder, other] of this.#folders) {
      if (other !== undefined) throw resultsMissing(escapeInvisible(folder), other);
    }
    const placed = PHASES.flatMap((phase) => this.#reports.get(phase) ?? []);
    return {
      reports: new Map(placed.map(({ report }) => [report.phase, report])),
      places: new Map(placed.map(({ report, place }) => [report.phase, place])),
      originals: new Map(
        placed.flatMap(({ report, original }) => (original ? [[report.phase, original]] : [])),
      ),
      findings: this.#findings,
    };
  }
}

/**
 * The report of one phase, `ctrf/<phase>.json` of a bundle: the phase of every test is the file's.
 *
 * @throws EvidenceError KIND_UNEXPECTED, FIELD_MISSING, FIELD_INVALID, RESULTS_SUMMARY_DIFFERS,
 *   RESULTS_PHASE_UNKNOWN, RESULTS_PHASE_CONFLICT (invalid), and what `decodeJson` throws
 */
export function parsePhaseReport(bytes: Uint8Array, file: string): CtrfReport {
  return readPhaseReport(bytes, file, () => undefined);
}

/** @param see is given the document, also if it is refused then: it is read once */
export function readPhaseReport(
  bytes: Uint8Array,
  file: string,
  see: (document: Data) => void,
): CtrfReport {
  const read = (): CtrfDocument => {
    const data = decodeJson(bytes, file);
    see(data);
    return parseCtrf(data, file);
  };
  const document = recognising('results', { file, bytes }, read);
  const phase = phaseOfName(file);
  if (phase === undefined) return refuseName(document);
  const [placed] = reportsOf(document, { name: file, bytes });
  return placed?.report ?? refuseName(document);
}

/** The version of aicr, if aicr made every report and always with one version; else "". */
export function aicrVersionOf(reports: ReadonlyMap<Phase, CtrfReport>): string {
  const tools = [...reports.values()].map(({ tool }) => tool);
  const versions = new Set(tools.map(({ version }) => version));
  const [version] = versions;
  const isOne = versions.size === 1 && tools.every(({ name }) => name === 'aicr');
  return isOne ? (version ?? '') : '';
}

function ignored(file: string, start: Uint8Array): Finding {
  const error = refusal(
    { code: 'RESULTS_FILE_IGNORED', at: file, hint: 'move it out of the directory' },
    'a JSON document without reportFormat',
    'CTRF, or results in another form that are named after their phase',
  );
  return faultOf(recognised(error, 'results', { file, bytes: start }));
}

/** A file that is no report, and its first bytes. */
interface OtherFile {
  readonly file: string;
  readonly start: Uint8Array;
}

export function resultsMissing(folder: string, other?: OtherFile): EvidenceError {
  const error = new EvidenceError('RESULTS_MISSING', {
    at: folder,
    found: 'no results in this directory',
    expected:
      'CTRF (*.json), or JUnit XML, go test -json or a conformance tarball that is named after its phase',
    hint: `put the reports there as ${PHASES.map((phase) => `${phase}.json`).join(', ')}, or name each with --phase PHASE=FILE; links are not followed`,
  });
  if (other === undefined) return error;
  const named = recognised(error, 'results', { file: other.file, bytes: other.start });
  if (named !== error) return withCode(named, error.code, other.file);
  return isOfKind(other.start, 'results') ? phaseUnknown(other.file) : error;
}

/** Of results in another form than CTRF only their name, or the user, says the phase. */
function phaseUnknown(file: string): EvidenceError {
  return new EvidenceError('RESULTS_PHASE_UNKNOWN', {
    at: file,
    found: 'results that do not say their phase',
    expected: `one of ${PHASES.join(', ')}, as name of the file or with --phase`,
    hint: `say which it is, in place of PHASE: \`--phase PHASE=${fileWord(file)}\``,
  });
}

interface PlacedReport {
  readonly report: CtrfReport;
  readonly place: ReportPlace;
  readonly original?: Original | undefined;
}

/** One report for each phase that the document has tests of, or that its name says it is of. */
function reportsOf(
  document: CtrfDocument,
  { name, bytes: whole, phase: said, original }: Omit<ResultsInput, 'folder'>,
): readonly PlacedReport[] {
  const named = namedPhase(name, said, document.file);
  if (original !== undefined && named === undefined) throw phaseUnknown(document.file);
  const phaseOfTest = document.tests.map((test) => requirePhase(test, named));
  const phases = PHASES.filter((phase) => phase === named || phaseOfTest.includes(phase));
  if (phases.length === 0) return refuseName(document);
  return phases.map((phase) => {
    const own = document.tests.filter((_, index) => phaseOfTest[index] === phase);
    const tests = own.map(({ test }) => test);
    const bytes = phases.length === 1 ? whole : splitReport(document, own);
    const { tool, run, mapping } = document;
    const counts = countTests(tests);
    return {
      report: { phase, bytes, counts, tests, tool, run, mapping, longest: longestOf(own) },
      // A test of an original is nowhere in it that a JSON pointer could name.
      place: { file: document.file, tests: original ? [] : own.map(({ at }) => at) },
      original: original && { name: baseOf(name), bytes: original },
    };
  });
}

function namedPhase(name: string, said: Phase | undefined, file: string): Phase | undefined {
  const named = phaseOfName(name);
  if (said === undefined || named === undefined || said === named) return said ?? named;
  const hint = 'say the phase that it is of, and give the file another name if that is wrong';
  const found = `results of ${said}, by --phase, in a file that is named after ${named}`;
  refuse({ code: 'RESULTS_PHASE_CONFLICT', at: file, hint }, found, 'one phase');
}

function requirePhase({ suite, at }: CtrfTest, named: Phase | undefined): Phase {
  const place = suite?.at ?? at;
  const phase = suite?.name ?? named;
  if (phase === undefined || !isPhase(phase)) return refuseSuite(suite?.name, place);
  if (named === undefined || phase === named) return phase;
  const hint = 'give a file with several phases another name, e.g. results.json';
  const found = `a test of ${phase} in a file that is named after ${named}`;
  refuse({ code: 'RESULTS_PHASE_CONFLICT', at: place, hint }, found, `tests of ${named} only`);
}

function refuseSuite(suite: string | undefined, at: string): never {
  const [found, hint] =
    suite === undefined
      ? [
          'a test without a suite',
          `give each test its suite, or put them into a file that is named after their phase, e.g. ${PHASES[0]}.json`,
        ]
      : [
          `the suite ${quote(suite)}`,
          'write the phase of the test as its suite, or leave suites out of a file that is named after its phase',
        ];
  const expected = `one of ${PHASES.join(', ')}, as suite of the test or as name of the file`;
  refuse({ code: 'RESULTS_PHASE_UNKNOWN', at, hint }, found, expected);
}

function refuseName({ file }: CtrfDocument): never {
  throw new EvidenceError('RESULTS_PHASE_UNKNOWN', {
    at: file,
    found: 'a report without tests, in a file that is not named after a phase',
    expected: `one of ${PHASES.map((phase) => `${phase}.json`).join(', ')}`,
    hint: `put it into a file that is named after its phase, e.g. ${PHASES[0]}.json`,
  });
}

function refuseDuplicate({ report, place }: PlacedReport, earlier: PlacedReport): never {
  const isSame = Buffer.compare(report.bytes, earlier.report.bytes) === 0;
  throw new EvidenceError('RESULTS_PHASE_DUPLICATE', {
    at: place.file,
    found: `${isSame ? 'the same report' : 'a second report'} of ${report.phase}${isSame ? ' a second time' : ''}`,
    expected: `one: ${earlier.place.file} has it already`,
    hint: isSame
      ? 'name it once: a directory brings all reports in it'
      : 'leave one of the two out',
  });
}

/** `results/deployment.json` is of deployment. */
function phaseOfName(name: string): Phase | undefined {
  const stem = baseOf(name).replace(/\.(?:json|jsonl|xml|tgz|tar\.gz)$/, '');
  return isPhase(stem) ? stem : undefined;
}

function baseOf(name: string): string {
  return name.split(/[/\\]/).at(-1) ?? '';
}

function isOther(data: Data, name: string): boolean {
  const claimsCtrf = isDataMap(data) && data.has('reportFormat');
  return !claimsCtrf && phaseOfName(name) === undefined;
}
