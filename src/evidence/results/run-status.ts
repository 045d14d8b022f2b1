// What sonobuoy itself says of a run, beside the report of its tests. Its rules: docs/results.md

import { fieldOf, isDataList, isDataMap, textOf, type Data } from '../../document/data.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { quote } from '../../quote.ts';
import type { TestRow } from './test-row.ts';

/** Something that says that the run failed. */
export interface RunFailure {
  readonly at: string;
  readonly found: string;
}

const PLUGIN = 'e2e';

/** A report with tests that the other report does not have is no part of what is judged: none of them may have failed. */
export function failuresIn(rows: readonly TestRow[], at: string): readonly RunFailure[] {
  const failed = rows.filter(({ status }) => status === 'failed' || status === 'other');
  const [first] = failed;
  if (first === undefined) return [];
  return [{ at, found: `${failed.length} of its tests failed, e.g. ${quote(first.name, 100)}` }];
}

/** One of the list below the status of the plugin. */
const ITEM_FAILED = /^[\s-]+status: *["']?(?:failed|timeout)\b/i;

/** The status of the plugin in its summary, which no test in the list below may contradict. */
export function statusFailure(yaml: Uint8Array, at: string): readonly RunFailure[] {
  const lines = Buffer.from(yaml).toString('utf8').split('\n');
  const said = lines.filter((line) => line.startsWith('status:')).map((line) => line.trim());
  const [first = 'no status'] = said;
  const failed = lines.find((line) => ITEM_FAILED.test(line));
  if (failed !== undefined) return [{ at, found: quote(failed.trim(), 100) }];
  if (said.length === 1 && /^status: *(["']?)passed\1$/.test(first)) return [];
  return [{ at, found: quote(first, 100) }];
}

/** In `meta/info.json` plugins are names, or have a status each. */
export function infoFailures(info: Data, at: string): readonly RunFailure[] {
  const plugins = fieldOf(info, 'plugins');
  const own = isDataList(plugins) ? plugins.filter(isOfPlugin) : [];
  return [info, ...own].flatMap((said) =>
    ['status', 'result-status']
      .map((field) => [field, textOf(said, field)] as const)
      .filter(([, word]) => !GOOD.has(word.toLowerCase()))
      .map(([field, word]) => ({ at, found: `${field}: ${quote(word)}` })),
  );
}

/** Those of sonobuoy that are a success, and none; `complete` says only that it ended. */
const GOOD: ReadonlySet<string> = new Set(['', 'complete', 'passed']);

function isOfPlugin(plugin: Data): boolean {
  return isDataMap(plugin) && [PLUGIN, ''].includes(textOf(plugin, 'plugin').toLowerCase());
}

/** Throws RESULTS_RUN_FAILED if the tests alone would be green. */
export function requireGreenRun(rows: readonly TestRow[], failures: readonly RunFailure[]): void {
  const [first] = failures;
  if (first === undefined || rows.some(({ status }) => status === 'failed')) return;
  throw runFailed(first);
}

export function runFailed(failure: RunFailure): EvidenceError {
  return new EvidenceError('RESULTS_RUN_FAILED', {
    ...failure,
    expected: 'a run that succeeded, as its tests did',
    hint: 'find out why it failed, run the tests again, and give the results of that run',
  });
}
