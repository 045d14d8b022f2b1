import { constants } from 'node:buffer';
import { closeSync } from 'node:fs';

import { STDIN, standardInput } from './files.ts';
import { openFile, readToEnd } from './open-file.ts';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * The lines of a file, or of standard input for `-`, without empty ones: no other character than a line feed ends one,
 * with the carriage return before it. Of one that is longer than `most` bytes there is a beginning that is longer too.
 */
export async function* linesOf(
  path: string,
  signal: AbortSignal,
  most: number = constants.MAX_STRING_LENGTH,
): AsyncGenerator<Buffer, void> {
  const file = path === STDIN ? undefined : await openFile(path);
  const stop = (): void => void (file === undefined && process.stdin.destroy());
  signal.addEventListener('abort', stop);
  try {
    yield* linesIn(file === undefined ? standardInput() : readToEnd(file, path), most);
  } finally {
    signal.removeEventListener('abort', stop);
    if (file !== undefined) closeSync(file.fd);
  }
}

async function* linesIn(
  chunks: AsyncIterable<Uint8Array>,
  most: number,
): AsyncGenerator<Buffer, void> {
  let held: Uint8Array[] = [];
  let size = 0;
  const line = (): Buffer => {
    const whole = Buffer.concat(held);
    [held, size] = [[], 0];
    return whole.at(-1) === CARRIAGE_RETURN ? whole.subarray(0, -1) : whole;
  };
  for await (const chunk of chunks) {
    for (let start = 0, end = 0; end !== -1; start = end + 1) {
      end = chunk.indexOf(LINE_FEED, start);
      const piece = chunk.subarray(start, end === -1 ? undefined : end);
      // Of a line without end only so much is kept that it is seen to be too long.
      if (size <= most + 1) held.push(piece.subarray(0, most + 2 - size));
      size += piece.length;
      if (end === -1) continue;
      const whole = line();
      if (whole.length > 0) yield whole;
    }
  }
  const last = line();
  if (last.length > 0) yield last;
}
