import { requireOneStdin } from '../../io/disk/files.ts';
import { requireHarmless } from '../../io/disk/harmless-output.ts';
import { documentTime } from '../../io/process/clock.ts';
import type { Call } from '../call/command.ts';
import { AICR_JSON, outputsOf } from '../call/report-flags.ts';
import { wordsWithout } from '../call/values-in.ts';
import { deliverReports } from './deliver.ts';
import { readRules, verifyInput } from './verify-input.ts';

/** The flags that name what is read. */
const FILES = [
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
  const { options, words } = call;
  requireOneStdin(['input', 'bundle', ...FILES].map((name) => options.text(name)));
  requireHarmlessOutput(call);
  // Not used here. But if it is set wrongly, every command says so.
  documentTime(call.environment);
  if (options.has('offline')) {
    const { blockNetwork } = await import('../../io/http/offline.ts');
    blockNetwork();
  }
  const { report, json, pointer } = await verifyInput(call, options.required('input'), {
    rules: async () => await readRules(call),
    words: wordsWithout(wordsWithout(words, 'format', 'f'), 'output', 'o'),
  });
  await deliverReports(call, async (format) => {
    if (format !== AICR_JSON) return json;
    const { aicrJson } = await import('../../report/aicr-json.ts');
    const { encodeReport } = await import('../../report/encode-report.ts');
    return encodeReport(aicrJson(report, pointer?.pointer));
  });
  return report.exitCode;
}

/** Inside the bundle a report would be one file too many; the rest is asked of every command. */
function requireHarmlessOutput({ options }: Call): void {
  const bundle = options.text('bundle') ?? options.required('input');
  for (const [flag, path] of outputsOf(options)) requireHarmless(flag, path, { open: [], bundle });
}
