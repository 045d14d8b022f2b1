import { exportConfig, exportRoot } from '../../io/sigstore/trust-in-use.ts';
import { refuse } from '../../place.ts';
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
    const hint = 'write affidavit trust export root, or affidavit trust export signing-config';
    refuse({ code: 'USAGE', at: 'WHAT', hint }, quote(what), 'root or signing-config');
  }
  const text = await EXPORTS[what](trustChoiceOf(call));
  await deliver(text, call);
  return 0;
}
