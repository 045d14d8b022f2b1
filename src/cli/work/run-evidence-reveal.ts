import { EVIDENCE_LAYOUT } from '../../evidence/layout.ts';
import { requireRevealed } from '../../evidence/pack/self-check.ts';
import { refuseOpenings } from '../../evidence/redact/openings.ts';
import { encodeRevealed, groupsOf, parseRevealed } from '../../evidence/redact/revealed.ts';
import { openInput } from '../../io/disk/bundle-source.ts';
import { requireFree, writeWhole } from '../../io/disk/files.ts';
import { requireHarmless } from '../../io/disk/harmless-output.ts';
import { say } from '../../io/disk/talk.ts';
import { escapeInvisible } from '../../quote.ts';
import { counted } from '../../sentence.ts';
import { commandLine, pathWord } from '../../shell-words.ts';
import type { Call } from '../call/command.ts';
import { readOpenings } from './openings-file.ts';
import { inputWord } from './self-check-report.ts';

/** Writes what a verifier needs to see the selected values, and nothing of the others. */
export async function runEvidenceReveal(call: Call): Promise<number> {
  const { options, progress, signal } = call;
  const source = options.required('bundle');
  const path = options.required('openings');
  const output = options.required('output');
  const force = options.has('force');
  requireHarmless('--output', output, { open: [], bundle: source });
  await requireFree(output, force);
  const openings = readOpenings(path) ?? refuseOpenings(escapeInvisible(path), 'nothing', 'a file');
  const bytes = encodeRevealed(openings, options.texts('select'));
  const entries = await openInput(source, EVIDENCE_LAYOUT);
  const given = { name: escapeInvisible(path), bytes };
  const proven = await progress('verifying', requireRevealed(entries, given));
  await call.beforeWriting();
  await writeWhole(output, [bytes], { force, signal, onNamed: call.finish });
  const verify = [
    'affidavit',
    'verify-evidence',
    inputWord(source),
    '--revealed',
    pathWord(output),
  ];
  const { values } = parseRevealed(bytes, given.name);
  say(
    `revealed: ${escapeInvisible(output)}, ${counted(values.length, 'value')}: ${groupsOf(values)}\n  proven: ${proven}\n  verify: ${commandLine(verify)} …\n`,
  );
  return 0;
}
