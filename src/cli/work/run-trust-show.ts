import { findTrustInUse } from '../../io/sigstore/trust-in-use.ts';
import type { Call } from '../call/command.ts';
import { reportOf } from '../call/report-flags.ts';
import { deliver } from './deliver.ts';
import { trustChoiceOf } from './trust-choice.ts';

export async function runTrustShow(call: Call): Promise<number> {
  const choice = trustChoiceOf(call);
  const { format, ...terminal } = reportOf(call);
  const trust = await findTrustInUse(choice, new Date());
  if (format === 'json') {
    const { encodeReport } = await import('../../report/json.ts');
    const { trustJson } = await import('../../report/trust-json.ts');
    await deliver(encodeReport(trustJson(trust)), call);
  } else {
    const { renderTrustTerminal } = await import('../../report/render/terminal.ts');
    await deliver(renderTrustTerminal(trust, terminal), call);
  }
  return 0;
}
