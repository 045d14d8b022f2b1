import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { interruptible } from '../io/process/interrupt.ts';
import { withProgress } from '../io/process/progress.ts';
import type { Tool } from '../tool.ts';
import type { Call, Command } from './call/command.ts';
import { Options } from './call/options.ts';
import type { OptionValue } from './call/options.ts';
import { readWords } from './call/read-words.ts';

/** The words after a command's name. */
export interface CommandWords {
  readonly words: readonly string[];
  /** Those after `--`, if they are another program's. */
  readonly after: readonly string[] | undefined;
}

/** Runs one command of the table, and sets the exit code. `root` is the directory of package.json. */
export async function runCommand(
  command: Command,
  { words, after }: CommandWords,
  root: string,
): Promise<void> {
  const given = readWords(words, command) ?? (await parseAsOclif(words, command));
  const frame = {
    options: new Options(given),
    words,
    after,
    tool: readTool(root),
    environment: process.env,
    terminal: process.stdout,
    progress: withProgress,
  };
  const work = await command.load();
  const start = async (signal: AbortSignal, finish: () => void): Promise<number> => {
    const call: Call = { ...frame, signal, finish };
    return await work(call);
  };
  process.exitCode =
    command.signals === 'interrupt'
      ? await interruptible(start)
      : await start(new AbortController().signal, () => undefined);
}

async function parseAsOclif(
  words: readonly string[],
  command: Command,
): Promise<ReadonlyMap<string, OptionValue>> {
  const { parseWords } = await import('./oclif.ts');
  return await parseWords(words, command);
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
