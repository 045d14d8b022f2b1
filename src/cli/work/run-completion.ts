import { printReport } from '../../io/disk/print-report.ts';
import { didYouMean } from '../../nearest.ts';
import { refuse } from '../../place.ts';
import { quote } from '../../quote.ts';
import type { Call } from '../call/command.ts';
import { bashScript } from '../completion/bash.ts';
import { fishScript } from '../completion/fish.ts';
import { offerOf } from '../completion/offer.ts';
import { zshScript } from '../completion/zsh.ts';

const SCRIPTS = new Map([
  ['bash', bashScript],
  ['zsh', zshScript],
  ['fish', fishScript],
]);

export async function runCompletion(call: Call): Promise<number> {
  const shell = call.options.required('shell');
  const script = SCRIPTS.get(shell);
  if (script === undefined) {
    const shells = [...SCRIPTS.keys()];
    const hint = didYouMean(shell, shells) ?? 'name the shell that is to complete words';
    refuse({ code: 'USAGE', at: 'SHELL', hint }, quote(shell), `one of ${shells.join(', ')}`);
  }
  const commands = await call.commands();
  const offers = [...commands].map(
    async ([name, command]) => await offerOf(name, command, call.root),
  );
  await printReport(script(await Promise.all(offers)), undefined, call.signal);
  return 0;
}
