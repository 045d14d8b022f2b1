import { findTrustInUse } from '../../io/sigstore/trust-in-use.ts';
import type { Call } from '../call/command.ts';
import { lookOf, outputOf } from '../call/report-flags.ts';
import { deliver } from './deliver.ts';
import { trustChoiceOf } from './trust-choice.ts';

export async function runTrustShow(call: Call): Promise<number> {
  const choice = trustChoiceOf(call);
  const trust = await findTrustInUse(choice, new Date());
  const { trustJson } = await import('../../report/trust-json.ts');
  const json = trustJson(trust);
  if (call.options.text('format') === 'json') {
    const { encodeReport } = await import('../../report/encode-report.ts');
    await deliver(encodeReport(json), call);
  } else {
    const { renderTrustTerminal } = await import('../../report/render/terminal.ts');
    await deliver(renderTrustTerminal(json, lookOf(call, outputOf(call.options))), call);
  }
  return 0;
}
