import { Plain, isDataList, isDataMap } from '../../document/data.ts';
import type { Data, DataMap } from '../../document/data.ts';
import { encodeJson } from '../../document/json.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { MAX_JSON_BYTES } from '../../limits.ts';
import type { Phase, PhaseCounts } from './phase.ts';

/** What of a merged report is to be kept. */
export interface ReportPart {
  readonly phase: Phase;
  /** Whether the test at this index is of the phase. */
  readonly isOf: (test: Data, index: number) => boolean;
  readonly counts: PhaseCounts;
}

/**
 * One phase's part of a merged CTRF report: its tests and their counts; everything else, also fields
 * that nobody here knows and the spelling of numbers, is as it was. Throws LIMIT_EXCEEDED.
 */
export function splitReport(
  report: { readonly data: Data; readonly file: string },
  part: ReportPart,
): Uint8Array {
  const root = mapOf(report.data);
  const results = mapOf(root.get('results'));
  const all = results.get('tests');
  const tests = isDataList(all) ? all.filter((test, index) => part.isOf(test, index)) : [];
  const counts = Object.entries({ tests: tests.length, ...part.counts });
  // A key that is there keeps its place in a copy.
  const summary = new Map<string, Data>([
    ...mapOf(results.get('summary')),
    ...counts.map(([name, count]) => [name, new Plain('integer', String(count))] as const),
  ]);
  const own = new Map([...results, ['summary', summary], ['tests', tests]]);
  const bytes = new TextEncoder().encode(encodeJson(new Map([...root, ['results', own]])));
  if (bytes.length > MAX_JSON_BYTES) refuseSize(report.file, part.phase, bytes.length);
  return bytes;
}

function mapOf(data: Data | undefined): DataMap {
  return isDataMap(data) ? data : new Map();
}

/** A verifier would refuse the file: indented, it may be larger than its source. */
function refuseSize(file: string, phase: Phase, bytes: number): never {
  throw new EvidenceError('LIMIT_EXCEEDED', {
    at: file,
    found: `${bytes} bytes in its part for ${phase}`,
    expected: `at most ${MAX_JSON_BYTES} bytes for each phase`,
    hint: 'shorten the stdout of the tests, or give one file per phase',
  });
}
