// `verify-evidence SUMMARY`: whose word a summary of a verification is. It is not evidence, and no flag makes it that.
import { timestampOf } from '../../document/time.ts';
import { presentTime } from '../../io/process/clock.ts';
import { refuse } from '../../place.ts';
import { encodeReport } from '../../report/encode-report.ts';
import { renderSummaryMarkdown } from '../../report/render/markdown.ts';
import { renderSummaryTerminal } from '../../report/render/terminal.ts';
import { summaryReportJson } from '../../report/summary-report.ts';
import { verifySummary, type SummaryFile } from '../../summary/verify-summary.ts';
import type { Call } from '../call/command.ts';
import { formsOf, lookOf, outputOf } from '../call/report-flags.ts';
import { SUMMARY_FLAGS } from '../call/summary-flags.ts';
import { deliverReports } from './deliver.ts';
import { readRules } from './verify-input.ts';

/** What is about evidence: passed over, it would be taken for done. */
const OF_EVIDENCE = [
  ...['recipe', 'recipes', 'logs', 'revealed', 'accept-claimed', 'require-recomputed'],
  ...['max-run-span', 'allow-unsigned', 'attestation', 'location', 'allow-tag', 'registry'],
  ...['registry-ca', 'jobs', 'fail-fast', ...Object.keys(SUMMARY_FLAGS)],
];

const FORMATS = ['terminal', 'markdown', 'json'];

/** @param words of the call that says only this again, but for the program and the command */
export async function runVerifySummary(
  call: Call,
  file: SummaryFile,
  words: readonly string[],
): Promise<number> {
  requireOfSummary(call);
  const { trust, policy, now } = await readRules(call);
  const isAsked = policy?.verifiers?.some(({ verifier }) => verifier?.maximumAgeDays !== undefined);
  const clock = now ?? (isAsked === true ? presentTime(undefined) : undefined);
  const verifying = verifySummary(file, { trust, policy, now: clock });
  const report = await call.progress('verifying', verifying);
  const { options } = call;
  const at = clock === undefined || options.has('at') ? [] : ['--at', timestampOf(clock)];
  const repeat = ['affidavit', 'verify-evidence', ...words, ...at];
  const json = summaryReportJson(report, { source: file.name, repeat });
  await deliverReports(call, async (format) => {
    if (format === 'json') return encodeReport(json);
    return format === 'markdown'
      ? renderSummaryMarkdown(json)
      : renderSummaryTerminal(json, lookOf(call, outputOf(options)));
  });
  return report.exitCode;
}

function requireOfSummary(call: Call): void {
  const flag = OF_EVIDENCE.find((name) => call.options.has(name));
  if (flag !== undefined) {
    const hint = `leave out --${flag}: a summary shows none of the evidence`;
    const place = { code: 'USAGE', at: `--${flag}`, hint } as const;
    refuse(place, 'a summary of a verification, as INPUT', 'evidence, which this flag is about');
  }
  const other = formsOf(call).find(({ format }) => !FORMATS.includes(format))?.format;
  if (other === undefined) return;
  const hint = 'use --format json, or the exit code; other forms show evidence, or many at once';
  const place = { code: 'USAGE', at: '--format', hint } as const;
  refuse(place, `${other}, for a summary of a verification`, FORMATS.join(', '));
}
