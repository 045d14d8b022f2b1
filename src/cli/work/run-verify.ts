import { EVIDENCE_LAYOUT } from '../../evidence/layout.ts';
import { nameOf, readFileBounded, requireOneStdin, STDIN } from '../../io/disk/files.ts';
import { lookAt, requireHarmless } from '../../io/disk/harmless-output.ts';
import { holdsInputs } from '../../io/disk/list-inputs.ts';
import { mayBeJudge, serve } from '../../io/workers/serve.ts';
import { MAX_SIGSTORE_BUNDLE_BYTES } from '../../limits.ts';
import { escapeInvisible } from '../../quote.ts';
import type { SummaryFile } from '../../summary/verify-summary.ts';
import type { Call } from '../call/command.ts';
import { AICR_JSON, formsOf, outputsOf } from '../call/report-flags.ts';
import { SUMMARY_FLAGS } from '../call/summary-flags.ts';
import { wordsWithout } from '../call/values-in.ts';
import type { Answer } from './answer.ts';
import { deliverReports } from './deliver.ts';
import type { Summaries } from './emit-summaries.ts';
import type { WatchedBundle } from './page-contents.ts';
import { readRules, verifyInput, type Rules } from './verify-input.ts';

/** The flags that name what is read. */
export const VERIFY_FILES = [
  'trusted-root',
  'tuf-root',
  'public-key',
  'policy',
  'recipe',
  'recipes',
  'logs',
  'revealed',
];

export async function runVerify(call: Call): Promise<number> {
  beforeVerifying(call);
  const isThread = mayBeJudge(call.environment);
  if (
    isThread &&
    (await serve(
      async () => await judging(call),
      ({ json }) => [json.buffer],
    ))
  ) {
    return 0;
  }
  const summary = await summaryInput(call);
  if (summary !== undefined) {
    const { runVerifySummary } = await import('./run-verify-summary.ts');
    return await runVerifySummary(call, summary, wordsOf(call));
  }
  const summaries = await summariesOf(call);
  try {
    return await verifyAll(call, summaries);
  } finally {
    await summaries?.close();
  }
}

/** A summary of a verification in place of evidence: one file that is no archive, in a call about nothing else. */
async function summaryInput({ options }: Call): Promise<SummaryFile | undefined> {
  const [source = '', ...others] = options.texts('input');
  const isList = others.length > 0 || ['from', 'shard', 'bundle'].some((name) => options.has(name));
  if (isList || source === STDIN || ARCHIVE.test(source)) return undefined;
  const stats = lookAt(source);
  if (stats?.isFile() !== true || stats.size > MAX_SIGSTORE_BUNDLE_BYTES) return undefined;
  const bytes = await readFileBounded(source, MAX_SIGSTORE_BUNDLE_BYTES, 'archive');
  const { summaryForm } = await import('../../summary/verify-summary.ts');
  if (summaryForm(bytes) === undefined) return undefined;
  return { name: escapeInvisible(nameOf(source)), bytes };
}

/** Evidence has such a name in nearly every call, and need not be read twice. */
const ARCHIVE = /\.(?:tar\.gz|tgz)$/;

/** Loaded only where one is wanted. */
async function summariesOf(call: Call): Promise<Summaries | undefined> {
  if (!Object.keys(SUMMARY_FLAGS).some((name) => call.options.has(name))) return undefined;
  return await (await import('./emit-summaries.ts')).openSummaries(call, VERIFY_FILES);
}

async function verifyAll(call: Call, summaries: Summaries | undefined): Promise<number> {
  const { options } = call;
  const [source = '', ...others] = options.texts('input');
  const isList = others.length > 0 || options.has('from') || options.has('shard');
  if (isList || (await holdsInputs(source, EVIDENCE_LAYOUT))) {
    const { runVerifyMany } = await import('./run-verify-many.ts');
    const exitCode = await runVerifyMany(call, VERIFY_FILES);
    if (exitCode !== undefined) return exitCode;
  }
  let judged: Rules | undefined;
  const watched = await watchedBundle(call);
  const { report, json, pointer } = await verifyInput(call, source, {
    rules: async () => {
      judged = await readRules(call);
      return watched?.watched(judged) ?? judged;
    },
    words: wordsOf(call),
  });
  await deliverReports(call, async (format) => {
    if (format === 'html' && watched !== undefined) return watched.page(json);
    if (format !== AICR_JSON) return json;
    const { aicrJson } = await import('../../report/aicr-json.ts');
    const { encodeReport } = await import('../../report/encode-report.ts');
    return encodeReport(aicrJson(report, pointer?.pointer));
  });
  await summaries?.emit({ report, source, rules: judged });
  return report.exitCode;
}

/** A page shows what no report has. */
async function watchedBundle(call: Call): Promise<WatchedBundle | undefined> {
  if (formsOf(call).every(({ format }) => format !== 'html')) return undefined;
  return new (await import('./page-contents.ts')).WatchedBundle();
}

/** What is wrong with a call before anything is read. */
export function beforeVerifying(call: Call): void {
  const { options } = call;
  const files = ['from', 'bundle', ...VERIFY_FILES].map((name) => options.text(name));
  requireOneStdin([...options.texts('input'), ...files]);
  requireHarmlessOutput(call);
}

/** Those that say only this again: what is written beside the report is not written again. */
function wordsOf({ words }: Call): readonly string[] {
  const verdict = wordsWithout(wordsWithout(words, 'format', 'f'), 'output', 'o');
  const left = Object.keys(SUMMARY_FLAGS).reduce((some, name) => wordsWithout(some, name), verdict);
  const switches = new Set(Object.keys(SUMMARY_FLAGS).map((name) => `--${name}`));
  return left.filter((word) => !switches.has(word));
}

/** In a thread of a call with many bundles. */
async function judging(call: Call): Promise<(path: string) => Promise<Answer>> {
  const { answering } = await import('./answer.ts');
  return await answering(call);
}

/** Inside the bundle a report would be one file too many; the rest is asked of every command. */
function requireHarmlessOutput({ options }: Call): void {
  const bundles = [options.text('bundle') ?? [], options.texts('input')].flat();
  for (const [flag, path] of outputsOf(options)) {
    for (const bundle of bundles) requireHarmless(flag, path, { open: [], bundle });
  }
}
