import { EvidenceError } from '../../errors/evidence-error.ts';
import { exportConfig, exportRoot } from '../../io/sigstore/trust-in-use.ts';
import { quote } from '../../quote.ts';
import type { Call } from '../call/command.ts';
import { deliver } from './deliver.ts';
import { trustChoiceOf } from './trust-choice.ts';

const EXPORTS = { root: exportRoot, 'signing-config': exportConfig } as const;
export const EXPORT_NAMES = Object.keys(EXPORTS);

export async function runTrustExport(call: Call): Promise<number> {
  const { options } = call;
  const what = options.required('what');
  if (what !== 'root' && what !== 'signing-config') {
    throw new EvidenceError('USAGE', {
      at: 'WHAT',
      found: quote(what),
      expected: 'root or signing-config',
      hint: 'write affidavit trust export root, or affidavit trust export signing-config',
    });
  }
  const text = await EXPORTS[what](trustChoiceOf(call));
  await deliver(text, call);
  return 0;
}
