import { closeSync, openSync, writeSync } from 'node:fs';
import { addAbortSignal } from 'node:stream';
import { ReadStream } from 'node:tty';

import { interrupted } from './interrupt.ts';

/** The terminal that controls us, wherever our streams lead: standard input may be a document. */
const TERMINAL = '/dev/tty';

/** Asks for a password, and shows nothing of it. Undefined if no terminal is there. Throws INTERRUPTED. */
export async function askPassword(
  question: string,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  let terminal: number;
  try {
    terminal = openSync(TERMINAL, 'r+');
  } catch {
    return undefined;
  }
  const input = new ReadStream(openSync(TERMINAL, 'r'));
  try {
    // From now on nothing that is typed is shown, and Ctrl-C is a character.
    input.setRawMode(true);
    writeSync(terminal, question);
    if (signal !== undefined) addAbortSignal(signal, input);
    return await readLine(input);
  } finally {
    input.setRawMode(false);
    input.destroy();
    writeSync(terminal, '\n');
    closeSync(terminal);
  }
}

async function readLine(input: ReadStream): Promise<string> {
  let line: string[] = [];
  input.setEncoding('utf8');
  for await (const chunk of input) {
    for (const key of String(chunk)) {
      if (key === CTRL_C) throw interrupted();
      if (ENDS.has(key)) return line.join('');
      if (ERASE_ALL.has(key)) line = [];
      else if (ERASES.has(key)) line.pop();
      else line.push(key);
    }
  }
  return line.join('');
}

const CTRL_C = '\u0003';
/** Return, line feed, Ctrl-D. */
const ENDS: ReadonlySet<string> = new Set(['\r', '\n', '\u0004']);
/** Backspace, in both spellings. */
const ERASES: ReadonlySet<string> = new Set(['\b', '\u007F']);
/** Ctrl-U. */
const ERASE_ALL: ReadonlySet<string> = new Set(['\u0015']);
