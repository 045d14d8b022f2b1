import { spawn } from 'node:child_process';

import { commandLine } from '../../src/shell-words.ts';
import { PROGRAM } from '../run-cli.ts';
import type { Workplace } from './emit.ts';

/** Runs the program under a terminal of its own, which types `keys` when it is asked. */
export async function onTerminal(
  place: Workplace,
  words: readonly string[],
  keys: string,
): Promise<{ readonly code: number | null; readonly shown: string }> {
  const line = [process.execPath, PROGRAM, ...words];
  const script =
    process.platform === 'darwin'
      ? ['-q', '/dev/null', ...line]
      : ['-qec', `exec ${commandLine(line)}`, '/dev/null'];
  const child = spawn('script', script, { cwd: place.folder, stdio: ['pipe', 'pipe', 'inherit'] });
  let shown = '';
  child.stdout.on('data', (chunk: Buffer) => {
    const isAsked = !shown.includes('[y/N]') && `${shown}${chunk.toString()}`.includes('[y/N]');
    shown += chunk.toString();
    if (isAsked) child.stdin.write(keys);
  });
  const code = await new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  return { code, shown };
}
