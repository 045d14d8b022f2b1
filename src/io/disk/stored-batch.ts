import { constants } from 'node:buffer';

import { EvidenceError } from '../../errors/evidence-error.ts';
import { escapeInvisible } from '../../quote.ts';
import { linesOf } from './read-lines.ts';

const NOBODY = new AbortController().signal;

const HEAD = /^\{"schemaVersion":.*,"reports":\[$/s;

/** Whether a file is a report of many, as far as its first line shows. */
export async function beginsAsBatch(path: string): Promise<boolean> {
  for await (const line of linesOf(path, NOBODY)) return HEAD.test(textOf(line) ?? '');
  return false;
}

/** A part of a stored report of many: its line, the JSON of it, and how complaints name it. */
export interface StoredLine {
  readonly part: 'head' | 'report' | 'end';
  readonly json: string;
  readonly at: string;
}

/**
 * The parts of a stored report of many, each on a line of its own, as `verify-evidence` writes them: of any length, it
 * takes no memory.
 *
 * @throws EvidenceError FILE_UNREADABLE, REPORT_INVALID (both unjudged)
 */
export async function* storedBatch(path: string): AsyncGenerator<StoredLine, void> {
  const file = escapeInvisible(path);
  let number = 0;
  let hasEnded = false;
  for await (const bytes of linesOf(path, NOBODY)) {
    number += 1;
    const at = `${file}:${number}`;
    const line = textOf(bytes);
    if (line === undefined) throw notOurs(at);
    const isHead = HEAD.test(line);
    if (hasEnded || isHead !== (number === 1)) throw notOurs(at);
    hasEnded = line.startsWith('],');
    if (isHead) yield { part: 'head', json: `${line}]}`, at };
    else if (hasEnded) yield { part: 'end', json: `{${line.slice(2)}`, at };
    else yield { part: 'report', json: line.replace(/,$/, ''), at };
  }
  if (!hasEnded) throw notOurs(`${file}:${number}`);
}

/** No string can be as long as such a line may be. */
function textOf(line: Buffer): string | undefined {
  return line.length > constants.MAX_STRING_LENGTH ? undefined : line.toString();
}

export function notOurs(at: string): EvidenceError {
  return new EvidenceError('REPORT_INVALID', {
    at,
    found: 'something else than a whole report of many bundles, with a line for each',
    expected: 'what verify-evidence --format json wrote for many bundles',
    hint: 'name such a file as it was written: jsonl is none, and another program may have changed its lines',
  });
}
