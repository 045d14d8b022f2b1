import { existsSync } from 'node:fs';
import { resolve, sep } from 'node:path';

import { EvidenceError } from '../errors.ts';
import { quote } from '../quote.ts';
import { STDIN, requireFree } from './files.ts';

/** What a validation reads and writes, as the user named it. */
export interface ValidationPaths {
  /** Files and directories; `-` is standard input. */
  readonly inputs: readonly string[];
  /** The archive; undefined if none is wanted. */
  readonly out: string | undefined;
  readonly force: boolean;
  /** The report; undefined: standard output. */
  readonly output: string | undefined;
}

/**
 * What can be known of the outputs before any work is done, above all before a log gets an entry for ever.
 *
 * @throws EvidenceError FILE_UNWRITABLE, OUTPUT_EXISTS; USAGE if one would replace an input or the other
 */
export async function requireOutputs({
  inputs,
  out,
  force,
  output,
}: ValidationPaths): Promise<void> {
  if (output !== undefined) {
    requireHarmless('--output', output, inputs);
    await requireFree(output, true);
  }
  if (out === undefined) return;
  if (output !== undefined && resolve(out) === resolve(output)) {
    throw wouldReplace('--output', output, 'where --emit-evidence writes');
  }
  if (force) requireHarmless('--emit-evidence', out, inputs);
  await requireFree(out, force);
}

/** A new file in a directory of inputs harms nobody, e.g. with `--results .`; an input does. */
function requireHarmless(flag: string, path: string, inputs: readonly string[]): void {
  const spoilt = inputs.find((input) => {
    if (input === STDIN || resolve(path) === resolve(input)) return input !== STDIN;
    return resolve(path).startsWith(`${resolve(input)}${sep}`) && existsSync(path);
  });
  if (spoilt !== undefined) throw wouldReplace(flag, path, `where ${quote(spoilt)} is read`);
}

function wouldReplace(flag: string, path: string, where: string): EvidenceError {
  return new EvidenceError('USAGE', {
    at: flag,
    found: `${quote(path)}, ${where}`,
    expected: 'a path of its own',
    hint: 'name another file to write',
  });
}
