// Results in another form than CTRF: known by their content, and mapped to it by the rules of docs/results.md.

import type { EvidenceError } from '../../errors/evidence-error.ts';
import { MAX_JSON_BYTES } from '../../limits.ts';
import { refusal } from '../../place.ts';
import { encodeRun, type MappedRun } from './test-row.ts';

type Reader = (bytes: Uint8Array, file: string) => MappedRun | Promise<MappedRun>;

/** How a form is read, which nobody loads who has none of it. */
const READERS: Readonly<Record<'junit' | 'go-test' | 'packed', () => Promise<Reader>>> = {
  junit: async () => (await import('./junit.ts')).readJUnit,
  'go-test': async () => (await import('./go-test.ts')).readGoTest,
  packed: async () => (await import('./conformance-run.ts')).readConformanceRun,
};

type Form = keyof typeof READERS;

/** How much of a file is looked at. */
const START_BYTES = 4096;

/** Which form this is; undefined for CTRF, and for what is nothing of this. */
function formOf(bytes: Uint8Array): Form | undefined {
  if (isPacked(bytes)) return 'packed';
  const start = Buffer.from(bytes.subarray(0, START_BYTES)).toString('utf8');
  if (/^\u{FEFF}?\s*</u.test(start)) return 'junit';
  return isGoTest(start) ? 'go-test' : undefined;
}

/** Whether an event of `go test -json` begins there. */
function isGoTest(start: string): boolean {
  const [line = ''] = start.trimStart().split('\n', 1);
  return /^\{(?=.*"Action":)(?=.*"(?:Package|ImportPath)":)/.test(line);
}

export function isPacked(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * The CTRF report that is made of an original: the same bytes wherever it is made. Undefined for a file that is no
 * original: a CTRF report, or nothing of this at all.
 *
 * @throws EvidenceError what `decodeJson` throws; KIND_UNEXPECTED, FIELD_MISSING, FIELD_INVALID,
 *   RESULTS_SUMMARY_DIFFERS, RESULTS_LOG_DIFFERS, RESULTS_RUN_FAILED, RESULTS_MISSING, ARCHIVE_UNREADABLE,
 *   ARCHIVE_UNSAFE (invalid)
 */
export async function mapOriginal(
  bytes: Uint8Array,
  file: string,
): Promise<Uint8Array | undefined> {
  const form = formOf(bytes);
  if (form === undefined) return undefined;
  if (form !== 'packed' && bytes.length > MAX_JSON_BYTES) throw tooLarge(bytes.length, file);
  const read = await READERS[form]();
  return encodeRun(await read(bytes, file), file);
}

function tooLarge(size: number, at: string): EvidenceError {
  const hint = 'give fewer tests, or let them print less';
  const found = `${size} bytes`;
  return refusal({ code: 'LIMIT_EXCEEDED', at, hint }, found, `at most ${MAX_JSON_BYTES} bytes`);
}
