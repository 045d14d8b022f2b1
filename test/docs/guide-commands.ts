import { expect } from 'vitest';

// The commands of a guide, as a reader types them.
import { runProgram } from '../run-here.ts';

/** The blocks of commands, each on one line. */
export function linesOf(markdown: string): readonly string[] {
  const blocks = [...markdown.matchAll(/```sh\n(.*?)```/gs)].map(([, block = '']) => block);
  return blocks.flatMap((block) => block.replaceAll('\\\n', ' ').trim().split('\n'));
}

/** Those of affidavit. */
export function commandsOf(markdown: string): readonly string[] {
  return linesOf(markdown).filter((line) => line.startsWith('affidavit '));
}

/** With what a reader has to fill in. */
export function filledIn(command: string, known: ReadonlyMap<string, string>): string {
  let text = command;
  for (const [placeholder, value] of known) text = text.replaceAll(placeholder, value);
  return text;
}

export const EPOCH = { SOURCE_DATE_EPOCH: '1781054400' };

/** Runs it as it is written, but for what a reader has to fill in, and gives what it says. */
export async function run(
  command: string,
  folder: string,
  known: ReadonlyMap<string, string>,
): Promise<string> {
  const words = filledIn(command, known).split(/ +/).slice(1);
  const done = await runProgram(words, { cwd: folder, env: EPOCH });
  expect([command, done.code, done.stderr]).toEqual([command, 0, expect.anything()]);
  return done.stdout;
}
