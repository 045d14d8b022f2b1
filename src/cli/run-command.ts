import { interruptible } from '../io/process/interrupt.ts';
import { withProgress } from '../io/process/progress.ts';
import type { Command } from './call/command.ts';
import { Options } from './call/options.ts';
import { readWords } from './call/read-words.ts';

/**
 * Runs one command of the table, and sets the exit code.
 *
 * @param words those after the command's name
 * @param after those after `--`, if they are another program's
 */
export async function runCommand(
  { name, command }: { readonly name: string; readonly command: Command },
  words: readonly string[],
  after: readonly string[] | undefined,
): Promise<void> {
  const reading = readWords(words, command);
  if ('mistake' in reading) {
    throw (await import('./call/usage-error.ts')).usageError(name, command, reading.mistake);
  }
  const frame = {
    options: new Options(reading.given, Object.keys({ ...command.flags, ...command.args })),
    words,
    after,
    environment: process.env,
    terminal: process.stdout,
    progress: withProgress,
  };
  const work = await command.load();
  const start = async (signal: AbortSignal, finish: () => void): Promise<number> =>
    await work({ ...frame, signal, finish });
  process.exitCode =
    command.signals === 'interrupt'
      ? await interruptible(start)
      : await start(new AbortController().signal, () => undefined);
}
