import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { interruptible } from '../io/process/interrupt.ts';
import { withProgress } from '../io/process/progress.ts';
import type { Tool } from '../tool.ts';
import type { Command } from './call/command.ts';
import { Options } from './call/options.ts';
import { readWords } from './call/read-words.ts';

/**
 * Runs one command of the table, and sets the exit code. `root` is the directory of package.json.
 *
 * @param words those after the command's name
 * @param after those after `--`, if they are another program's
 */
export async function runCommand(
  command: Command,
  words: readonly string[],
  after: readonly string[] | undefined,
  root: string,
): Promise<void> {
  const given =
    readWords(words, command) ?? (await (await import('./oclif.ts')).parseWords(words, command));
  const frame = {
    options: new Options(given, Object.keys({ ...command.flags, ...command.args })),
    words,
    after,
    tool: readTool(root),
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

/** This program, as its reports name it. */
function readTool(root: string): Tool {
  const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) {
    const { version } = manifest;
    if (typeof version === 'string') return { name: 'affidavit', version };
  }
  throw new TypeError('package.json has no version');
}
