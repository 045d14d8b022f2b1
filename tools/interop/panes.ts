// A pane of tmux: a terminal of any width, which somebody types into and looks at.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { requireProgram } from './debian.ts';
import { mustRun } from './processes.ts';

const ROWS = 150;
const TRIES = 600;
const PAUSE_MS = 50;

export interface Pane {
  type(keys: string): Promise<void>;
  /** Its rows, as they are seen. */
  rows(): Promise<readonly string[]>;
  /** The same, and those that went off the top, with what the terminal broke in one piece. */
  lines(): Promise<readonly string[]>;
}

/** What runs in it. */
export interface Shown {
  readonly columns: number;
  readonly command: readonly string[];
  readonly directory: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Ends what runs in it too. */
export async function withPane<T>(
  { columns, command, directory, environment = {} }: Shown,
  work: (pane: Pane) => Promise<T>,
): Promise<T> {
  const program = await requireProgram(['tmux'], 'tmux');
  const place = mkdtempSync(join(tmpdir(), 'pane-'));
  const config = join(place, 'tmux.conf');
  // Keys arrive as they are typed.
  writeFileSync(config, 'set -g remain-on-exit on\nset -s escape-time 0\nset -g status off\n');
  const tmux = async (...words: readonly string[]): Promise<string> =>
    await mustRun(program, ['-f', config, '-S', join(place, 'socket'), ...words], { TMUX: '' });
  const size = ['-x', `${columns}`, '-y', `${ROWS}`];
  const variables = Object.entries(environment).flatMap(([name, value]) => [
    '-e',
    `${name}=${value}`,
  ]);
  const look = async (...words: readonly string[]): Promise<readonly string[]> => {
    const text = await tmux('capture-pane', '-p', ...words);
    return text
      .trimEnd()
      .split('\n')
      .map((line) => line.trimEnd());
  };
  try {
    await tmux('new-session', '-d', ...size, '-c', directory, ...variables, '--', ...command);
    return await work({
      type: async (keys) => void (await tmux('send-keys', '-l', '--', keys)),
      rows: async () => await look(),
      lines: async () => await look('-J', '-S', '-'),
    });
  } finally {
    await tmux('kill-server').catch(() => '');
    rmSync(place, { recursive: true });
  }
}

/** Waits until somebody would see that it holds; throws, with what the pane shows, if it never does. */
export async function until(pane: Pane, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let count = 0; count < TRIES; count += 1) {
    if (await holds()) return;
    await sleep(PAUSE_MS);
  }
  throw new Error(
    `what should come did not come. The pane shows:\n${(await pane.rows()).join('\n')}`,
  );
}
